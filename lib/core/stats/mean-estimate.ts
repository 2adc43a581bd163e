import { Z95 } from "./z95.ts";
import { isZeroVariance } from "./zero-variance.ts";

/** A mean with what is known of its error, in the unit of the values. */
export interface MeanEstimate {
  readonly mean: number;
  readonly standardError: number;
  /** mean / standardError; `undefined` without variance. */
  readonly t: number | undefined;
  /** mean ± 1.959964 · standardError; `undefined` without variance: no width would claim certainty. */
  readonly interval: readonly [number, number] | undefined;
}

/** A mean and its standard error, read as t-statistic and 95 % interval. */
export function meanEstimate(mean: number, standardError: number): MeanEstimate {
  if (isZeroVariance(standardError, mean)) {
    return { mean, standardError: 0, t: undefined, interval: undefined };
  }
  const margin = Z95 * standardError;
  return {
    mean,
    standardError,
    t: mean / standardError,
    interval: [mean - margin, mean + margin],
  };
}
