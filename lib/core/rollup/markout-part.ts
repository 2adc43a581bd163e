/**
 * The `markout.<horizon>` rollup: the markouts, at one horizon, of the trades of one bucket. It belongs to the bucket
 * of the trades and goes on changing until they have matured.
 */
import { pow10 } from "../ledger/exact.ts";
import type { Scale } from "../ledger/scale.ts";
import { addToMoments, emptyMoments, type MutableMoments, mergeMoments } from "../stats/moments.ts";
import { decodeScale, encodeScale, numberField } from "./core-text.ts";
import type { JsonValue } from "./row.ts";

/** Statistics of one liquidity; maker and taker are never blended. */
export interface MarkoutStats {
  /** Gross markouts in bps. */
  moments: MutableMoments;
  /** Σ w and Σ w·M, w the notional at the pre-trade mid. */
  weight: number;
  weighted: number;
  /** Σ N over the trades whose fee is known in settlement currency, and how many. */
  net: number;
  netCount: number;
  /** Σ w and Σ w·N over the same. */
  netWeight: number;
  netWeighted: number;
  positive: number;
  negative: number;
  pending: number;
  stale: number;
  missing: number;
  invalid: number;
}

/** Money sums in the instrument's scale: Σx·(m(t+h) − m0) of matured trades; Σx and Σx·m0 of the others. */
export interface MarkoutPart {
  maker: MarkoutStats;
  taker: MarkoutStats;
  adverse: bigint;
  pendingLots: bigint;
  pendingMoney: bigint;
  /** Trades without a mid at the horizon, or before the trade. */
  lostLots: bigint;
  lostMoney: bigint;
}

const SUMS = [
  "weight",
  "weighted",
  "net",
  "netCount",
  "netWeight",
  "netWeighted",
  "positive",
  "negative",
  "pending",
  "stale",
  "missing",
  "invalid",
] as const;
const LOTS = ["pendingLots", "lostLots"] as const;
const MONEY = ["adverse", "pendingMoney", "lostMoney"] as const;

export function emptyMarkoutStats(): MarkoutStats {
  return {
    moments: emptyMoments(),
    weight: 0,
    weighted: 0,
    net: 0,
    netCount: 0,
    netWeight: 0,
    netWeighted: 0,
    positive: 0,
    negative: 0,
    pending: 0,
    stale: 0,
    missing: 0,
    invalid: 0,
  };
}

export function emptyMarkoutPart(): MarkoutPart {
  return {
    maker: emptyMarkoutStats(),
    taker: emptyMarkoutStats(),
    adverse: 0n,
    pendingLots: 0n,
    pendingMoney: 0n,
    lostLots: 0n,
    lostMoney: 0n,
  };
}

/** One matured markout: gross bps, net bps where the fee is known, weight = notional at the pre-trade mid. */
export function addMarkout(
  stats: MarkoutStats,
  gross: number,
  net: number | undefined,
  weight: number,
): void {
  addToMoments(stats.moments, gross);
  stats.weight += weight;
  stats.weighted += weight * gross;
  if (net !== undefined) {
    stats.net += net;
    stats.netCount += 1;
    stats.netWeight += weight;
    stats.netWeighted += weight * net;
  }
  if (gross > 0) stats.positive += 1;
  else if (gross < 0) stats.negative += 1;
}

export function mergeMarkoutStats(a: MarkoutStats, b: MarkoutStats): MarkoutStats {
  const sum = { ...a, moments: { ...mergeMoments(a.moments, b.moments) } };
  for (const name of SUMS) sum[name] += b[name];
  return sum;
}

/** Associative and commutative; money sums bit-equal, statistics within rounding. */
export function mergeMarkoutParts(a: MarkoutPart, b: MarkoutPart): MarkoutPart {
  return {
    maker: mergeMarkoutStats(a.maker, b.maker),
    taker: mergeMarkoutStats(a.taker, b.taker),
    adverse: a.adverse + b.adverse,
    pendingLots: a.pendingLots + b.pendingLots,
    pendingMoney: a.pendingMoney + b.pendingMoney,
    lostLots: a.lostLots + b.lostLots,
    lostMoney: a.lostMoney + b.lostMoney,
  };
}

/** Expresses the money sums in a finer scale, exactly and in place. */
export function rescaleMarkoutPart(part: MarkoutPart, from: Scale, to: Scale): void {
  const lots = pow10(to.quantityDecimals - from.quantityDecimals);
  const price = to.inverse ? 1n : pow10(to.priceDecimals - from.priceDecimals);
  for (const name of LOTS) part[name] *= lots;
  for (const name of MONEY) part[name] *= lots * price;
}

/** JSON text of a part, with the scale that its money is in; zeros are left out. Name by name, as `encodeCore`. */
export function encodeMarkoutPart(part: MarkoutPart, scale: Scale): string {
  let text = `{"scale":${encodeScale(scale)}`;
  for (const name of BIGINTS) if (part[name] !== 0n) text += `,"${name}":"${part[name]}"`;
  return `${text}${encodeStats("maker", part.maker)}${encodeStats("taker", part.taker)}}`;
}

const BIGINTS = [...LOTS, ...MONEY] as const;

function encodeStats(name: string, stats: MarkoutStats): string {
  let text = "";
  const { n, mean, m2, m3, m4 } = stats.moments;
  if (n > 0) text += `,"moments":[${n},${mean},${m2},${m3},${m4}]`;
  text +=
    numberField(',"weight":', stats.weight) +
    numberField(',"weighted":', stats.weighted) +
    numberField(',"net":', stats.net) +
    numberField(',"netCount":', stats.netCount) +
    numberField(',"netWeight":', stats.netWeight) +
    numberField(',"netWeighted":', stats.netWeighted) +
    numberField(',"positive":', stats.positive) +
    numberField(',"negative":', stats.negative) +
    numberField(',"pending":', stats.pending) +
    numberField(',"stale":', stats.stale) +
    numberField(',"missing":', stats.missing) +
    numberField(',"invalid":', stats.invalid);
  return text === "" ? "" : `,"${name}":{${text.slice(1)}}`;
}

/** Reads back what `encodeMarkoutPart` wrote. */
export function decodeMarkoutPart(text: string): { part: MarkoutPart; scale: Scale } {
  const fields = JSON.parse(text) as { readonly [name: string]: JsonValue };
  const part = emptyMarkoutPart();
  for (const name of BIGINTS) part[name] = BigInt((fields[name] as string) ?? 0);
  part.maker = decodeStats(fields["maker"]);
  part.taker = decodeStats(fields["taker"]);
  return { part, scale: decodeScale(fields["scale"]) };
}

function decodeStats(value: JsonValue | undefined): MarkoutStats {
  const stats = emptyMarkoutStats();
  if (value === undefined) return stats;
  const fields = value as { readonly [name: string]: JsonValue };
  for (const name of SUMS) stats[name] = (fields[name] as number | undefined) ?? 0;
  const [n, mean, m2, m3, m4] = (fields["moments"] ?? [0, 0, 0, 0, 0]) as number[];
  Object.assign(stats.moments, { n, mean, m2, m3, m4 });
  return stats;
}
