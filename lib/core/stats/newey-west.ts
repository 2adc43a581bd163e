import { addToSum, emptySum, totalOf } from "./compensated-sum.ts";
import { type MeanEstimate, meanEstimate } from "./mean-estimate.ts";

/** The estimate, and the lag that it used. */
export interface NeweyWestEstimate extends MeanEstimate {
  readonly lag: number;
}

/**
 * Mean of a dependent series with the standard error of Newey and West (Bartlett's weights).
 *
 *     γₗ = Σ eᵢ eᵢ₊ₗ / n        V = γ₀ + 2 Σₗ₌₁..L (1 − l/(L+1)) γₗ        SE = √(V / n)
 *
 * With weights w: mean = Σwx / Σw, e = w · (x − mean), SE = √(n V) / Σw (the delta method; equal
 * weights give the plain figure). V ≤ 0 falls back to L = 0.
 *
 * @param values in order of time
 * @param lag L ≥ 0, cut to n − 1; see `neweyWestLag`
 * @param weights one per value, ≥ 0, not all 0
 * @returns `undefined` for n < 2 or without weight
 * Source: Newey, West, Econometrica 55 (1987).
 * Cost: O(n) whatever the lag. V · n · (L+1) is the sum, over every window of L+1 neighbours that
 * touches the series, of the squared sum of its e.
 */
export function neweyWest(
  values: ArrayLike<number>,
  lag: number,
  weights?: ArrayLike<number>,
): NeweyWestEstimate | undefined {
  const n = values.length;
  if (!(lag >= 0)) throw new RangeError(`a lag must be at least 0, was ${lag}`);
  const total = weights === undefined ? n : weightedSum(weights, undefined);
  if (n < 2 || !(total > 0)) return undefined;
  const mean = weightedSum(values, weights) / total;
  const errors = new Float64Array(n);
  for (let i = 0; i < n; i += 1) {
    const error = values[i]! - mean;
    errors[i] = weights === undefined ? error : weights[i]! * error;
  }
  const wanted = Math.min(Math.floor(lag), n - 1);
  const long = bartlettSum(errors, wanted);
  const used = long > 0 ? wanted : 0;
  const variance = used === wanted ? long : bartlettSum(errors, 0);
  return { ...meanEstimate(mean, Math.sqrt(variance) / total), lag: used };
}

function weightedSum(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  const sum = emptySum();
  for (let i = 0; i < values.length; i += 1) {
    addToSum(sum, weights === undefined ? values[i]! : weights[i]! * values[i]!);
  }
  return totalOf(sum);
}

/** n · V. */
function bartlettSum(errors: Float64Array, lag: number): number {
  const width = lag + 1;
  const prefix = new Float64Array(errors.length + 1);
  for (let i = 0; i < errors.length; i += 1) prefix[i + 1] = prefix[i]! + errors[i]!;
  let squares = 0;
  for (let end = 1; end < errors.length + width; end += 1) {
    const window = prefix[Math.min(end, errors.length)]! - prefix[Math.max(0, end - width)]!;
    squares += window * window;
  }
  return squares / width;
}
