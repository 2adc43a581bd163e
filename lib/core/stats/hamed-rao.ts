import { autocorrelation } from "./autocorrelation.ts";
import { type MannKendall, mannKendall } from "./mann-kendall.ts";
import { normalCdf } from "./normal.ts";
import { midRanks } from "./ranks.ts";
import { theilSen } from "./theil-sen.ts";
import { Z95 } from "./z95.ts";

/** The test of Mann and Kendall, its variance raised for dependence. */
export interface HamedRao extends MannKendall {
  /** n / n* ≥ 1: how many values tell as much as one independent value. */
  readonly inflation: number;
}

/**
 * Mann–Kendall for a series whose neighbours depend on each other (Hamed and Rao's correction).
 *
 *     Var* = Var · max(1, n/n*)
 *     n/n* = 1 + 2/(n(n−1)(n−2)) · Σₖ (n−k)(n−k−1)(n−k−2) ρₖ,  k = 1 … min(10, ⌊n/4⌋)
 *
 * ρₖ are the autocorrelations of the ranks of the series less its Theil–Sen line; only those beyond
 * 1.959964/√n count. The floor at 1 is ours: negative autocorrelation may not manufacture a trend.
 *
 * @returns p by the normal approximation at any n; `undefined` for n < 2
 * Source: Hamed, Rao, J. Hydrology 204 (1998). Cost: O(n² log n).
 */
export function hamedRao(values: readonly number[]): HamedRao | undefined {
  const test = mannKendall(values, 0);
  const line = theilSen(values);
  if (test === undefined || line === undefined) return undefined;
  const { ranks } = midRanks(values.map((value, i) => value - line.slope * i));
  const n = values.length;
  let sum = 0;
  for (let k = 1; k <= Math.min(10, Math.floor(n / 4)); k += 1) {
    const correlation = autocorrelation(ranks, k) ?? 0;
    if (Math.abs(correlation) > Z95 / Math.sqrt(n)) {
      sum += (n - k) * (n - k - 1) * (n - k - 2) * correlation;
    }
  }
  const inflation = n < 3 ? 1 : Math.max(1, 1 + (2 / (n * (n - 1) * (n - 2))) * sum);
  const z = test.z / Math.sqrt(inflation);
  const variance = test.variance * inflation;
  return { ...test, variance, z, p: 2 * normalCdf(-Math.abs(z)), inflation };
}
