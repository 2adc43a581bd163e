import { inversionShares } from "./inversion-counts.ts";
import { normalCdf } from "./normal.ts";
import { midRanks } from "./ranks.ts";

/** A test for a monotone trend. */
export interface MannKendall {
  /** Pairs that rise less pairs that fall. */
  readonly s: number;
  /** Of S without a trend, corrected for ties. */
  readonly variance: number;
  /** (S ∓ 1) / √variance; 0 for S = 0 and where everything is tied. */
  readonly z: number;
  /** Two-sided; exact below `exactBelow` values, by the normal approximation from there. */
  readonly p: number;
  /** S / (n(n−1)/2), in [−1, 1]. */
  readonly tau: number;
}

/**
 * Mann and Kendall's test: does the series rise or fall more than chance would have it?
 *
 *     S = Σᵢ﹤ⱼ sign(xⱼ − xᵢ)      Var S = (n(n−1)(2n+5) − Σ t(t−1)(2t+5)) / 18 over the ties t
 *
 * @param values in order of time; gaps left out beforehand (only the order matters)
 * @param exactBelow n from which p is approximated; 0 always approximates, as pyMannKendall does
 * @returns `undefined` for n < 2
 * Source: Mann, Econometrica 13 (1945); Kendall, "Rank Correlation Methods" (1975). Cost: O(n²).
 */
export function mannKendall(values: ArrayLike<number>, exactBelow = 8): MannKendall | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const { ties } = midRanks(values);
  const s = score(values);
  const tied = ties.reduce((sum, t) => sum + t * (t - 1) * (2 * t + 5), 0);
  const variance = (n * (n - 1) * (2 * n + 5) - tied) / 18;
  const z = variance === 0 ? 0 : (s - Math.sign(s)) / Math.sqrt(variance);
  const p = n < exactBelow ? exactProbability(s, n, ties) : 2 * normalCdf(-Math.abs(z));
  return { s, variance, z, p, tau: s / ((n * (n - 1)) / 2) };
}

function score(values: ArrayLike<number>): number {
  let s = 0;
  for (let j = 1; j < values.length; j += 1) {
    for (let i = 0; i < j; i += 1) s += Math.sign(values[j]! - values[i]!);
  }
  return s;
}

/** The share of all orderings of the sample whose |S| is at least as large. */
function exactProbability(s: number, n: number, ties: readonly number[]): number {
  const single = n - ties.reduce((sum, t) => sum + t, 0);
  const shares = inversionShares([...ties, ...new Array<number>(single).fill(1)]);
  const most = shares.length - 1;
  const extreme = shares.filter((_, inversions) => Math.abs(most - 2 * inversions) >= Math.abs(s));
  return Math.min(
    1,
    extreme.reduce((sum, share) => sum + share, 0),
  );
}
