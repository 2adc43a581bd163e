/** The path of the open bucket as plain values, and back. */
import type { PathCursor } from "../rollup/path-cursor.ts";
import { EMPTY_PATH, type PnlPath } from "../rollup/pnl-path.ts";
import type { JsonValue } from "../rollup/row.ts";

export function packPath(cursor: PathCursor): JsonValue {
  const { exact, highs, steps } = cursor;
  const { high, highTime, low, lowTime, drawdown, peakTime, troughTime } = cursor;
  const run = [cursor.total, high, highTime, low, lowTime, drawdown, peakTime, troughTime, steps];
  return [
    exact.highTime === null && exact.lowTime === null ? 0 : packExact(exact),
    [...highs.times],
    highs.totals.map(String),
    ...(steps === 0 ? [] : [run, cursor.runTimes, cursor.runTotals]),
  ];
}

function packExact(path: PnlPath): JsonValue {
  const { total, high, highTime, low, lowTime, drawdown, peakTime, troughTime } = path;
  const heights = [total, high, low, drawdown].map(String);
  return [...heights, highTime, lowTime, peakTime, troughTime];
}

export function unpackPath(packed: JsonValue | undefined): PathCursor {
  const [exact, times, totals, run = [], runTimes = [], runTotals = []] =
    packed as unknown as readonly [JsonValue, number[], string[], number[]?, number[]?, number[]?];
  const [total = 0, high = 0, highTime = -1, low = 0, lowTime = -1, ...rest] = run;
  const [drawdown = 0, peakTime = -1, troughTime = -1, steps = 0] = rest;
  return {
    exact: exact === 0 ? EMPTY_PATH : unpackExact(exact),
    total,
    high,
    highTime,
    low,
    lowTime,
    drawdown,
    peakTime,
    troughTime,
    steps,
    runTimes,
    runTotals,
    highs: { times, totals: totals.map(BigInt) },
  };
}

function unpackExact(packed: JsonValue): PnlPath {
  const [total, high, low, drawdown, ...times] = packed as [string, string, string, string];
  const [highTime = null, lowTime = null, peakTime = null, troughTime = null] = times as (
    | number
    | null
  )[];
  return {
    total: BigInt(total),
    high: BigInt(high),
    highTime,
    low: BigInt(low),
    lowTime,
    drawdown: BigInt(drawdown),
    peakTime,
    troughTime,
  };
}
