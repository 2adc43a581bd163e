import { sumOf } from "./compensated-sum.ts";
import { quantile, type Sorted } from "./quantile.ts";

/**
 * Mean of the lowest values: those at or below the type 7 quantile of level `p`.
 *
 * Of PnL it is the historical expected shortfall at `p` (negative when it is a loss), of markouts the
 * mean of the worst.
 *
 * @returns in the unit of the values; `undefined` for an empty sample
 * @throws {RangeError} if `p` lies outside [0, 1]
 * Cost: O(n p).
 */
export function tailMean(sample: Sorted<Float64Array>, p: number): number | undefined {
  const limit = quantile(sample, p);
  if (limit === undefined) return undefined;
  const end = sample.findIndex((value) => value > limit);
  const tail = sample.subarray(0, end === -1 ? sample.length : end);
  return sumOf(tail) / tail.length;
}
