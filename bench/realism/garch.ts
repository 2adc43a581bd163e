/** GARCH(1,1) with the variance held at the sample's: how long a shock to the volatility lasts. */
import { descend, type Point } from "./descend.ts";
import { at, meanOf } from "./sample.ts";

/** σ²ₜ = ω + α r²ₜ₋₁ + β σ²ₜ₋₁,  ω = (1 − α − β) · sample variance. */
export interface Garch {
  readonly alpha: number;
  readonly beta: number;
}

/** −2 log-likelihood, without its constant. */
function deviance(squares: Float64Array, variance: number, { alpha, beta }: Garch): number {
  const omega = (1 - alpha - beta) * variance;
  let sigma2 = variance;
  let sum = 0;
  for (let i = 0; i < squares.length; i += 1) {
    const square = at(squares, i);
    sum += Math.log(sigma2) + square / sigma2;
    sigma2 = omega + alpha * square + beta * sigma2;
  }
  return sum;
}

/**
 * The likeliest α and β.
 *
 * @param returns without holes
 * @returns `undefined` below 1,000 returns
 */
export function fitGarch(returns: Float64Array): Garch | undefined {
  if (returns.length < 1_000) return undefined;
  const squares = returns.map((each) => each * each);
  const variance = meanOf(squares);
  const cost = ([alpha, beta]: Point) =>
    alpha > 0 && beta >= 0 && alpha + beta < 0.9999
      ? deviance(squares, variance, { alpha, beta })
      : Infinity;
  const [alpha, beta] = descend([0.1, 0.85], cost, DIRECTIONS, { first: 0.08, last: 0.001 });
  return { alpha, beta };
}

/** Along each axis, and along the ridge on which α + β stands still. */
const DIRECTIONS: readonly Point[] = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, -1],
  [-1, 1],
];
