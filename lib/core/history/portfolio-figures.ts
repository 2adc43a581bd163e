/**
 * The portfolio: figures of all instruments in one reporting currency. Sums are whole or absent, never partial; its
 * path is sampled on a grid of time, because instruments share no sequence.
 */
import {
  addExact,
  EXACT_ZERO,
  type ExactDecimal,
  exactToNumber,
  formatExact,
  multiplyExact,
} from "../ledger/exact.ts";
import {
  INVERSE_DECIMALS,
  ledgerPrice,
  lotsToExact,
  moneyToExact,
  priceToExact,
} from "../ledger/scale.ts";
import { type Attribution, type AttributionGaps, pnlFigures } from "../metrics/attribution.ts";
import { drawdownFigures } from "../metrics/drawdown.ts";
import { hitRateFigures } from "../metrics/hit-rate.ts";
import { timeAverage } from "../metrics/inventory.ts";
import type { Horizon } from "../metrics/markout.ts";
import type {
  HitRateFigures,
  PerformanceMetrics,
  PnlFigures,
} from "../metrics/performance-metrics.ts";
import { addHits, emptyHits } from "../rollup/core-part.ts";
import { emptyMarkoutPart, type MarkoutStats, mergeMarkoutStats } from "../rollup/markout-part.ts";
import {
  attributionOf,
  gapsOf,
  type InstrumentWindow,
  markoutTables,
} from "./instrument-figures.ts";
import type { MarkoutSample } from "./markout-sample.ts";

/** USDT, USDC and USD count as one dollar. */
const DOLLARS: ReadonlySet<string> = new Set(["USD", "USDT", "USDC"]);

export interface Reporting {
  readonly currency: string;
  /** Instrument key whose mid converts a currency into the reporting one: `{ BTC: "BTC-PERP" }`. */
  readonly rates: Readonly<Record<string, string>>;
}

/** Samples in order of time, as parallel lists; each from events before its time. */
export interface PortfolioPath {
  readonly times: readonly number[];
  /** Net PnL since the window's start, in 10^-netDecimals of the reporting currency. */
  readonly net: readonly bigint[];
  readonly netDecimals: number;
  /** Σ|Q|·mid, in 10^-exposureDecimals. */
  readonly exposure: readonly bigint[];
  readonly exposureDecimals: number;
}

export interface PortfolioWindow {
  readonly from: number;
  readonly to: number;
  readonly instruments: readonly InstrumentWindow[];
  readonly sample: MarkoutSample;
  /** Undefined when a currency has no rate. */
  readonly path: PortfolioPath | undefined;
  /** `1m`, or coarser where minutes are no longer kept. */
  readonly pathResolution: string;
}

/** What one unit of `currency` is worth in the reporting currency at the window's end; undefined without a rate. */
export function conversionRate(
  currency: string,
  reporting: Reporting,
  midOf: (instrument: string) => ExactDecimal | undefined,
): ExactDecimal | undefined {
  const same =
    currency === reporting.currency || (DOLLARS.has(currency) && DOLLARS.has(reporting.currency));
  if (same) return { units: 1n, decimals: 0 };
  const instrument = reporting.rates[currency];
  return instrument === undefined ? undefined : midOf(instrument);
}

export function portfolioFigures(
  window: PortfolioWindow,
  reporting: Reporting,
  horizons: readonly Horizon[],
): PerformanceMetrics {
  const { instruments } = window;
  const midOf = (key: string) => closingMid(instruments, key);
  const rates = instruments.map(({ currency }) => conversionRate(currency, reporting, midOf));
  return {
    currency: reporting.currency,
    trades: tradeFigures(instruments, rates),
    position: null,
    pnl: portfolioPnl(window, rates, horizons),
    hitRate: {
      ...pooledHits(instruments, rates, "chain"),
      byVersion: pooledHits(instruments, rates, "version"),
    },
    markouts: pooledMarkouts(window, rates, horizons),
    drawdown: pathDrawdown(window),
    inventory: pathExposure(window),
    quoting: { twoSidedUptime: null, fillIntensity: [] },
  };
}

function closingMid(instruments: readonly InstrumentWindow[], key: string) {
  const found = instruments.find(({ account, instrument }) => {
    return account === "main" && instrument === key;
  });
  if (found === undefined || found.core.mid === 0) return undefined;
  return priceToExact(found.scale, found.core.mid);
}

