import { sumOf } from "./compensated-sum.ts";
import { isZeroVariance } from "./zero-variance.ts";

/** A fitted line with the errors of its coefficients. */
export interface StraightLine {
  readonly intercept: number;
  readonly slope: number;
  /** With n − 2 degrees of freedom; `undefined` for n = 2. */
  readonly slopeError: number | undefined;
  readonly interceptError: number | undefined;
}

/**
 * Least squares line y = intercept + slope · x, weighted.
 *
 * @param weights > 0, proportional to 1 / variance of each y; equal by default
 * @returns `undefined` for n < 2 and where x does not vary
 * Cost: O(n).
 */
export function straightLine(
  x: readonly number[],
  y: readonly number[],
  weights: readonly number[] = x.map(() => 1),
): StraightLine | undefined {
  const n = x.length;
  const total = sumOf(weights);
  if (n < 2 || !(total > 0)) return undefined;
  const meanX = sumOf(x.map((value, i) => weights[i]! * value)) / total;
  const meanY = sumOf(y.map((value, i) => weights[i]! * value)) / total;
  const squares = sumOf(x.map((value, i) => weights[i]! * (value - meanX) ** 2));
  if (isZeroVariance(Math.sqrt(squares / total), meanX)) return undefined;
  const products = x.map((value, i) => weights[i]! * (value - meanX) * (y[i]! - meanY));
  const slope = sumOf(products) / squares;
  const intercept = meanY - slope * meanX;
  if (n === 2) return { intercept, slope, slopeError: undefined, interceptError: undefined };
  const residuals = y.map((value, i) => weights[i]! * (value - intercept - slope * x[i]!) ** 2);
  const variance = sumOf(residuals) / (n - 2);
  const slopeError = Math.sqrt(variance / squares);
  const interceptError = Math.sqrt(variance * (1 / total + (meanX * meanX) / squares));
  return { intercept, slope, slopeError, interceptError };
}
