/**
 * Core parts of open buckets as plain values, and back: fields in a fixed order, name by name, because four parts are
 * written at every commit. Rows have names, since others read them: see `core-text.ts`, in which version 4 told parts too.
 */
import {
  type CorePart,
  emptyCore,
  type HitCounts,
  NO_FEES,
  NO_HITS,
  NO_SLOTS,
} from "../rollup/core-part.ts";
import { decodeCore } from "../rollup/core-text.ts";
import type { PathHighs } from "../rollup/path-cursor.ts";
import type { PnlPath } from "../rollup/pnl-path.ts";
import type { JsonValue } from "../rollup/row.ts";

/** Instead of what is as in an empty part. */
const NONE = 0;

type List<Value> = readonly Value[] | typeof NONE;
type Big = number | string;
type PackedPath = readonly [heights: readonly Big[], times: readonly (number | null)[]];
type PackedHighs = readonly [times: readonly number[], totals: readonly Big[]];

type Packed = readonly [
  from: number,
  span: number,
  midTime: number | null,
  levels: readonly number[],
  realizedVariance: number,
  counts: readonly number[],
  amounts: readonly Big[],
  ...Lists,
];
type Lists = readonly [
  fills: List<number>,
  risk: List<number>,
  live: List<number>,
  chain: List<Big>,
  version: List<Big>,
  path: PackedPath | typeof NONE,
  highs: PackedHighs | typeof NONE,
  fees: List<readonly [currency: string, fee: Big]>,
];

export function packCore(part: CorePart): JsonValue {
  return packed(part) as unknown as JsonValue;
}

function packed(part: CorePart): Packed {
  const { from, to, path, highs, fills, risk, live, chain, version } = part;
  return [
    from,
    to - from,
    part.midTime === 0 ? null : part.midTime - from,
    [part.mid, part.position, part.openChains, part.maximumLots, part.twoSided],
    part.realizedVariance,
    packCounts(part),
    packAmounts(part),
    fills === NO_SLOTS ? NONE : unlessZero(fills),
    risk === NO_SLOTS ? NONE : unlessZero(risk),
    live === NO_SLOTS ? NONE : unlessZero(live),
    chain === NO_HITS ? NONE : unlessZero(packHits(chain)),
    version === NO_HITS ? NONE : unlessZero(packHits(version)),
    path.highTime === null && path.lowTime === null ? NONE : packPath(path, from),
    highs.times.length === 0 ? NONE : packHighs(highs, from),
    part.feesUnconverted === NO_FEES ? NONE : packFees(part.feesUnconverted),
  ];
}

function unlessZero<Value extends Big>(list: readonly Value[]): List<Value> {
  for (const value of list) if (value !== 0) return list;
  return NONE;
}

