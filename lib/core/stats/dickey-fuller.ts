import { halfLife } from "./half-life.ts";
import { straightLine } from "./straight-line.ts";

/** Whether a series comes back. */
export interface DickeyFuller {
  /** Of λ; compare it with `mackinnonCritical(1, n)`, not with Student's t. */
  readonly t: number;
  /** Changes that it was taken from. */
  readonly n: number;
  /** In steps; `undefined` where it does not come back. */
  readonly halfLife: number | undefined;
}

/**
 * Dickey and Fuller's statistic with a constant and without lagged changes.
 *
 *     Δx = α + λ x₋₁ + ε        t = λ / se(λ)
 *
 * @returns `undefined` below four values and for a series that does not vary
 * Source: Dickey, Fuller, JASA 74 (1979).
 */
export function dickeyFuller(values: readonly number[]): DickeyFuller | undefined {
  const before = values.slice(0, -1);
  const line = straightLine(
    before,
    before.map((value, i) => values[i + 1]! - value),
  );
  if (line?.slopeError === undefined || !(line.slopeError > 0)) return undefined;
  return { t: line.slope / line.slopeError, n: before.length, halfLife: halfLife(values) };
}
