/**
 * Open markout buckets as texts, and back. One text holds all horizons of a bucket: its fields are in a fixed order, 0
 * is left out, and `=` stands for what follows from the fields before. A text is kept until its bucket changes, because
 * most buckets wait for their next horizon when a commit comes.
 */
import type { Scale } from "../ledger/scale.ts";
import {
  emptyMarkoutPart,
  emptyMarkoutStats,
  type MarkoutPart,
  type MarkoutStats,
} from "../rollup/markout-part.ts";
import { type JsonValue, RESOLUTION_US, RESOLUTIONS } from "../rollup/row.ts";
import { sumOf } from "./markout-sums.ts";
import type { InstrumentState, MarkoutBucket, PendingTrade } from "./state.ts";

const AMOUNTS = ["adverse", "pendingLots", "pendingMoney", "lostLots", "lostMoney"] as const;
const COUNTS = ["positive", "negative", "pending", "stale", "missing", "invalid"] as const;
const MOMENTS = ["n", "mean", "m2", "m3", "m4"] as const;
const WEIGHTS = ["weight", "weighted", "net", "netCount", "netWeight", "netWeighted"] as const;
const NOTHING = emptyMarkoutStats();
const SAME = "=";
const FINEST = "5s|";

/** Four values a bucket: resolution, number of the bucket, trades that wait in it, and its parts. */
export function packMarkouts({ markouts, pending, scale }: InstrumentState): JsonValue[] {
  let byKey: ReadonlyMap<string, readonly PendingTrade[]> | undefined;
  return [...markouts].flatMap(([key, bucket]) => {
    if (bucket.packed === undefined) {
      byKey ??= tradesByFinest(pending);
      bucket.packed = textOf(bucket, byKey.get(key) ?? [], scale);
    }
    const level = RESOLUTIONS.indexOf(bucket.resolution);
    const place = bucket.bucket / RESOLUTION_US[bucket.resolution];
    return [level, place, bucket.pending, bucket.packed];
  });
}

/** The finest buckets are many, and their trades are nearly always pending still: their sums are left to these. */
function tradesByFinest(pending: readonly PendingTrade[]): Map<string, PendingTrade[]> {
  const byKey = new Map<string, PendingTrade[]>();
  for (const trade of pending) {
    for (const key of trade.parts) {
      if (!key.startsWith(FINEST)) continue;
      const trades = byKey.get(key);
      if (trades === undefined) byKey.set(key, [trade]);
      else trades.push(trade);
    }
  }
  return byKey;
}

function textOf(
  { suffix, parts }: MarkoutBucket,
  trades: readonly PendingTrade[],
  scale: Scale,
): string {
  const follows =
    trades.length > 0 && parts.every((part, index) => isSumOf(part, trades, index, scale));
  return follows ? suffix : [suffix, ...parts.map(partText)].join("|");
}

function isSumOf(
  part: MarkoutPart,
  trades: readonly PendingTrade[],
  index: number,
  scale: Scale,
): boolean {
  const sum = sumOf(emptyMarkoutPart(), trades, index, scale);
  return (
    AMOUNTS.every((name) => sum[name] === part[name]) &&
    isSame(sum.maker, part.maker) &&
    isSame(sum.taker, part.taker)
  );
}

function isSame(a: MarkoutStats, b: MarkoutStats): boolean {
  const [one, other] = [a.moments, b.moments];
  for (const name of MOMENTS) if (one[name] !== other[name]) return false;
  for (const name of WEIGHTS) if (a[name] !== b[name]) return false;
  for (const name of COUNTS) if (a[name] !== b[name]) return false;
  return true;
}

function partText(part: MarkoutPart): string {
  const { adverse, pendingLots, pendingMoney, lostLots, lostMoney, maker, taker } = part;
  const waiting = `${amountText(pendingLots)},${amountText(pendingMoney)}`;
  const lost = `${amountText(lostLots)},${amountText(lostMoney)}`;
  return `${amountText(adverse)},${waiting},${lost};${statsText(maker)};${statsText(taker)}`;
}

function amountText(value: bigint): string {
  return value === 0n ? "" : String(value);
}

