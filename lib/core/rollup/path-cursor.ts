/**
 * Builds a `PnlPath` step by step. Between trades a path moves by products of lots and half-ticks, which are small
 * integers: those steps are taken in numbers, and only their summary enters the exact path.
 */
import { EMPTY_PATH, mergePaths, type PnlPath, stepPath } from "./pnl-path.ts";

/** Beyond this the number side is folded into the exact path; sums of two such stay exact. */
const FOLD_AT = 2 ** 51;

export interface PathCursor {
  /** Everything before the open run of number steps. */
  exact: PnlPath;
  total: number;
  high: number;
  highTime: number;
  low: number;
  lowTime: number;
  drawdown: number;
  peakTime: number;
  troughTime: number;
  steps: number;
  /** The run's points at or above everything before them in it. */
  runTimes: number[];
  runTotals: number[];
  /** The same of the whole path, in net units: when it first reached a height. */
  highs: PathHighs;
}

/** Points of a path that stand at or above all earlier ones, the start (0) included; parallel lists, in time order. */
export interface PathHighs {
  readonly times: readonly number[];
  readonly totals: readonly bigint[];
}

export const NO_HIGHS: PathHighs = Object.freeze({ times: [], totals: [] });

const NONE = -1;

export function newPathCursor(): PathCursor {
  return {
    exact: EMPTY_PATH,
    total: 0,
    high: 0,
    highTime: NONE,
    low: 0,
    lowTime: NONE,
    drawdown: 0,
    peakTime: NONE,
    troughTime: NONE,
    steps: 0,
    runTimes: [],
    runTotals: [],
    highs: NO_HIGHS,
  };
}

/** A step of `money` (a safe integer, in money units). */
export function stepMoney(cursor: PathCursor, money: number, time: number, unit: bigint): void {
  if (money >= FOLD_AT || money <= -FOLD_AT) {
    stepNet(cursor, BigInt(money) * unit, time, unit);
    return;
  }
  if (money === 0) return;
  cursor.steps += 1;
  const total = cursor.total + money;
  cursor.total = total;
  if (total >= cursor.high) {
    cursor.high = total;
    cursor.highTime = time;
    cursor.runTimes.push(time);
    cursor.runTotals.push(total);
  }
  if (total < cursor.low) {
    cursor.low = total;
    cursor.lowTime = time;
  }
  const fall = cursor.high - total;
  if (fall > cursor.drawdown || (fall === cursor.drawdown && time === cursor.troughTime)) {
    cursor.drawdown = fall;
    cursor.peakTime = cursor.highTime;
    cursor.troughTime = time;
  }
  if (total >= FOLD_AT || total <= -FOLD_AT) foldRun(cursor, unit);
}

/** An exact step in net units, for trades and funding; what changes nothing is no step. */
export function stepNet(cursor: PathCursor, net: bigint, time: number, unit: bigint): void {
  if (net === 0n) return;
  foldRun(cursor, unit);
  const before = cursor.exact;
  cursor.exact = mergePaths(before, stepPath(net, time));
  const { total } = cursor.exact;
  if (total >= before.high) cursor.highs = withHighs(cursor.highs, [time], [total]);
}

/** The path so far; `unit` is net units per money unit. */
export function pathOf(cursor: PathCursor, unit: bigint): PnlPath {
  foldRun(cursor, unit);
  return cursor.exact;
}

function foldRun(cursor: PathCursor, unit: bigint): void {
  if (cursor.steps === 0) return;
  const run: PnlPath = {
    total: BigInt(cursor.total) * unit,
    high: BigInt(cursor.high) * unit,
    highTime: timeOrNull(cursor.highTime),
    low: BigInt(cursor.low) * unit,
    lowTime: timeOrNull(cursor.lowTime),
    drawdown: BigInt(cursor.drawdown) * unit,
    peakTime: timeOrNull(cursor.peakTime),
    troughTime: timeOrNull(cursor.troughTime),
  };
  const highs = runHighs(cursor, unit);
  cursor.exact = mergePaths(cursor.exact, run);
  cursor.highs = highs;
  startRun(cursor);
}

function startRun(cursor: PathCursor): void {
  cursor.total = 0;
  cursor.high = 0;
  cursor.highTime = NONE;
  cursor.low = 0;
  cursor.lowTime = NONE;
  cursor.drawdown = 0;
  cursor.peakTime = NONE;
  cursor.troughTime = NONE;
  cursor.steps = 0;
  cursor.runTimes = [];
  cursor.runTotals = [];
}

/** Of the run's highs those that are highs of the whole path. */
function runHighs({ exact, runTimes, runTotals, highs }: PathCursor, unit: bigint): PathHighs {
  if (runTimes.length === 0) return highs;
  const heights = runTotals.map((total) => BigInt(total) * unit);
  if (exact === EMPTY_PATH) return { times: runTimes, totals: heights };
  const times: number[] = [];
  const totals: bigint[] = [];
  heights.forEach((height, index) => {
    const total = exact.total + height;
    if (total < exact.high) return;
    times.push(runTimes[index] ?? 0);
    totals.push(total);
  });
  return times.length === 0 ? highs : withHighs(highs, times, totals);
}

function withHighs(
  highs: PathHighs,
  times: readonly number[],
  totals: readonly bigint[],
): PathHighs {
  return { times: [...highs.times, ...times], totals: [...highs.totals, ...totals] };
}

function timeOrNull(time: number): number | null {
  return time === NONE ? null : time;
}
