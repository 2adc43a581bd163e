import { sumOf } from "./compensated-sum.ts";
import { isZeroVariance } from "./zero-variance.ts";

/**
 * Pearson's correlation of two aligned series, in [−1, 1].
 *
 *     r = Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)² · Σ (y − ȳ)²)
 *
 * @returns `undefined` for n < 2 and where either series does not vary
 * @throws {RangeError} if the series differ in length
 * Cost: O(n).
 */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number | undefined {
  if (x.length !== y.length) {
    throw new RangeError(`series to correlate are aligned, had ${x.length} and ${y.length} values`);
  }
  const [ex, ey] = [errorsOf(x), errorsOf(y)];
  if (ex === undefined || ey === undefined) return undefined;
  const r = sumOf(ex.map((e, i) => e * ey[i]!));
  return Math.max(-1, Math.min(1, r));
}

/** Deviations from the mean, scaled to length 1. */
function errorsOf(values: ArrayLike<number>): number[] | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const series = Array.from(values);
  const mean = sumOf(series) / n;
  const errors = series.map((value) => value - mean);
  const length = Math.sqrt(sumOf(errors.map((e) => e * e)));
  return isZeroVariance(length / Math.sqrt(n - 1), mean)
    ? undefined
    : errors.map((e) => e / length);
}
