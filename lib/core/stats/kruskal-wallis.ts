import { chiSquareTail } from "./chi-square.ts";
import { midRanks } from "./ranks.ts";

/** A test whether groups differ in level. */
export interface KruskalWallis {
  readonly h: number;
  readonly degreesOfFreedom: number;
  /** From χ² with k − 1 degrees of freedom; an approximation for groups of five or more. */
  readonly p: number;
  /** η² = (H − k + 1) / (n − k): the share of the variance of ranks; `undefined` for n = k. */
  readonly effect: number | undefined;
}

/**
 * Kruskal and Wallis' test on ranks: no normality asked.
 *
 *     H = [12 / (N(N+1)) · Σ R²/n − 3(N+1)] / [1 − Σ(t³ − t) / (N³ − N)]
 *
 * @param groups empty ones are left out
 * @returns `undefined` for fewer than two groups and where all values are tied
 * Source: Kruskal, Wallis, JASA 47 (1952). Cost: O(N log N).
 */
export function kruskalWallis(groups: readonly ArrayLike<number>[]): KruskalWallis | undefined {
  const held = groups.filter((group) => group.length > 0).map((group) => Array.from(group));
  const pooled = held.flat();
  const [k, n] = [held.length, pooled.length];
  const { ranks, ties } = midRanks(pooled);
  const correction = 1 - ties.reduce((sum, t) => sum + t ** 3 - t, 0) / (n ** 3 - n);
  if (k < 2 || !(correction > 0)) return undefined;
  let spread = 0;
  let from = 0;
  for (const group of held) {
    const sum = ranks.subarray(from, from + group.length).reduce((total, rank) => total + rank, 0);
    spread += group.length * (sum / group.length - (n + 1) / 2) ** 2;
    from += group.length;
  }
  const h = ((12 / (n * (n + 1))) * spread) / correction;
  const effect = n > k ? (h - k + 1) / (n - k) : undefined;
  return { h, degreesOfFreedom: k - 1, p: chiSquareTail(h, k - 1), effect };
}
