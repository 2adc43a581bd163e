/**
 * The regularised incomplete gamma functions: P(a, x) and Q(a, x) = 1 − P(a, x), each with all its
 * digits where it is the small one. For a > 0, x ≥ 0.
 *
 *     P(a, x) = 1/Γ(a) · ∫₀ˣ tᵃ⁻¹ e^(−t) dt
 *
 * Source: Abramowitz, Stegun 6.5.29 (series) and 6.5.31 (continued fraction). Cost: O(√a).
 */
import { continuedFraction } from "./continued-fraction.ts";
import { poissonPoint } from "./point-probability.ts";

/** P(a, x). */
export function lowerGammaShare(a: number, x: number): number {
  if (x <= 0) return 0;
  return x < a + 1 ? series(a, x) : 1 - fraction(a, x);
}

/** Q(a, x). */
export function upperGammaShare(a: number, x: number): number {
  if (x <= 0) return 1;
  return x < a + 1 ? 1 - series(a, x) : fraction(a, x);
}

function series(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 2 ** -54; k += 1) {
    term *= x / (a + k);
    sum += term;
  }
  return poissonPoint(a, x) * sum;
}

function fraction(a: number, x: number): number {
  if (x === Infinity) return 0;
  const value = continuedFraction((k) => ({
    a: k === 1 ? 1 : (k - 1) * (a - k + 1),
    b: x - a + 2 * k - 1,
  }));
  return a * poissonPoint(a, x) * value;
}
