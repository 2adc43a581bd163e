/**
 * A long life of one instrument, told to the pipeline and kept a second time, plainly: integers for the ledger, and
 * every mid and trade in arrays, so that at the end each markout is looked up and each statistic is taken in two
 * passes. What drifts shows as a difference.
 */
import { openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import { foldDeliveries } from "../lib/app/fold-input.ts";
import { createProcessor } from "../lib/app/instrument-processor.ts";
import { buildReport } from "../lib/app/report.ts";
import { resolveConfig } from "../lib/core/api/config.ts";
import type { BrawlerEvent, Decimal, Liquidity, Side } from "../lib/core/events/event.ts";
import type { PerformanceMetrics } from "../lib/core/metrics/performance-metrics.ts";
import { below, type RngState, stream } from "../lib/core/simulator/rng.ts";
import { type EpochUs, epochUs } from "../lib/core/units.ts";

const START = 1_758_300_000_000_000;
const BATCH = 5000;
const FUTURE_LIMIT = 2 ** 52;
const config = resolveConfig({});

/** A figure of the report beside the one kept plainly. */
export interface Comparison {
  readonly figure: string;
  readonly reported: number | string | null;
  readonly kept: number | string;
  /** 0: identical. Else relative to `scale`. */
  readonly difference: number;
}

interface Kept {
  /** Half-cents; a mid may lie between two ticks. */
  readonly midTimes: number[];
  readonly mids: number[];
  readonly trades: KeptTrade[];
  /** Newest reference or heartbeat. */
  watermark: number;
  /** In 10^-5: half-cents × thousandths. */
  cash: bigint;
  position: number;
  /** In 10^-4. */
  fees: number;
  spread: bigint;
}

interface KeptTrade {
  readonly time: number;
  readonly sign: 1 | -1;
  readonly liquidity: Liquidity;
  readonly price: number;
  readonly lots: number;
  readonly fee: number;
  readonly preTradeMid: number;
}

/** Tells `count` events: nine references for each other event, 2 % trades. */
export async function longWalk(count: number, seed: number): Promise<readonly Comparison[]> {
  const store = openEmbedded({ temporary: true });
  try {
    const { state, metrics } = store;
    const onQuarantine = () => {
      throw new Error("the walk tells nothing that may be refused");
    };
    const settings = config;
    const processor = createProcessor({ state, metrics, settings, durable: false, onQuarantine });
    const walk = newWalk(seed);
    for (let told = 0; told < count; told += BATCH) {
      const deliveries: Delivery[] = [];
      for (let i = told; i < Math.min(count, told + BATCH); i += 1) {
        deliveries.push({ event: step(walk, i + 1), line: i + 1 });
      }
      await foldDeliveries(processor, deliveries, { futureLimit: FUTURE_LIMIT });
    }
    await processor.finish(FUTURE_LIMIT);
    const report = await buildReport({ state, metrics }, config, { span: { kind: "all" } });
    const figures = report?.instruments["X"];
    if (figures === undefined) throw new Error("there is no report of the walk");
    return compare(figures, walk);
  } finally {
    store.close();
  }
}

interface Walk {
  readonly rng: RngState;
  readonly kept: Kept;
  time: number;
  /** Cents. */
  bid: number;
}

function newWalk(seed: number): Walk {
  const kept: Kept = {
    ...{ midTimes: [], mids: [], trades: [] },
    ...{ watermark: 0, cash: 0n, position: 0, fees: 0, spread: 0n },
  };
  return { rng: stream(seed, "long-walk"), kept, time: START, bid: 1_800_000 };
}

function step(walk: Walk, sequence: number): BrawlerEvent {
  walk.time += below(walk.rng, 400_000);
  const what = below(walk.rng, 100);
  if (what < 2 && walk.kept.mids.length > 0) return trade(walk, sequence);
  walk.kept.watermark = walk.time;
  if (what < 5) return { ...envelope(walk, sequence), type: "heartbeat" };
  return reference(walk, sequence);
}

function envelope(walk: Walk, sequence: number) {
  const time: EpochUs = epochUs(walk.time);
  const base = { account: "main", instrument: "X", source: "brawler", receivedTime: undefined };
  return { ...base, time, sequence };
}

function reference(walk: Walk, sequence: number): BrawlerEvent {
  const { kept } = walk;
  walk.bid = Math.max(1_000_000, walk.bid + below(walk.rng, 41) - 20);
  const ask = walk.bid + 1 + below(walk.rng, 6);
  kept.midTimes.push(walk.time);
  kept.mids.push(walk.bid + ask);
  return {
    ...envelope(walk, sequence),
    type: "reference",
    bid: decimal(walk.bid, 2),
    ask: decimal(ask, 2),
    ...{ bidQuantity: undefined, askQuantity: undefined, mark: undefined },
  };
}

function trade(walk: Walk, sequence: number): BrawlerEvent {
  const { kept } = walk;
  const side: Side = below(walk.rng, 2) === 0 ? "buy" : "sell";
  const liquidity: Liquidity = below(walk.rng, 4) === 0 ? "taker" : "maker";
  const price = walk.bid + below(walk.rng, 21) - 10;
  const lots = 1 + below(walk.rng, 5000);
  const fee = below(walk.rng, 500) - 200;
  keep(kept, { time: walk.time, sign: side === "buy" ? 1 : -1, liquidity, price, lots, fee });
  const none = { counterparty: undefined, venue: undefined, strategy: undefined };
  return {
    ...envelope(walk, sequence),
    ...{ type: "trade", tradeId: `t${sequence}`, side, liquidity, execution: "trade" },
    price: decimal(price, 2),
    quantity: decimal(lots, 3),
    fee: decimal(fee, 4),
    ...none,
    ...{
      feeCurrency: undefined,
      feeRate: undefined,
      quoteId: undefined,
      positionBefore: undefined,
    },
  };
}

function keep(kept: Kept, told: Omit<KeptTrade, "preTradeMid">): void {
  const preTradeMid = kept.mids[lastBefore(kept.midTimes, told.time)] ?? 0;
  const { sign, lots, price } = told;
  kept.trades.push({ ...told, preTradeMid });
  kept.cash -= BigInt(sign * lots) * BigInt(2 * price);
  kept.position += sign * lots;
  kept.fees += told.fee;
  if (preTradeMid > 0) kept.spread += BigInt(sign * lots) * BigInt(preTradeMid - 2 * price);
}

/** Index of the last time strictly before, −1 without. */
function lastBefore(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function decimal(units: number, decimals: number): Decimal {
  let [mantissa, places] = [units, decimals];
  while (places > 0 && mantissa % 10 === 0) {
    mantissa /= 10;
    places -= 1;
  }
  return { mantissa, decimals: places };
}

/** Units of 10^-decimals as reports write them. */
function text(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  const whole = `${units < 0n ? "-" : ""}${digits.slice(0, -decimals)}`;
  return fraction === "" ? whole : `${whole}.${fraction}`;
}

const MONEY_DECIMALS = 6;

function unitsOf(amount: string | null): bigint {
  const [whole = "", fraction = ""] = (amount ?? "").split(".");
  return BigInt(whole + fraction.padEnd(MONEY_DECIMALS, "0"));
}

function compare(figures: PerformanceMetrics, { kept }: Walk): Comparison[] {
  const { pnl } = figures;
  const mark = kept.mids.at(-1) ?? 0;
  const gross = kept.cash + BigInt(kept.position) * BigInt(mark);
  const exact = (figure: string, reported: string | null, units: bigint, decimals: number) => {
    const plain = text(units, decimals);
    return { figure, reported, kept: plain, difference: reported === plain ? 0 : 1 };
  };
  const split = text(unitsOf(pnl.realized) + unitsOf(pnl.unrealized), MONEY_DECIMALS);
  // A half-cent times a thousandth is 5 · 10^-6.
  return [
    exact("gross", pnl.gross, gross * 5n, MONEY_DECIMALS),
    exact("spread", pnl.spread, kept.spread * 5n, MONEY_DECIMALS),
    exact("fees", pnl.fees, BigInt(kept.fees), 4),
    exact("net", pnl.net, gross * 5n - BigInt(kept.fees) * 100n, MONEY_DECIMALS),
    exact("position", figures.position?.quantity ?? null, BigInt(kept.position), 3),
    exact("realized + unrealized", split, gross * 5n, MONEY_DECIMALS),
    exact("residual", pnl.residual, 0n, MONEY_DECIMALS),
    ...config.horizons.flatMap(({ label, us }) =>
      (["maker", "taker"] as const).flatMap((liquidity) => {
        const sample = sampleOf(kept, { liquidity, us });
        return compareMarkouts(`${liquidity} ${label}`, figures.markouts[liquidity][label], sample);
      }),
    ),
  ];
}

interface Sample {
  readonly gross: number[];
  readonly net: number[];
  readonly weights: number[];
}

/** Each markout by its definition: the last mid at or before t + h, of trades whose t + h has passed. */
function sampleOf(
  { trades, midTimes, mids, watermark }: Kept,
  of: { readonly liquidity: Liquidity; readonly us: number },
): Sample {
  const sample: Sample = { gross: [], net: [], weights: [] };
  for (const { time, sign, liquidity, price, lots, fee, preTradeMid } of trades) {
    const matured = of.us === 0 ? time <= watermark : time + of.us < watermark;
    if (liquidity !== of.liquidity || preTradeMid === 0 || !matured) continue;
    const at = of.us === 0 ? preTradeMid : mids[lastBefore(midTimes, time + of.us + 1)];
    const bps = ((sign * ((at ?? 0) - 2 * price)) / preTradeMid) * 1e4;
    const weight = (lots * preTradeMid) / 200_000;
    sample.gross.push(bps);
    sample.weights.push(weight);
    sample.net.push(bps - (fee / 1e4 / weight) * 1e4);
  }
  return sample;
}

type Markouts = PerformanceMetrics["markouts"]["maker"][string] | undefined;

function compareMarkouts(name: string, reported: Markouts, sample: Sample): Comparison[] {
  const { gross, net, weights } = sample;
  const n = gross.length;
  const mean = sum(gross) / n;
  const sd = Math.sqrt(sum(gross.map((value) => (value - mean) ** 2)) / (n - 1));
  const weighted = sum(gross.map((value, i) => value * (weights[i] ?? 0))) / sum(weights);
  const near = (figure: string, value: number | null | undefined, expected: number): Comparison => {
    const difference = Math.abs((value ?? Number.NaN) - expected) / Math.max(sd, 1);
    return { figure: `${name} ${figure}`, reported: value ?? null, kept: expected, difference };
  };
  return [
    { ...near("n", reported?.n, n), difference: reported?.n === n ? 0 : 1 },
    near("mean", reported?.value, mean),
    near("sd", reported?.sd, sd),
    near("weighted", reported?.weighted, weighted),
    near("net", reported?.net, sum(net) / n),
  ];
}

/** Neumaier's sum: what is kept plainly must not drift either. */
function sum(values: readonly number[]): number {
  let [total, lost] = [0, 0];
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + lost;
}
