/** Is what stands here current? Judged by the thresholds that come with the answer, on the server's clock. */
import type { Fresh } from "../../lib/core/api/schema.ts";

export type FreshState = "none" | "fresh" | "late" | "stale";

const LEAST_STALE_US = 60e6;

/** @param now the server's clock, µs */
export function freshState(asOf: number | null, cadenceUs: number, now: number): FreshState {
  if (asOf === null || asOf === 0) return "none";
  const age = now - asOf;
  if (age > Math.max(10 * cadenceUs, LEAST_STALE_US)) return "stale";
  return age > 3 * cadenceUs ? "late" : "fresh";
}

/** The feeds whose last word is stale: their figures stay, marked, and totals say that they are in. */
export function staleSources(fresh: Fresh, now: number): readonly string[] {
  return fresh.sources
    .filter(({ lastAt }) => freshState(lastAt, fresh.cadenceUs, now) === "stale")
    .map(({ id }) => id);
}

/** Shape as well as colour: ● good, ◐ delayed, ○ down or nothing yet. */
export const FRESH_MARK: Readonly<Record<FreshState, string>> = {
  fresh: "●",
  late: "◐",
  stale: "○",
  none: "○",
};
