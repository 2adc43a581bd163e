/** Student's t distribution with `df` > 0 degrees of freedom, to 10⁻¹² relative in both tails. */
import { betaShare } from "./beta-share.ts";
import { requireDegrees, requirePoint, requireProbability } from "./require-distribution.ts";
import { solveQuantile } from "./solve-quantile.ts";

/** P(T ≤ t). */
export function studentTCdf(t: number, df: number): number {
  return studentTTail(-t, df);
}

/** P(T > t); twice the tail at |t| is the two-sided p-value. */
export function studentTTail(t: number, df: number): number {
  const square = (requirePoint(t) * t) / requireDegrees(df);
  if (square === 0) return 0.5;
  const [near, far] = [1 / (1 + square), 1 / (1 + 1 / square)];
  if (t > 0) return betaShare(df / 2, 0.5, near, far) / 2;
  return 0.5 + betaShare(0.5, df / 2, far, near) / 2;
}

/**
 * The point below which a share p lies.
 *
 * @throws {RangeError} unless 0 < p < 1
 */
export function studentTQuantile(p: number, df: number): number {
  requireDegrees(df);
  if (requireProbability(p) === 0.5) return 0;
  const tail = Math.min(p, 1 - p);
  const distance = solveQuantile((t) => -studentTTail(t, df), -tail);
  return p < 0.5 ? -distance : distance;
}
