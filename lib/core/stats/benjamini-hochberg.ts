/**
 * Adjusts p-values of many tests so that a level bounds the share of false discoveries.
 *
 *     q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎ · m / j,  at most 1
 *
 * @returns one q per p, in the same order
 * Source: Benjamini, Hochberg, J. R. Stat. Soc. B 57 (1995). Cost: O(m log m).
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const adjusted = new Array<number>(m);
  const descending = [...pValues.keys()].sort((i, j) => pValues[j]! - pValues[i]!);
  let least = 1;
  for (const [place, i] of descending.entries()) {
    least = Math.min(least, (pValues[i]! * m) / (m - place));
    adjusted[i] = least;
  }
  return adjusted;
}
