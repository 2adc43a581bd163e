import { finite } from "./finite.ts";
import { straightLine } from "./straight-line.ts";

/**
 * Half-life of a mean-reverting series, in its steps, from a first-order autoregression.
 *
 *     Δs = α + λ s + ε,  φ = 1 + λ        half-life = −ln 2 / ln φ
 *
 * (ln 2 / |λ| is only its continuous approximation.)
 *
 * @returns `undefined` for n < 3, a series that does not vary, and unless 0 < φ < 1: it does not revert
 */
export function halfLife(values: readonly number[]): number | undefined {
  if (values.length < 3) return undefined;
  const before = values.slice(0, -1);
  const line = straightLine(
    before,
    before.map((value, i) => values[i + 1]! - value),
  );
  if (line === undefined) return undefined;
  const phi = 1 + line.slope;
  return phi > 0 && phi < 1 ? finite(-Math.LN2 / Math.log(phi)) : undefined;
}
