/** Whether a daily figure rises or falls by more than chance, and how fast. */
import { hamedRao } from "../stats/hamed-rao.ts";
import { theilSen } from "../stats/theil-sen.ts";

export interface Trend {
  /** Days with a value. */
  readonly n: number;
  /** Theil and Sen's, in the figure's unit a day; null where `status` is not ok, like all that follow. */
  readonly slope: number | null;
  /** 95 % interval of the slope. */
  readonly interval: readonly [number, number] | null;
  /** Kendall's, −1 … 1. */
  readonly tau: number | null;
  /** Mann and Kendall's two-sided p with Hamed and Rao's variance: neighbouring days depend on each other. */
  readonly p: number | null;
  /** `insufficient`: less than 12 days; `zero-variance`: all the same. */
  readonly status: "ok" | "insufficient" | "zero-variance";
}

const DAYS_MIN = 12;

/** @param values one a day in order of time; null where the day has none, which keeps its place in time */
export function trendOf(values: readonly (number | null)[]): Trend {
  const times: number[] = [];
  const known: number[] = [];
  for (const [day, value] of values.entries()) {
    if (value === null) continue;
    times.push(day);
    known.push(value);
  }
  const n = known.length;
  if (n < DAYS_MIN) return without(n, "insufficient");
  if (known.every((value) => value === known[0])) return without(n, "zero-variance");
  const line = theilSen(known, times);
  const test = hamedRao(known);
  if (line === undefined || test === undefined) return without(n, "insufficient");
  const { slope, interval } = line;
  return { n, slope, interval, tau: test.tau, p: test.p, status: "ok" };
}

function without(n: number, status: Trend["status"]): Trend {
  return { n, slope: null, interval: null, tau: null, p: null, status };
}
