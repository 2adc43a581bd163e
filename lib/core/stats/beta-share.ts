import { continuedFraction } from "./continued-fraction.ts";
import { binomialPoint } from "./point-probability.ts";

/**
 * The regularised incomplete beta function I_x(a, b), with all its digits where it is small.
 *
 *     I_x(a, b) = Γ(a+b) / (Γ(a) Γ(b)) · ∫₀ˣ tᵃ⁻¹ (1 − t)ᵇ⁻¹ dt
 *
 * @param x in [0, 1]
 * @param y 1 − x, given because the caller knows it with more digits
 * Source: Didonato, Morris, "Algorithm 708", ACM TOMS 18 (1992), the even part of the fraction.
 * Cost: O(√max(a, b)).
 */
export function betaShare(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  return x * (a + b + 2) < a + 1 ? tail(a, b, x, y) : 1 - tail(b, a, y, x);
}

function tail(a: number, b: number, x: number, y: number): number {
  const step = (n: number) => (n * (b - n) * x) / (a + 2 * n - 1);
  const lift = (n: number) => ((a + n) * (a * y - b * x + 1 + n * (1 + y))) / (a + 2 * n + 1);
  const value = continuedFraction((k) => {
    const n = k - 1;
    if (n === 0) return { a: 1, b: lift(0) };
    const numerator = ((a + n - 1) * (a + b + n - 1) * x * step(n)) / (a + 2 * n - 1);
    return { a: numerator, b: n + step(n) + lift(n) };
  });
  return binomialPoint(a, b, x, y) * ((a * b) / (a + b)) * value;
}
