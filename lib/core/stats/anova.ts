import { fTail } from "./f-distribution.ts";
import { mergeMoments, momentsOf } from "./moments.ts";
import { isZeroVariance } from "./zero-variance.ts";

/** A test whether groups differ in mean. */
export interface Anova {
  readonly f: number;
  readonly p: number;
}

/**
 * One-way analysis of variance; asks for normal groups of equal variance, so only beside Kruskal–Wallis.
 *
 *     F = (Σ nᵢ (x̄ᵢ − x̄)² / (k − 1)) / (Σ (x − x̄ᵢ)² / (N − k))
 *
 * @param groups empty ones are left out
 * @returns `undefined` for fewer than two groups, N = k, and where no group varies
 * Source: Fisher (1925). Cost: O(N).
 */
export function anova(groups: readonly ArrayLike<number>[]): Anova | undefined {
  const parts = groups
    .filter((group) => group.length > 0)
    .map((group) => momentsOf(Array.from(group)));
  const k = parts.length;
  if (k < 2) return undefined;
  const whole = parts.reduce(mergeMoments);
  const inside = parts.reduce((sum, { m2 }) => sum + m2, 0);
  const between = parts.reduce((sum, { n, mean }) => sum + n * (mean - whole.mean) ** 2, 0);
  if (whole.n === k) return undefined;
  const unexplained = inside / (whole.n - k);
  if (isZeroVariance(Math.sqrt(unexplained), whole.mean)) return undefined;
  const f = between / (k - 1) / unexplained;
  return { f, p: fTail(f, k - 1, whole.n - k) };
}
