/** The statistic after each value, and where it first exceeded the threshold. */
export interface PageHinkley {
  readonly statistic: readonly number[];
  readonly signal: number | undefined;
}

/**
 * Page and Hinkley's test for a fall of the mean, which it learns as it goes.
 *
 *     mₜ = Σᵢ≤ₜ (xᵢ − x̄ᵢ + δ)        statistic = maxₛ≤ₜ mₛ − mₜ,  alarm above λ
 *
 * @param tolerance δ ≥ 0, the fall per value that is let pass
 * @param threshold λ, in the unit of the values
 * @returns `signal` is an index, `undefined` without one; the statistic runs on past it
 * Source: Page, Biometrika 41 (1954); Hinkley, Biometrika 58 (1971).
 */
export function pageHinkley(
  values: readonly number[],
  tolerance: number,
  threshold: number,
): PageHinkley {
  let mean = 0;
  let sum = 0;
  let highest = -Infinity;
  const statistic = values.map((x, i) => {
    mean += (x - mean) / (i + 1);
    sum += x - mean + tolerance;
    highest = Math.max(highest, sum);
    return highest - sum;
  });
  const at = statistic.findIndex((value) => value > threshold);
  return { statistic, signal: at === -1 ? undefined : at };
}
