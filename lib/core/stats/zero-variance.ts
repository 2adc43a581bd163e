/**
 * Whether a spread is nothing but rounding: sd = 0, or sd < 10⁻¹² · max(|mean|, 10⁻¹²).
 *
 * Ten equal returns of 0.1 have a computed deviation of about 10⁻¹⁷; a ratio to it would be noise
 * of any size. Every figure that divides by a deviation asks here first.
 */
export function isZeroVariance(standardDeviation: number, mean: number): boolean {
  return !(standardDeviation > 1e-12 * Math.max(Math.abs(mean), 1e-12));
}
