/**
 * Refuses what no statistic can take in.
 *
 * @throws {RangeError} unless `value` is finite: a missing value is the caller's to leave out
 */
export function requireFinite(value: number): number {
  if (!Number.isFinite(value)) throw new RangeError(`a sample must be finite, was ${value}`);
  return value;
}