/** Weights are nearly always those of all trades, and means of one trade are its own. */
function statsText(stats: MarkoutStats): string {
  const { moments, weight, weighted, net, netCount, netWeight, netWeighted } = stats;
  const { n, mean, m2, m3, m4 } = moments;
  if (n === 0 && isSame(stats, NOTHING)) return "";
  return joined([
    numberText(n),
    numberText(mean),
    numberText(m2),
    numberText(m3),
    numberText(m4),
    numberText(weight),
    unless(weighted, weight * mean),
    numberText(net),
    unless(netCount, n),
    unless(netWeight, weight),
    unless(netWeighted, netWeight * net),
    numberText(stats.positive),
    numberText(stats.negative),
    numberText(stats.pending),
    numberText(stats.stale),
    numberText(stats.missing),
    numberText(stats.invalid),
  ]);
}

/** By commas, without those at the end. */
function joined(fields: string[]): string {
  while (fields.at(-1) === "") fields.pop();
  return fields.join(",");
}

function numberText(value: number): string {
  return value === 0 ? "" : String(value);
}

function unless(value: number, known: number): string {
  if (value === 0) return "";
  return value === known ? SAME : String(value);
}

export function unpackMarkouts(
  packed: readonly JsonValue[],
  { pending, scale, settings }: InstrumentState,
): Map<string, MarkoutBucket> {
  const byKey = tradesByFinest(pending);
  const buckets = new Map<string, MarkoutBucket>();
  for (let at = 0; at < packed.length; at += 4) {
    const resolution = RESOLUTIONS[packed[at] as number] ?? "1d";
    const bucket = (packed[at + 1] as number) * RESOLUTION_US[resolution];
    const waiting = packed[at + 2] as number;
    const text = packed[at + 3] as string;
    const [suffix = "", ...texts] = text.split("|");
    const key = `${resolution}|${bucket}|${suffix}`;
    const trades = byKey.get(key) ?? [];
    const parts = settings.horizons.map((_, index) => {
      const own = texts[index];
      return own === undefined ? sumOf(emptyMarkoutPart(), trades, index, scale) : partOf(own);
    });
    buckets.set(key, { resolution, bucket, suffix, parts, pending: waiting, packed: text });
  }
  return buckets;
}

function partOf(text: string): MarkoutPart {
  const [amounts = "", maker = "", taker = ""] = text.split(";");
  const [adverse, pendingLots, pendingMoney, lostLots, lostMoney] = amounts.split(",");
  return {
    maker: statsOf(maker),
    taker: statsOf(taker),
    adverse: amountOf(adverse),
    pendingLots: amountOf(pendingLots),
    pendingMoney: amountOf(pendingMoney),
    lostLots: amountOf(lostLots),
    lostMoney: amountOf(lostMoney),
  };
}

function amountOf(text: string | undefined): bigint {
  return text === undefined || text === "" ? 0n : BigInt(text);
}

function statsOf(text: string): MarkoutStats {
  const stats = emptyMarkoutStats();
  if (text === "") return stats;
  const fields = text.split(",");
  const { moments } = stats;
  moments.n = numberAt(fields, 0);
  moments.mean = numberAt(fields, 1);
  moments.m2 = numberAt(fields, 2);
  moments.m3 = numberAt(fields, 3);
  moments.m4 = numberAt(fields, 4);
  stats.weight = numberAt(fields, 5);
  stats.weighted = numberAt(fields, 6, stats.weight * moments.mean);
  stats.net = numberAt(fields, 7);
  stats.netCount = numberAt(fields, 8, moments.n);
  stats.netWeight = numberAt(fields, 9, stats.weight);
  stats.netWeighted = numberAt(fields, 10, stats.netWeight * stats.net);
  for (let at = 11; at < fields.length; at += 1) {
    const name = COUNTS[at - 11];
    if (name !== undefined) stats[name] = numberAt(fields, at);
  }
  return stats;
}

/** @param known what `=` stands for there */
function numberAt(fields: readonly string[], index: number, known = 0): number {
  const text = fields[index];
  if (text === undefined || text === "") return 0;
  return text === SAME ? known : Number(text);
}
