import { hayashiYoshida, type Ticks } from "./hayashi-yoshida.ts";

/**
 * Hayashi and Yoshida's correlation of x with what y does later.
 *
 * @param lag in the unit of the times; positive: x leads
 * @returns in [−1, 1]; `undefined` for fewer than two ticks of either and where either does not move
 * Source: Hoffmann, Rosenbaum, Yoshida, Bernoulli 19 (2013).
 */
export function laggedCorrelation(x: Ticks, y: Ticks, lag: number): number | undefined {
  const times = Float64Array.from(y.times, (time) => time - lag);
  return hayashiYoshida(x, { times, values: y.values })?.correlation;
}

/**
 * Who leads: above 1 it is x, below 1 it is y.
 *
 *     LLR = Σ ρ(ℓ)² / Σ ρ(−ℓ)²,  ℓ over the lags
 *
 * @param lags > 0, in the unit of the times
 * @returns `undefined` where x, after y, shows nothing of it at any lag
 * Source: Huth, Abergel, J. Empirical Finance 26 (2014).
 */
export function leadLagRatio(x: Ticks, y: Ticks, lags: readonly number[]): number | undefined {
  const squares = (sign: 1 | -1) =>
    lags.reduce((sum, lag) => sum + (laggedCorrelation(x, y, sign * lag) ?? 0) ** 2, 0);
  const backwards = squares(-1);
  return backwards > 0 ? squares(1) / backwards : undefined;
}
