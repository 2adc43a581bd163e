/** Successes out of trials. */
export interface Proportion {
  readonly successes: number;
  readonly n: number;
}

/**
 * Whether two shares differ: z of their difference, pooled.
 *
 *     z = (p₁ − p₂) / √(p(1−p)(1/n₁ + 1/n₂)),   p = (k₁ + k₂) / (n₁ + n₂)
 *
 * @returns negative when the first is smaller; `undefined` without trials, or where all or none succeed
 */
export function twoProportionZ(first: Proportion, second: Proportion): number | undefined {
  if (!(first.n > 0 && second.n > 0)) return undefined;
  const pooled = (first.successes + second.successes) / (first.n + second.n);
  const variance = pooled * (1 - pooled) * (1 / first.n + 1 / second.n);
  if (!(variance > 0)) return undefined;
  return (first.successes / first.n - second.successes / second.n) / Math.sqrt(variance);
}
