import { sumOf } from "./compensated-sum.ts";
import { isZeroVariance } from "./zero-variance.ts";

/**
 * Autocorrelation of a series with itself, some steps later.
 *
 *     ρₗ = Σ (xᵢ − mean)(xᵢ₊ₗ − mean) / Σ (xᵢ − mean)²
 *
 * @returns in [−1, 1]; `undefined` for fewer than lag + 1 values and without variance
 * Cost: O(n).
 */
export function autocorrelation(values: ArrayLike<number>, lag: number): number | undefined {
  const n = values.length;
  if (!(lag >= 0 && n > lag)) return undefined;
  const series = Array.from(values);
  const mean = sumOf(series) / n;
  const errors = series.map((value) => value - mean);
  const squares = sumOf(errors.map((error) => error * error));
  if (isZeroVariance(Math.sqrt(squares / n), mean)) return undefined;
  return sumOf(errors.slice(lag).map((error, i) => error * errors[i]!)) / squares;
}