function tradeFigures(
  instruments: readonly InstrumentWindow[],
  rates: readonly Rate[],
): PerformanceMetrics["trades"] {
  const sum = (pick: (window: InstrumentWindow) => number) =>
    instruments.reduce((total, window) => total + pick(window), 0);
  const notional = instruments.map(({ scale, core }) => moneyToExact(scale, core.notional));
  return {
    count: sum(({ core }) => core.trades),
    maker: sum(({ core }) => core.maker),
    taker: sum(({ core }) => core.taker),
    buyQuantity: null,
    sellQuantity: null,
    notional: textOrNull(weightedSum(notional, rates)),
  };
}

/** What one unit of an instrument's settlement currency is worth; undefined without a rate. */
type Rate = ExactDecimal | undefined;

/** Σ value · rate; nothing needs no rate; undefined where something has none: never a partial sum. */
function weightedSum(values: readonly ExactDecimal[], rates: readonly Rate[]): Rate {
  let sum = EXACT_ZERO;
  for (const [index, value] of values.entries()) {
    const rate = rates[index];
    if (value.units === 0n) continue;
    if (rate === undefined) return undefined;
    sum = addExact(sum, multiplyExact(value, rate));
  }
  return sum;
}

function textOrNull(value: ExactDecimal | undefined): string | null {
  return value === undefined ? null : formatExact(value);
}

function portfolioPnl(
  window: PortfolioWindow,
  rates: readonly Rate[],
  horizons: readonly Horizon[],
): PnlFigures {
  const parts = window.instruments.map((instrument) => attributionOf(instrument, horizons));
  const gaps = window.instruments.map(gapsOf);
  const sum = (pick: (part: Attribution) => ExactDecimal) => weightedSum(parts.map(pick), rates);
  const atHorizon = (index: number, name: "adverse" | "beyond" | "unattributed") =>
    sum((part) => part.horizons[index]?.[name] ?? EXACT_ZERO);
  const amounts: Attribution<Rate> = {
    spread: sum((part) => part.spread),
    inventory: sum((part) => part.inventory),
    gross: sum((part) => part.gross),
    realized: sum((part) => part.realized),
    unrealized: sum((part) => part.unrealized),
    fees: sum((part) => part.fees),
    funding: sum((part) => part.funding),
    net: sum((part) => part.net),
    residual: sum((part) => part.residual),
    horizons: horizons.map(({ label }, index) => ({
      label,
      adverse: atHorizon(index, "adverse"),
      beyond: atHorizon(index, "beyond"),
      unattributed: atHorizon(index, "unattributed"),
    })),
  };
  return pnlFigures(amounts, {
    feesUnconverted: sumByCurrency(gaps),
    hasMid: gaps.every(({ hasMid }) => hasMid),
    fundingsWithoutMark: gaps.reduce((count, gap) => count + gap.fundingsWithoutMark, 0),
  });
}

function sumByCurrency(gaps: readonly AttributionGaps[]): Record<string, ExactDecimal> {
  const fees: Record<string, ExactDecimal> = {};
  for (const gap of gaps) {
    for (const [currency, fee] of Object.entries(gap.feesUnconverted)) {
      fees[currency] = addExact(fees[currency] ?? EXACT_ZERO, fee);
    }
  }
  return fees;
}

/** Pooled by quote; quantities of different instruments add only as notional, at each quote's price. */
function pooledHits(
  instruments: readonly InstrumentWindow[],
  rates: readonly Rate[],
  way: "chain" | "version",
): HitRateFigures {
  const sum = emptyHits();
  for (const { core } of instruments) addHits(sum, core[way]);
  const notional = (name: "quotedMoney" | "filledMoney") =>
    weightedSum(
      instruments.map(({ core, scale }) => moneyToExact(scale, core[way][name])),
      rates,
    );
  const quoted = notional("quotedMoney");
  const filled = notional("filledMoney");
  const only = instruments.length === 1 ? instruments[0] : undefined;
  const inLots = only === undefined ? undefined : only.core[way];
  return hitRateFigures({
    ...sum,
    open: instruments.reduce((open, { core }) => open + core.openChains, 0),
    quotedQuantity: inLots === undefined ? asNumber(quoted) : Number(inLots.quotedLots),
    filledQuantity: inLots === undefined ? asNumber(filled) : Number(inLots.filledLots),
  });
}

function asNumber(value: Rate): number {
  return value === undefined ? 0 : exactToNumber(value);
}

