/**
 * Point probabilities of the Poisson and the binomial, for real arguments, to 10⁻¹⁴ relative.
 *
 * They are the prefactors of the incomplete gamma and beta functions. Written as differences of log
 * gammas they would lose a digit for every digit of their arguments; the saddle-point form does not.
 *
 * Source: Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000).
 */

/** λˣ e^(−λ) / Γ(x + 1), for x > 0 and λ > 0. */
export function poissonPoint(x: number, mean: number): number {
  return Math.exp(-stirlingError(x) - deviance(x, mean)) / Math.sqrt(2 * Math.PI * x);
}

/** Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) · xᵃ yᵇ, for a, b > 0 and x + y = 1, both given to keep digits. */
export function binomialPoint(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const exponent =
    stirlingError(n) -
    stirlingError(a) -
    stirlingError(b) -
    deviance(a, n * x) -
    deviance(b, n * y);
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * a * b));
}

/** ln Γ(n + 1) − ln(√(2πn) (n/e)ⁿ): the recursion lifts a small n to where the series holds. */
function stirlingError(n: number): number {
  let lifted = 0;
  let at = n;
  for (; at < 16; at += 1) lifted += (at + 0.5) * Math.log1p(1 / at) - 1;
  const square = at * at;
  const series =
    (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / 1188 / square) / square) / square) / square) /
    at;
  return lifted + series;
}

/** x ln(x/m) + m − x, by series where the three terms would cancel. */
function deviance(x: number, mean: number): number {
  if (Math.abs(x - mean) >= 0.1 * (x + mean)) return x * Math.log(x / mean) + mean - x;
  const ratio = (x - mean) / (x + mean);
  let power = 2 * x * ratio;
  let sum = (x - mean) * ratio;
  for (let k = 3; ; k += 2) {
    power *= ratio * ratio;
    const next = sum + power / k;
    if (next === sum) return sum;
    sum = next;
  }
}
