/**
 * The `core` rollup of one instrument over one span of time: flows that add up, levels at its end, and time-weighted
 * sums. Integers of the instrument's `Scale`; a monoid under `mergeCore`, in time order.
 */
import { pow10 } from "../ledger/exact.ts";
import type { Scale } from "../ledger/scale.ts";
import { DISTANCE_SLOTS } from "../metrics/quoting.ts";
import { NO_HIGHS, type PathHighs } from "./path-cursor.ts";
import { EMPTY_PATH, mergePaths, type PnlPath, scalePath } from "./pnl-path.ts";

/** Counts that add. */
const COUNTS = [
  "applied",
  "duplicates",
  "quarantined",
  "gaps",
  "late",
  "invalidReferences",
  "positionBreaks",
  "fundingsWithoutMark",
  "trades",
  "maker",
  "taker",
] as const;
/** Quantities that add, in lots. */
const LOTS = ["buyLots", "sellLots"] as const;
/** Amounts that add, in money units; `gross` by difference of cash + Q·mid, `inventory` as Σ Q·Δm. */
const MONEY = ["notional", "spread", "inventory", "gross", "realized"] as const;
/** Amounts that add, in 10^-12 of the settlement currency; fees positive = cost. */
const CASH = ["fees", "funding"] as const;

type Count = (typeof COUNTS)[number];
type BigField = (typeof LOTS)[number] | (typeof MONEY)[number] | (typeof CASH)[number];

/** Quotes that closed, by outcome; the cohort is by time of closing. */
export interface HitCounts {
  closed: number;
  filled: number;
  full: number;
  cancelledUnfilled: number;
  expiredUnfilled: number;
  replacedUnfilled: number;
  rejected: number;
  placed: number;
  quotedLots: bigint;
  filledLots: bigint;
  /** The same at the quote's price, in money units. */
  quotedMoney: bigint;
  filledMoney: bigint;
}

export const HIT_COUNTS = [
  "closed",
  "filled",
  "full",
  "cancelledUnfilled",
  "expiredUnfilled",
  "replacedUnfilled",
  "rejected",
  "placed",
] as const;
const HIT_LOTS = ["quotedLots", "filledLots"] as const;
const HIT_MONEY = ["quotedMoney", "filledMoney"] as const;
export const HIT_BIGINTS = [...HIT_LOTS, ...HIT_MONEY] as const;

export type CorePart = { [K in Count]: number } & { [K in BigField]: bigint } & {
  /** The span that levels and time-weighted sums cover, [from, to); equal for a part that only adds flows. */
  from: number;
  to: number;
  path: PnlPath;
  /** Of a finest bucket only: a merge does not keep them. */
  highs: PathHighs;
  /** Fees in currencies without a rate, 10^-12 of each. */
  feesUnconverted: Readonly<Record<string, bigint>>;
  chain: Readonly<HitCounts>;
  version: Readonly<HitCounts>;
  /** Trades, and µs at risk, by side and distance slot. */
  fills: readonly number[];
  risk: readonly number[];
  /** µs with a live quote on both sides. */
  twoSided: number;
  /** ∫|Q|dt in lots · µs, and the largest |Q|. */
  absoluteTime: bigint;
  maximumLots: number;
  /** Σ of squared log returns of the mid on the 5-minute grid. */
  realizedVariance: number;
  // Levels at the end of the span.
  position: number;
  cost: bigint;
  /** Half-ticks; 0 = no mid yet. */
  mid: number;
  midTime: number;
  /** Live quotes by side and distance slot. */
  live: readonly number[];
  openChains: number;
};

export function emptyHits(): HitCounts {
  return {
    closed: 0,
    filled: 0,
    full: 0,
    cancelledUnfilled: 0,
    expiredUnfilled: 0,
    replacedUnfilled: 0,
    rejected: 0,
    placed: 0,
    quotedLots: 0n,
    filledLots: 0n,
    quotedMoney: 0n,
    filledMoney: 0n,
  };
}

/** Most buckets see no quote end and no trade: they share these, and get their own at the first change. */
export const NO_SLOTS: readonly number[] = Object.freeze(new Array<number>(DISTANCE_SLOTS).fill(0));
export const NO_HITS: Readonly<HitCounts> = Object.freeze(emptyHits());
export const NO_FEES: Readonly<Record<string, bigint>> = Object.freeze({});

/** The part's own counts of quotes that closed. */
export function ownHits(part: CorePart, way: "chain" | "version"): HitCounts {
  const hits = part[way];
  if (hits !== NO_HITS) return hits as HitCounts;
  const own = emptyHits();
  part[way] = own;
  return own;
}

