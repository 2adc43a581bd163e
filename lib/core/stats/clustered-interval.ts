import { sumOf } from "./compensated-sum.ts";
import { type MeanEstimate, meanEstimate } from "./mean-estimate.ts";

/** What one cluster (an hour, say) adds: Σw and Σw·x. For a plain mean w = 1, so `weight` is n. */
export interface Cluster {
  readonly weight: number;
  readonly sum: number;
}

/**
 * A (weighted) mean whose standard error lets the values of one cluster depend on each other.
 *
 *     mean = Σ sum / Σ weight        r_g = sum_g − weight_g · mean
 *     SE = √(G/(G−1) · Σ r_g²) / Σ weight
 *
 * Clusters without weight are left out. Only totals are needed, so any number of values costs
 * O(clusters).
 *
 * @returns `undefined` for fewer than two clusters with weight
 * Source: Liang, Zeger, Biometrika 73 (1986); G/(G−1) as in Stata and statsmodels.
 */
export function clusteredInterval(clusters: readonly Cluster[]): MeanEstimate | undefined {
  const held = clusters.filter(({ weight }) => weight > 0);
  if (held.length < 2) return undefined;
  const total = sumOf(held.map(({ weight }) => weight));
  const mean = sumOf(held.map(({ sum }) => sum)) / total;
  const squares = sumOf(held.map(({ weight, sum }) => (sum - weight * mean) ** 2));
  const correction = held.length / (held.length - 1);
  return meanEstimate(mean, Math.sqrt(correction * squares) / total);
}