function pooledMarkouts(
  { instruments, sample }: PortfolioWindow,
  rates: readonly Rate[],
  horizons: readonly Horizon[],
): PerformanceMetrics["markouts"] {
  const parts = horizons.map((_, index) => {
    const pooled = emptyMarkoutPart();
    instruments.forEach(({ markouts }, position) => {
      const part = markouts[index];
      if (part === undefined) return;
      const rate = rates[position];
      pooled.maker = mergeMarkoutStats(pooled.maker, reweighted(part.maker, rate));
      pooled.taker = mergeMarkoutStats(pooled.taker, reweighted(part.taker, rate));
    });
    return pooled;
  });
  return markoutTables(parts, sample, horizons);
}

/**
 * Weights are notionals: they are converted before they are added. What has no rate makes them not a number, so that
 * the weighted figures stay away instead of being partial.
 */
function reweighted(stats: MarkoutStats, known: Rate): MarkoutStats {
  if (stats.weight === 0) return stats;
  const rate = known === undefined ? Number.NaN : exactToNumber(known);
  return {
    ...stats,
    weight: stats.weight * rate,
    weighted: stats.weighted * rate,
    netWeight: stats.netWeight * rate,
    netWeighted: stats.netWeighted * rate,
  };
}

function pathDrawdown({ path, from, pathResolution }: PortfolioWindow) {
  if (path === undefined) {
    const none = { amount: null, peakTime: null, troughTime: null, recoveredTime: null };
    return { ...none, resolution: pathResolution };
  }
  const { times, net: levels, netDecimals } = path;
  let [peak, peakTime]: [bigint, number | null] = [0n, null];
  let [amount, last] = [0n, 0n];
  let fall = { peakTime: null as number | null, troughTime: null as number | null, level: peak };
  let recoveredTime: number | null = null;
  for (const [index, net] of levels.entries()) {
    if (net === last) continue;
    const time = times[index] ?? 0;
    last = net;
    if (net >= peak) [peak, peakTime] = [net, time];
    const depth = peak - net;
    if (depth > amount) {
      amount = depth;
      fall = { peakTime, troughTime: time, level: peak };
      recoveredTime = null;
    } else if (recoveredTime === null && net >= fall.level) {
      recoveredTime = time;
    }
  }
  return drawdownFigures(
    {
      amount: { units: amount, decimals: netDecimals },
      peakTime: fall.peakTime,
      troughTime: fall.troughTime,
      recoveredTime,
      resolution: pathResolution,
    },
    from,
  );
}

/** Gross exposure Σ|Q|·mid: each sample stands until the next. */
function pathExposure({ path, to }: PortfolioWindow): PerformanceMetrics["inventory"] {
  if (path === undefined) return { averageAbsolute: null, maximumAbsolute: null };
  const { times, exposure: levels, exposureDecimals: decimals } = path;
  let [integral, maximum] = [0n, 0n];
  for (const [index, exposure] of levels.entries()) {
    const until = times[index + 1] ?? to;
    integral += exposure * BigInt(until - (times[index] ?? to));
    if (exposure > maximum) maximum = exposure;
  }
  return {
    averageAbsolute: timeAverage({ units: integral, decimals }, to - (times[0] ?? to)),
    maximumAbsolute: formatExact({ units: maximum, decimals }),
  };
}

/** |Q| · mid in settlement currency. */
export function exposureOf(window: Pick<InstrumentWindow, "scale">, position: number, mid: number) {
  const { scale } = window;
  if (mid === 0 || position === 0) return EXACT_ZERO;
  const lots = lotsToExact(scale, BigInt(Math.abs(position)));
  return scale.inverse ? inverseExposure(lots, window, mid) : linearExposure(lots, window, mid);
}

function linearExposure(
  lots: ExactDecimal,
  { scale }: Pick<InstrumentWindow, "scale">,
  mid: number,
): ExactDecimal {
  const { mantissa, decimals } = scale.multiplier;
  const contract = { units: BigInt(mantissa), decimals };
  return multiplyExact(multiplyExact(lots, contract), priceToExact(scale, mid));
}

function inverseExposure(
  lots: ExactDecimal,
  { scale }: Pick<InstrumentWindow, "scale">,
  mid: number,
): ExactDecimal {
  const price = ledgerPrice(scale, mid);
  return multiplyExact(lots, { units: price < 0n ? -price : price, decimals: INVERSE_DECIMALS });
}