/** Adds to one slot. */
export function addToSlot(part: CorePart, name: "fills" | "risk", slot: number, by: number): void {
  let slots = part[name] as number[];
  if (slots === NO_SLOTS) {
    slots = NO_SLOTS.slice();
    part[name] = slots;
  }
  slots[slot] = (slots[slot] ?? 0) + by;
}

/** Adds to the fees of a currency without a rate. */
export function addUnconverted(part: CorePart, currency: string, fee: bigint): void {
  const sum = (part.feesUnconverted[currency] ?? 0n) + fee;
  part.feesUnconverted = { ...part.feesUnconverted, [currency]: sum };
}

/** A part without flows and without span. */
export function emptyCore(): CorePart {
  return {
    from: 0,
    to: 0,
    applied: 0,
    duplicates: 0,
    quarantined: 0,
    gaps: 0,
    late: 0,
    invalidReferences: 0,
    positionBreaks: 0,
    fundingsWithoutMark: 0,
    trades: 0,
    maker: 0,
    taker: 0,
    buyLots: 0n,
    sellLots: 0n,
    notional: 0n,
    spread: 0n,
    inventory: 0n,
    gross: 0n,
    realized: 0n,
    fees: 0n,
    funding: 0n,
    path: EMPTY_PATH,
    highs: NO_HIGHS,
    feesUnconverted: NO_FEES,
    chain: NO_HITS,
    version: NO_HITS,
    fills: NO_SLOTS,
    risk: NO_SLOTS,
    twoSided: 0,
    absoluteTime: 0n,
    maximumLots: 0,
    realizedVariance: 0,
    position: 0,
    cost: 0n,
    mid: 0,
    midTime: 0,
    live: NO_SLOTS,
    openChains: 0,
  };
}

/** A part that holds only the levels at the end of `part`, from `at` on: what a window starts from. */
export function carryLevels(part: CorePart, at: number): CorePart {
  const { position, cost, mid, midTime, live, openChains } = part;
  const maximumLots = Math.abs(position);
  const levels = { position, cost, mid, midTime, live, openChains, maximumLots };
  return Object.assign(emptyCore(), levels, { from: at, to: at });
}

/** Extends the span to `to` at the levels held: nothing happened in between. */
export function extendCore(part: CorePart, to: number): void {
  const gap = to - part.to;
  if (gap <= 0) return;
  part.absoluteTime += BigInt(Math.abs(part.position)) * BigInt(gap);
  accrueQuotes(part, gap);
  part.to = to;
}

/** Time that the live quotes stood, and whether they stood on both sides. */
export function accrueQuotes(part: CorePart, gap: number): void {
  const { live } = part;
  if (live === NO_SLOTS) return;
  let bids = 0;
  let asks = 0;
  for (let slot = 0; slot < DISTANCE_SLOTS; slot += 1) {
    const count = live[slot] ?? 0;
    if (count === 0) continue;
    addToSlot(part, "risk", slot, count * gap);
    if (slot * 2 < DISTANCE_SLOTS) bids += count;
    else asks += count;
  }
  if (bids > 0 && asks > 0) part.twoSided += gap;
}

/** True when the part has levels; a part of late flows has none. */
export function hasSpan(part: CorePart): boolean {
  return part.from !== 0 || part.to !== 0;
}

/**
 * Adds b, which is later, to a, in place. A gap between their spans is filled at a's levels.
 * Ledger fields merge bit-equal however the merging is grouped; both parts must be in one scale.
 */
export function addCore(a: CorePart, b: CorePart): void {
  if (hasSpan(b)) addSpan(a, b);
  a.absoluteTime += b.absoluteTime;
  a.maximumLots = Math.max(a.maximumLots, b.maximumLots);
  addCounts(a, b);
  addAmounts(a, b);
  a.path = mergePaths(a.path, b.path);
  if (b.feesUnconverted !== NO_FEES) addFees(a, b.feesUnconverted);
  if (b.chain !== NO_HITS) addHits(ownHits(a, "chain"), b.chain);
  if (b.version !== NO_HITS) addHits(ownHits(a, "version"), b.version);
  addSlots(a, "fills", b.fills);
  a.realizedVariance += b.realizedVariance;
}

/** Name by name, as `addAmounts`: a loop over names costs several times as much, and every bucket comes here. */
function addCounts(a: CorePart, b: CorePart): void {
  a.applied += b.applied;
  a.duplicates += b.duplicates;
  a.quarantined += b.quarantined;
  a.gaps += b.gaps;
  a.late += b.late;
  a.invalidReferences += b.invalidReferences;
  a.positionBreaks += b.positionBreaks;
  a.fundingsWithoutMark += b.fundingsWithoutMark;
  a.trades += b.trades;
  a.maker += b.maker;
  a.taker += b.taker;
}