/** As a number where it is one exactly. */
function packBig(value: bigint): Big {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function packCounts(part: CorePart): number[] {
  return [
    part.applied,
    part.duplicates,
    part.quarantined,
    part.gaps,
    part.late,
    part.invalidReferences,
    part.positionBreaks,
    part.fundingsWithoutMark,
    part.trades,
    part.maker,
    part.taker,
  ];
}

function packAmounts(part: CorePart): Big[] {
  return [
    packBig(part.buyLots),
    packBig(part.sellLots),
    packBig(part.notional),
    packBig(part.spread),
    packBig(part.inventory),
    packBig(part.gross),
    packBig(part.realized),
    packBig(part.fees),
    packBig(part.funding),
    packBig(part.absoluteTime),
    packBig(part.cost),
  ];
}

function packHits(hits: Readonly<HitCounts>): Big[] {
  return [
    hits.closed,
    hits.filled,
    hits.full,
    hits.cancelledUnfilled,
    hits.expiredUnfilled,
    hits.replacedUnfilled,
    hits.rejected,
    hits.placed,
    packBig(hits.quotedLots),
    packBig(hits.filledLots),
    packBig(hits.quotedMoney),
    packBig(hits.filledMoney),
  ];
}

function packPath(path: PnlPath, from: number): PackedPath {
  const { total, high, highTime, low, lowTime, drawdown, peakTime, troughTime } = path;
  return [
    [packBig(total), packBig(high), packBig(low), packBig(drawdown)],
    [since(highTime, from), since(lowTime, from), since(peakTime, from), since(troughTime, from)],
  ];
}

function since(time: number | null, from: number): number | null {
  return time === null ? null : time - from;
}

function packHighs({ times, totals }: PathHighs, from: number): PackedHighs {
  return [times.map((time) => time - from), totals.map(packBig)];
}

function packFees(fees: CorePart["feesUnconverted"]): List<readonly [string, Big]> {
  const entries = Object.entries(fees);
  return entries.length === 0 ? NONE : entries.map(([name, fee]) => [name, packBig(fee)] as const);
}

/** What `packCore` made, or version 4's text. */
export function unpackCore(packed: JsonValue): CorePart {
  if (typeof packed === "string") return decodeCore(packed).part;
  const [from, span, midTime, levels, realizedVariance, counts, amounts, ...lists] =
    packed as unknown as Packed;
  const part = emptyCore();
  part.from = from;
  part.to = from + span;
  part.midTime = midTime === null ? 0 : from + midTime;
  [part.mid = 0, part.position = 0, part.openChains = 0, part.maximumLots = 0] = levels;
  part.twoSided = levels[4] ?? 0;
  part.realizedVariance = realizedVariance;
  unpackCounts(part, counts);
  unpackAmounts(part, amounts);
  unpackLists(part, lists);
  return part;
}

function unpackCounts(part: CorePart, counts: readonly number[]): void {
  const at = (index: number) => counts[index] ?? 0;
  part.applied = at(0);
  part.duplicates = at(1);
  part.quarantined = at(2);
  part.gaps = at(3);
  part.late = at(4);
  part.invalidReferences = at(5);
  part.positionBreaks = at(6);
  part.fundingsWithoutMark = at(7);
  part.trades = at(8);
  part.maker = at(9);
  part.taker = at(10);
}

function unpackAmounts(part: CorePart, amounts: readonly Big[]): void {
  const at = (index: number) => bigAt(amounts, index);
  part.buyLots = at(0);
  part.sellLots = at(1);
  part.notional = at(2);
  part.spread = at(3);
  part.inventory = at(4);
  part.gross = at(5);
  part.realized = at(6);
  part.fees = at(7);
  part.funding = at(8);
  part.absoluteTime = at(9);
  part.cost = at(10);
}

function bigAt(values: readonly Big[], index: number): bigint {
  const value = values[index];
  return value === undefined || value === 0 ? 0n : BigInt(value);
}

function unpackLists(part: CorePart, lists: Lists): void {
  const [fills, risk, live, chain, version, path, highs, fees] = lists;
  if (fills !== NONE) part.fills = fills;
  if (risk !== NONE) part.risk = risk;
  if (live !== NONE) part.live = live;
  if (chain !== NONE) part.chain = unpackHits(chain);
  if (version !== NONE) part.version = unpackHits(version);
  if (path !== NONE) part.path = unpackPath(path, part.from);
  if (highs !== NONE) part.highs = unpackHighs(highs, part.from);
  if (fees === NONE) return;
  part.feesUnconverted = Object.fromEntries(fees.map(([name, fee]) => [name, BigInt(fee)]));
}

function unpackHits(hits: readonly Big[]): HitCounts {
  const at = (index: number) => Number(hits[index] ?? 0);
  return {
    closed: at(0),
    filled: at(1),
    full: at(2),
    cancelledUnfilled: at(3),
    expiredUnfilled: at(4),
    replacedUnfilled: at(5),
    rejected: at(6),
    placed: at(7),
    quotedLots: bigAt(hits, 8),
    filledLots: bigAt(hits, 9),
    quotedMoney: bigAt(hits, 10),
    filledMoney: bigAt(hits, 11),
  };
}

function unpackPath([heights, times]: PackedPath, from: number): PnlPath {
  const at = (index: number) => {
    const time = times[index] ?? null;
    return time === null ? null : from + time;
  };
  return {
    total: bigAt(heights, 0),
    high: bigAt(heights, 1),
    highTime: at(0),
    low: bigAt(heights, 2),
    lowTime: at(1),
    drawdown: bigAt(heights, 3),
    peakTime: at(2),
    troughTime: at(3),
  };
}

function unpackHighs([times, totals]: PackedHighs, from: number): PathHighs {
  return { times: times.map((time) => from + time), totals: totals.map(BigInt) };
}
