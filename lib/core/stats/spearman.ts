import { pearson } from "./pearson.ts";
import { midRanks } from "./ranks.ts";

/**
 * Spearman's correlation: Pearson's, of mid-ranks.
 *
 * @returns in [−1, 1]; `undefined` for n < 2 and where either series does not vary
 * @throws {RangeError} if the series differ in length
 * Cost: O(n log n).
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  return pearson(midRanks(x).ranks, midRanks(y).ranks);
}
