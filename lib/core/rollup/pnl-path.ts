/**
 * The path of net PnL as a monoid: enough of a path to know the maximum drawdown of any concatenation of paths, at
 * the resolution of events. All values are integers of one net unit; every step happens at a time.
 */

export interface PnlPath {
  /** Sum of all steps. */
  readonly total: bigint;
  /** Highest prefix, the empty one (0, no time) included; ties take the latest time. */
  readonly high: bigint;
  readonly highTime: number | null;
  /** Lowest prefix, the empty one included; ties take the first time. */
  readonly low: bigint;
  readonly lowTime: number | null;
  /** max over s ≤ t of prefix(s) − prefix(t); ties take the first trough, and before it the latest peak. */
  readonly drawdown: bigint;
  /** null: the start of the path. */
  readonly peakTime: number | null;
  readonly troughTime: number | null;
}

export const EMPTY_PATH: PnlPath = {
  total: 0n,
  high: 0n,
  highTime: null,
  low: 0n,
  lowTime: null,
  drawdown: 0n,
  peakTime: null,
  troughTime: null,
};

/** A path of one step. */
export function stepPath(delta: bigint, time: number): PnlPath {
  const fell = delta < 0n;
  return {
    total: delta,
    high: fell ? 0n : delta,
    highTime: fell ? null : time,
    low: fell ? delta : 0n,
    lowTime: fell ? time : null,
    drawdown: fell ? -delta : 0n,
    peakTime: null,
    troughTime: fell ? time : null,
  };
}

/** Path a, then path b. Associative; `EMPTY_PATH` is neutral. */
export function mergePaths(a: PnlPath, b: PnlPath): PnlPath {
  if (a === EMPTY_PATH) return b;
  if (b === EMPTY_PATH) return a;
  const high = a.total + b.high;
  const low = a.total + b.low;
  const highInB = b.highTime !== null && high >= a.high;
  const lowInB = b.lowTime !== null && low < a.low;
  const { drawdown, peakTime, troughTime } = deepest(a, b, low);
  return {
    total: a.total + b.total,
    high: highInB ? high : a.high,
    highTime: highInB ? b.highTime : a.highTime,
    low: lowInB ? low : a.low,
    lowTime: lowInB ? b.lowTime : a.lowTime,
    drawdown,
    peakTime,
    troughTime,
  };
}

/** The same path in a unit `times` as fine. */
export function scalePath(path: PnlPath, times: bigint): PnlPath {
  if (path === EMPTY_PATH) return path;
  const { total, high, low, drawdown } = path;
  return {
    ...path,
    total: total * times,
    high: high * times,
    low: low * times,
    drawdown: drawdown * times,
  };
}

type Fall = Pick<PnlPath, "drawdown" | "peakTime" | "troughTime">;

/** The deepest of: the fall inside a, the fall from a's peak to b's trough at `low`, the fall inside b. */
function deepest(a: PnlPath, b: PnlPath, low: bigint): Fall {
  let best: Fall = a;
  if (b.lowTime !== null) {
    const drawdown = a.high - low;
    best = worse(best, { drawdown, peakTime: a.highTime, troughTime: b.lowTime });
  }
  // A fall inside b that starts at b's empty prefix is a fall from a's end: the case above covers it.
  return b.peakTime === null ? best : worse(best, b);
}

function worse(a: Fall, b: Fall): Fall {
  if (a.drawdown !== b.drawdown) return a.drawdown > b.drawdown ? a : b;
  const first = a.troughTime ?? Number.POSITIVE_INFINITY;
  const second = b.troughTime ?? Number.POSITIVE_INFINITY;
  if (first !== second) return first < second ? a : b;
  // Equal troughs: the latest peak; the start of the path is earlier than any time.
  return (b.peakTime ?? -1) > (a.peakTime ?? -1) ? b : a;
}
