import { normalQuantile } from "./normal.ts";
import { median, sorted } from "./quantile.ts";
import { midRanks } from "./ranks.ts";

/** A robust straight line. */
export interface TheilSen {
  /** Median of all pairwise slopes: units of the value per unit of time. */
  readonly slope: number;
  /** median(x) − slope · median(t). */
  readonly intercept: number;
  /** Of the slope, from the variance of Kendall's S. */
  readonly interval: readonly [number, number];
}

/**
 * Theil and Sen's line through a series.
 *
 *     slope = median of (xⱼ − xᵢ) / (tⱼ − tᵢ) over all pairs of different times
 *
 * @param times of the values, by default 0, 1, 2, …; gaps keep their place in time
 * @param confidence of the interval
 * @returns `undefined` without two different times
 * Source: Sen, JASA 63 (1968); ranks of the interval as in scipy's `theilslopes`. Cost: O(n² log n).
 */
export function theilSen(
  values: ArrayLike<number>,
  times: ArrayLike<number> = Array.from(values, (_, i) => i),
  confidence = 0.95,
): TheilSen | undefined {
  const slopes: number[] = [];
  for (let j = 1; j < values.length; j += 1) {
    for (let i = 0; i < j; i += 1) {
      const apart = times[j]! - times[i]!;
      if (apart !== 0) slopes.push((values[j]! - values[i]!) / apart);
    }
  }
  const ascending = sorted(slopes);
  const slope = median(ascending);
  if (slope === undefined) return undefined;
  const middle = median(sorted(Array.from(values)))! - slope * median(sorted(Array.from(times)))!;
  const reach = normalQuantile((1 + confidence) / 2) * Math.sqrt(kendallVariance(values, times));
  const upper = Math.min(Math.round((slopes.length + reach) / 2), slopes.length - 1);
  const lower = Math.max(Math.round((slopes.length - reach) / 2) - 1, 0);
  return { slope, intercept: middle, interval: [ascending[lower]!, ascending[upper]!] };
}

function kendallVariance(values: ArrayLike<number>, times: ArrayLike<number>): number {
  const n = values.length;
  const tied = [...midRanks(values).ties, ...midRanks(times).ties];
  const correction = tied.reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0);
  return Math.max(0, n * (n - 1) * (2 * n + 5) - correction) / 18;
}
