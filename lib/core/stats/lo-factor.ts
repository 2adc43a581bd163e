/**
 * What a per-period Sharpe ratio is multiplied by to annualise it when periods depend on each other.
 *
 *     η(q) = q / √(q + 2 Σₖ₌₁..q₋₁ (q − k) ρₖ)          √q when every ρ is 0
 *
 * @param q periods a year
 * @param correlations ρ₁, ρ₂, …; those not given are 0
 * @returns `undefined` where the correlations leave no variance (nothing to take a root of)
 * Source: Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58 (2002).
 */
export function loFactor(q: number, correlations: readonly number[]): number | undefined {
  let variance = q;
  for (const [i, correlation] of correlations.entries()) {
    variance += 2 * Math.max(0, q - i - 1) * correlation;
  }
  return variance > 0 ? q / Math.sqrt(variance) : undefined;
}
