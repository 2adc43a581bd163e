/**
 * Hit rate: of the quotes that *ended* in the window, how many had traded at all.
 *
 *     H = closed quotes with a fill ÷ closed quotes
 *
 * The cohort is by time of closing, so H lies in 0…1 and nothing is censored. Rejected quotes were never live.
 *
 * @see docs/reference/metrics.md#hit-rate
 */
import { exactToNumber } from "../ledger/exact.ts";
import { wilsonInterval } from "../stats/wilson.ts";
import type { HitRateFigures } from "./performance-metrics.ts";

/** Counts of quotes by how they ended; quantities as floats of any one unit. */
export interface QuoteOutcomes {
  readonly closed: number;
  readonly filled: number;
  readonly full: number;
  readonly cancelledUnfilled: number;
  readonly rejected: number;
  readonly open: number;
  readonly quotedQuantity: number;
  readonly filledQuantity: number;
}

/** The figures of one way of counting, by chain or by version; the interval is Wilson's 95 %. */
export function hitRateFigures(outcomes: QuoteOutcomes): HitRateFigures {
  const { closed, filled, full, cancelledUnfilled, rejected, open } = outcomes;
  const interval = wilsonInterval(filled, closed);
  return {
    value: share(filled, closed),
    n: closed,
    status: closed > 0 ? "ok" : "empty",
    interval: interval === undefined ? null : [interval[0], interval[1]],
    byQuantity: share(outcomes.filledQuantity, outcomes.quotedQuantity),
    fullFill: share(full, closed),
    cancelledUnfilled: share(cancelledUnfilled, closed),
    closed,
    filled,
    rejected,
    open,
  };
}

/** part ÷ whole, at most 1 (an overfilled quote counts as full); null when the whole is 0. */
function share(part: number, whole: number): number | null {
  return whole > 0 ? Math.min(1, part / whole) : null;
}

/** Lots as a float, for ratios. */
export function lotsAsNumber(lots: bigint, decimals: number): number {
  return exactToNumber({ units: lots, decimals });
}
