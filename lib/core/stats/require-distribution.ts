/** What every distribution asks of its arguments. */

/** @throws {RangeError} unless the degrees of freedom are positive and finite */
export function requireDegrees(df: number): number {
  if (!(df > 0 && df < Infinity)) throw new RangeError(`degrees of freedom exceed 0, were ${df}`);
  return df;
}

/** @throws {RangeError} if the point is NaN; it may be infinite */
export function requirePoint(x: number): number {
  if (Number.isNaN(x)) throw new RangeError("a point of a distribution is a number, was NaN");
  return x;
}

/** @throws {RangeError} unless 0 < p < 1 */
export function requireProbability(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability lies in (0, 1), was ${p}`);
  return p;
}
