/** From the merged rollups of one instrument's window to its figures. */
import type { Liquidity } from "../events/event.ts";
import { type ExactDecimal, formatExact, pow10 } from "../ledger/exact.ts";
import {
  cashToExact,
  INVERSE_DECIMALS,
  ledgerPrice,
  moneyToExact,
  netToExact,
  priceToExact,
  quantityToExact,
  type Scale,
} from "../ledger/scale.ts";
import {
  type Attribution,
  type AttributionGaps,
  attribution,
  averagePrice,
  pnlFigures,
} from "../metrics/attribution.ts";
import { drawdownFigures } from "../metrics/drawdown.ts";
import { hitRateFigures, lotsAsNumber } from "../metrics/hit-rate.ts";
import { inventoryFigures } from "../metrics/inventory.ts";
import type { Horizon } from "../metrics/markout.ts";
import type {
  HitRateFigures,
  MarkoutFigures,
  PerformanceMetrics,
  PositionFigures,
} from "../metrics/performance-metrics.ts";
import { fillIntensity, twoSidedUptime } from "../metrics/quoting.ts";
import type { CorePart, HitCounts } from "../rollup/core-part.ts";
import type { MarkoutPart, MarkoutStats } from "../rollup/markout-part.ts";
import { kurtosisG2, skewG1, standardDeviation } from "../stats/moments.ts";
import { type MarkoutSample, sampleFigures } from "./markout-sample.ts";

/** Everything known of one instrument over [from, to): merged, extended to `to`, in one scale. */
export interface InstrumentWindow {
  readonly account: string;
  readonly instrument: string;
  /** Settlement currency. */
  readonly currency: string;
  readonly from: number;
  readonly to: number;
  readonly scale: Scale;
  readonly core: CorePart;
  /** The newest mid known, in half-ticks, whatever `to` is: trades that still wait for theirs are valued at it. */
  readonly newestMid: number;
  /** By horizon. */
  readonly markouts: readonly MarkoutPart[];
  readonly sample: MarkoutSample;
  readonly recoveredTime: number | null;
  /** False where a position was held at `from` before any mid was known. */
  readonly hasOpeningValue: boolean;
}

export function instrumentFigures(
  window: InstrumentWindow,
  horizons: readonly Horizon[],
): PerformanceMetrics {
  const { core, scale, from, to } = window;
  const windowUs = to - from;
  const { quantityDecimals: decimals } = scale;
  return {
    currency: window.currency,
    trades: {
      count: core.trades,
      maker: core.maker,
      taker: core.taker,
      buyQuantity: formatExact(quantityToExact(scale, core.buyLots)),
      sellQuantity: formatExact(quantityToExact(scale, core.sellLots)),
      notional: formatExact(moneyToExact(scale, core.notional)),
    },
    position: positionFigures(core, scale),
    pnl: pnlFigures(attributionOf(window, horizons), gapsOf(window)),
    hitRate: {
      ...hitFigures(core.chain, core.openChains, decimals),
      byVersion: hitFigures(core.version, core.openChains, decimals),
    },
    markouts: markoutTables(window.markouts, window.sample, horizons),
    drawdown: drawdownFigures(
      {
        amount: netToExact(scale, core.path.drawdown),
        peakTime: core.path.peakTime,
        troughTime: core.path.troughTime,
        recoveredTime: window.recoveredTime,
        resolution: "event",
      },
      from,
    ),
    inventory: inventoryFigures(
      quantityToExact(scale, core.absoluteTime),
      quantityToExact(scale, BigInt(core.maximumLots)),
      windowUs,
    ),
    quoting: {
      twoSidedUptime: twoSidedUptime(core.twoSided, windowUs),
      fillIntensity: fillIntensity(core.fills, core.risk),
    },
  };
}

function positionFigures(core: CorePart, scale: Scale): PositionFigures {
  const { position, cost, mid } = core;
  const unrealized = mid > 0 ? BigInt(position) * ledgerPrice(scale, mid) - cost : 0n;
  const known = mid > 0 || position === 0;
  return {
    quantity: formatExact(quantityToExact(scale, BigInt(position))),
    averageCost: averageCost(core, scale) ?? null,
    mark: mid > 0 ? formatExact(priceToExact(scale, mid)) : null,
    unrealized: known ? formatExact(moneyToExact(scale, unrealized)) : null,
  };
}

