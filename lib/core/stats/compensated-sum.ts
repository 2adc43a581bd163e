/**
 * A running sum that keeps the digits plain addition drops: for state that lives long.
 *
 * Each addition's rounding error is collected beside the sum; the total is sum + compensation.
 * Source: Neumaier, ZAMM 54 (1974), the variant of Kahan's sum that also survives |x| > |sum|.
 */
import { requireFinite } from "./require-finite.ts";

/** An accumulator; plain data, so it can be stored as JSON. */
export interface MutableSum {
  sum: number;
  compensation: number;
}

/** What an accumulator holds. */
export type CompensatedSum = Readonly<MutableSum>;

/** A fresh accumulator: the neutral element of `mergeSums`. */
export function emptySum(): MutableSum {
  return { sum: 0, compensation: 0 };
}

/**
 * Takes one value in, in place: no allocation.
 *
 * @throws {RangeError} if the value is NaN or infinite, or the sum would be
 */
export function addToSum(total: MutableSum, value: number): void {
  const sum = requireFinite(total.sum + value);
  total.compensation +=
    Math.abs(total.sum) >= Math.abs(value) ? total.sum - sum + value : value - sum + total.sum;
  total.sum = sum;
}

/** The sum of two sums. */
export function mergeSums(a: CompensatedSum, b: CompensatedSum): CompensatedSum {
  const merged = { ...a };
  addToSum(merged, b.sum);
  merged.compensation += b.compensation;
  return merged;
}

/** What the sum has come to. */
export function totalOf({ sum, compensation }: CompensatedSum): number {
  return sum + compensation;
}

/** The compensated sum of a whole sample; 0 for an empty one. */
export function sumOf(values: Iterable<number>): number {
  const total = emptySum();
  for (const value of values) addToSum(total, value);
  return totalOf(total);
}
