import { sumOf } from "./compensated-sum.ts";
import { finite } from "./finite.ts";
import { isZeroVariance } from "./zero-variance.ts";

/**
 * Sortino ratio: only what falls short of a target counts as risk.
 *
 *     (mean − target) / √(Σ min(x − target, 0)² / n) · √periods,  n counting all values
 *
 * @param target the minimum acceptable value per period, in the unit of the values
 * @returns `undefined` for an empty sample and where nothing falls short
 */
export function sortinoRatio(
  values: readonly number[],
  periods = 365,
  target = 0,
): number | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const excess = sumOf(values) / n - target;
  const downside = Math.sqrt(sumOf(values.map((x) => Math.min(x - target, 0) ** 2)) / n);
  return isZeroVariance(downside, excess)
    ? undefined
    : finite((excess / downside) * Math.sqrt(periods));
}