/** C / Q as a price; for an inverse contract v / |φ|. */
function averageCost({ position, cost }: CorePart, scale: Scale): string | undefined {
  if (position === 0) return undefined;
  if (!scale.inverse) {
    const total = { units: cost * 5n, decimals: scale.priceDecimals + 1 };
    return averagePrice(total, { units: BigInt(position), decimals: 0 });
  }
  const { mantissa, decimals } = scale.multiplier;
  const value = BigInt(Math.abs(position)) * BigInt(mantissa) * pow10(INVERSE_DECIMALS);
  const coins = cost < 0n ? -cost : cost;
  return averagePrice({ units: value, decimals }, { units: coins, decimals: 0 });
}

/** The attribution in settlement currency; the portfolio adds them up. */
export function attributionOf(window: InstrumentWindow, horizons: readonly Horizon[]): Attribution {
  const { core, scale, newestMid } = window;
  const money = (units: bigint): ExactDecimal => moneyToExact(scale, units);
  const mark = core.mid > 0 ? ledgerPrice(scale, core.mid) : 0n;
  const newest = newestMid > 0 ? ledgerPrice(scale, newestMid) : 0n;
  return attribution({
    spread: money(core.spread),
    inventory: money(core.inventory),
    gross: money(core.gross),
    realized: money(core.realized),
    fees: cashToExact(core.fees),
    funding: cashToExact(core.funding),
    horizons: horizons.map(({ label }, index) => {
      const part = window.markouts[index];
      const pending = part === undefined ? 0n : part.pendingLots * newest - part.pendingMoney;
      const lost = part === undefined ? 0n : part.lostLots * mark - part.lostMoney;
      const [known, unknown] = newestMid > 0 ? [pending, lost] : [0n, lost + pending];
      return {
        label,
        adverse: money((part?.adverse ?? 0n) + known),
        unattributed: money(unknown),
      };
    }),
  });
}

/** What stands in the way of this window's figures. */
export function gapsOf({ core, hasOpeningValue }: InstrumentWindow): AttributionGaps {
  const fees = Object.entries(core.feesUnconverted).filter(([, fee]) => fee !== 0n);
  return {
    feesUnconverted: Object.fromEntries(
      fees.map(([currency, fee]) => [currency, cashToExact(fee)]),
    ),
    hasMid: hasOpeningValue && (core.mid > 0 || core.position === 0),
    fundingsWithoutMark: core.fundingsWithoutMark,
  };
}

function hitFigures(hits: HitCounts, open: number, decimals: number): HitRateFigures {
  return hitRateFigures({
    closed: hits.closed,
    filled: hits.filled,
    full: hits.full,
    cancelledUnfilled: hits.cancelledUnfilled,
    rejected: hits.rejected,
    open,
    quotedQuantity: lotsAsNumber(hits.quotedLots, decimals),
    filledQuantity: lotsAsNumber(hits.filledLots, decimals),
  });
}

/** Maker and taker tables by horizon label. */
export function markoutTables(
  parts: readonly MarkoutPart[],
  sample: MarkoutSample,
  horizons: readonly Horizon[],
): PerformanceMetrics["markouts"] {
  const table = (liquidity: Liquidity): Record<string, MarkoutFigures> =>
    Object.fromEntries(
      horizons.flatMap(({ label }, index) => {
        const part = parts[index];
        if (part === undefined) return [];
        const figures = sampleFigures(sample, liquidity, index);
        return [[label, markoutFigures(part[liquidity], figures)]];
      }),
    );
  return { maker: table("maker"), taker: table("taker") };
}

function markoutFigures(
  stats: MarkoutStats,
  distribution: ReturnType<typeof sampleFigures>,
): MarkoutFigures {
  const { moments, pending, stale, missing, invalid } = stats;
  const { n } = moments;
  const matured = n + stale + missing + invalid;
  return {
    value: n > 0 ? moments.mean : null,
    n,
    status: n > 0 ? "ok" : emptyStatus(stats),
    weighted: stats.weight > 0 ? stats.weighted / stats.weight : null,
    net: stats.netCount > 0 ? stats.net / stats.netCount : null,
    ...distribution,
    sd: standardDeviation(moments) ?? null,
    skew: skewG1(moments) ?? null,
    kurtosis: kurtosisG2(moments) ?? null,
    coverage: matured > 0 ? n / matured : null,
    pending,
    stale,
    missing,
    invalid,
  };
}

function emptyStatus({ pending, stale, missing }: MarkoutStats): MarkoutFigures["status"] {
  if (pending > 0) return "pending";
  if (stale > 0) return "stale";
  return missing > 0 ? "no-reference" : "empty";
}