function addAmounts(a: CorePart, b: CorePart): void {
  if (b.buyLots !== 0n) a.buyLots += b.buyLots;
  if (b.sellLots !== 0n) a.sellLots += b.sellLots;
  if (b.notional !== 0n) a.notional += b.notional;
  if (b.spread !== 0n) a.spread += b.spread;
  if (b.inventory !== 0n) a.inventory += b.inventory;
  if (b.gross !== 0n) a.gross += b.gross;
  if (b.realized !== 0n) a.realized += b.realized;
  if (b.fees !== 0n) a.fees += b.fees;
  if (b.funding !== 0n) a.funding += b.funding;
}

function addFees(a: CorePart, fees: Readonly<Record<string, bigint>>): void {
  for (const [currency, fee] of Object.entries(fees)) addUnconverted(a, currency, fee);
}

function addSpan(a: CorePart, b: CorePart): void {
  if (hasSpan(a)) extendCore(a, b.from);
  else a.from = b.from;
  addSlots(a, "risk", b.risk);
  a.twoSided += b.twoSided;
  a.position = b.position;
  a.cost = b.cost;
  a.mid = b.mid;
  a.midTime = b.midTime;
  a.live = b.live;
  a.openChains = b.openChains;
  a.to = b.to;
}

/** Adds `times` · b to a; a restated quote is taken out with −1. */
export function addHits(a: HitCounts, b: Readonly<HitCounts>, times: 1 | -1 = 1): void {
  a.closed += times * b.closed;
  a.filled += times * b.filled;
  a.full += times * b.full;
  a.cancelledUnfilled += times * b.cancelledUnfilled;
  a.expiredUnfilled += times * b.expiredUnfilled;
  a.replacedUnfilled += times * b.replacedUnfilled;
  a.rejected += times * b.rejected;
  a.placed += times * b.placed;
  const sign = BigInt(times);
  if (b.quotedLots !== 0n) a.quotedLots += sign * b.quotedLots;
  if (b.filledLots !== 0n) a.filledLots += sign * b.filledLots;
  if (b.quotedMoney !== 0n) a.quotedMoney += sign * b.quotedMoney;
  if (b.filledMoney !== 0n) a.filledMoney += sign * b.filledMoney;
}

function addSlots(a: CorePart, name: "fills" | "risk", b: readonly number[]): void {
  if (b === NO_SLOTS) return;
  for (let slot = 0; slot < DISTANCE_SLOTS; slot += 1) {
    const value = b[slot] ?? 0;
    if (value !== 0) addToSlot(a, name, slot, value);
  }
}

/**
 * A new part: a, then b.
 *
 * @public the monoid as its laws are stated; reading adds in place
 */
export function mergeCore(a: CorePart, b: CorePart): CorePart {
  const sum = copyCore(a);
  addCore(sum, b);
  return sum;
}

export function copyCore(part: CorePart): CorePart {
  return {
    ...part,
    chain: part.chain === NO_HITS ? NO_HITS : { ...part.chain },
    version: part.version === NO_HITS ? NO_HITS : { ...part.version },
    fills: part.fills === NO_SLOTS ? NO_SLOTS : part.fills.slice(),
    risk: part.risk === NO_SLOTS ? NO_SLOTS : part.risk.slice(),
  };
}

/** Expresses the part in a finer scale, exactly and in place. */
export function rescaleCore(part: CorePart, from: Scale, to: Scale): void {
  const lots = pow10(to.quantityDecimals - from.quantityDecimals);
  const price = to.inverse ? 1n : pow10(to.priceDecimals - from.priceDecimals);
  const net = pow10(to.netDecimals - from.netDecimals);
  for (const name of LOTS) part[name] *= lots;
  for (const name of MONEY) part[name] *= lots * price;
  for (const way of ["chain", "version"] as const) {
    if (part[way] === NO_HITS) continue;
    const hits = ownHits(part, way);
    for (const name of HIT_LOTS) hits[name] *= lots;
    for (const name of HIT_MONEY) hits[name] *= lots * price;
  }
  part.path = scalePath(part.path, net);
  const { times, totals } = part.highs;
  if (times.length > 0) part.highs = { times, totals: totals.map((height) => height * net) };
  part.absoluteTime *= lots;
  part.maximumLots *= Number(lots);
  part.position *= Number(lots);
  part.cost *= lots * price;
  part.mid *= 10 ** (to.priceDecimals - from.priceDecimals);
}
