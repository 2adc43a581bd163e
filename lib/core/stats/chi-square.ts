/** The χ² distribution with `df` > 0 degrees of freedom, to 10⁻¹² relative in both tails. */
import { lowerGammaShare, upperGammaShare } from "./gamma-share.ts";
import { requireDegrees, requirePoint, requireProbability } from "./require-distribution.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** P(X ≤ x). */
export function chiSquareCdf(x: number, df: number): number {
  return lowerGammaShare(requireDegrees(df) / 2, requirePoint(x) / 2);
}

/** P(X > x): the p-value of a statistic. */
export function chiSquareTail(x: number, df: number): number {
  return upperGammaShare(requireDegrees(df) / 2, requirePoint(x) / 2);
}

/**
 * The point below which a share p lies.
 *
 * @throws {RangeError} unless 0 < p < 1
 */
export function chiSquareQuantile(p: number, df: number): number {
  return requireProbability(p) <= 0.5
    ? solveQuantile((x) => chiSquareCdf(x, df), p)
    : solveQuantile((x) => -chiSquareTail(x, df), p - 1);
}
