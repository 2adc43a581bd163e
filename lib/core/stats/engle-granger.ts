import { sumOf } from "./compensated-sum.ts";
import { halfLife } from "./half-life.ts";
import { straightLine } from "./straight-line.ts";
import { isZeroVariance } from "./zero-variance.ts";

/** Whether two series belong together. */
export interface EngleGranger {
  /** Hedge ratio: y moves by β for each unit of x. */
  readonly beta: number;
  /** Of the residuals' λ; compare it with `mackinnonCritical(2, n)`. */
  readonly t: number;
  /** Changes that it was taken from. */
  readonly n: number;
  /** Of the residuals, in steps; `undefined` where they do not come back. */
  readonly halfLife: number | undefined;
}

/**
 * Engle and Granger's test in its two steps: the residuals of y on x, and whether they come back. Without lagged changes.
 *
 *     y = a + β x + e        Δe = λ e₋₁ + u  (no constant: residuals have mean 0)        t = λ / se(λ)
 *
 * @returns `undefined` below four values, for a series that does not vary, and for two that are one and the same
 * @throws {RangeError} if the series differ in length
 * Source: Engle, Granger, Econometrica 55 (1987).
 */
export function engleGranger(y: readonly number[], x: readonly number[]): EngleGranger | undefined {
  if (y.length !== x.length) {
    throw new RangeError(`series to pair are aligned, had ${y.length} and ${x.length} values`);
  }
  const line = straightLine(x, y);
  if (y.length < 4 || line === undefined) return undefined;
  const residuals = y.map((value, i) => value - line.intercept - line.slope * x[i]!);
  const t = reversionT(residuals, Math.max(...y.map(Math.abs)));
  if (t === undefined) return undefined;
  return { beta: line.slope, t, n: y.length - 1, halfLife: halfLife(residuals) };
}

/** @param scale of the series: residuals that are nothing beside it are rounding */
function reversionT(residuals: readonly number[], scale: number): number | undefined {
  const before = residuals.slice(0, -1);
  const squares = sumOf(before.map((e) => e * e));
  if (isZeroVariance(Math.sqrt(squares / before.length), scale)) return undefined;
  const steps = before.map((e, i) => residuals[i + 1]! - e);
  const lambda = sumOf(before.map((e, i) => e * steps[i]!)) / squares;
  const rest = sumOf(before.map((e, i) => (steps[i]! - lambda * e) ** 2));
  const error = Math.sqrt(rest / (before.length - 1) / squares);
  return error > 0 ? lambda / error : undefined;
}
