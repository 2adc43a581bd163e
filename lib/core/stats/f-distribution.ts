/** The F distribution with `df1`, `df2` > 0 degrees of freedom, to 10⁻¹² relative in both tails. */
import { betaShare } from "./beta-share.ts";
import { requireDegrees, requirePoint, requireProbability } from "./require-distribution.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** P(X ≤ x). */
export function fCdf(x: number, df1: number, df2: number): number {
  const odds = oddsOf(x, df1, df2);
  return betaShare(df1 / 2, df2 / 2, 1 / (1 + 1 / odds), 1 / (1 + odds));
}

/** P(X > x): the p-value of a statistic. */
export function fTail(x: number, df1: number, df2: number): number {
  const odds = oddsOf(x, df1, df2);
  return betaShare(df2 / 2, df1 / 2, 1 / (1 + odds), 1 / (1 + 1 / odds));
}

/**
 * The point below which a share p lies.
 *
 * @throws {RangeError} unless 0 < p < 1
 */
export function fQuantile(p: number, df1: number, df2: number): number {
  return requireProbability(p) <= 0.5
    ? solveQuantile((x) => fCdf(x, df1, df2), p)
    : solveQuantile((x) => -fTail(x, df1, df2), p - 1);
}

function oddsOf(x: number, df1: number, df2: number): number {
  return (Math.max(0, requirePoint(x)) * requireDegrees(df1)) / requireDegrees(df2);
}
