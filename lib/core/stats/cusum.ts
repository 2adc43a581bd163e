/** What a tabular CUSUM watches for, in the unit of the values. */
export interface CusumSetting {
  /** μ₀, where the process should be. */
  readonly target: number;
  /** K, the slack: half the shift to be found. */
  readonly slack: number;
  /** H: a sum above it signals. */
  readonly threshold: number;
}

/** Both sums after each value, and where one first exceeded the threshold. */
export interface Cusum {
  readonly high: readonly number[];
  readonly low: readonly number[];
  readonly signal: number | undefined;
}

/**
 * Tabular CUSUM: finds a small lasting shift sooner than a limit on single values.
 *
 *     C⁺ = max(0, C⁺ + x − (μ₀ + K))        C⁻ = max(0, C⁻ + (μ₀ − K) − x)
 *
 * The sums run on past a signal; resetting is the caller's.
 *
 * @returns `signal` is an index, `undefined` without one
 * Source: Page, Biometrika 41 (1954); Montgomery, "Introduction to Statistical Quality Control".
 */
export function cusum(values: readonly number[], setting: CusumSetting): Cusum {
  const { target, slack, threshold } = setting;
  const high: number[] = [];
  const low: number[] = [];
  for (const [i, x] of values.entries()) {
    high.push(Math.max(0, (high[i - 1] ?? 0) + x - (target + slack)));
    low.push(Math.max(0, (low[i - 1] ?? 0) + (target - slack) - x));
  }
  const at = values.findIndex((_, i) => high[i]! > threshold || low[i]! > threshold);
  return { high, low, signal: at === -1 ? undefined : at };
}
