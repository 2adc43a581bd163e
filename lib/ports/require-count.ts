/** @throws {RangeError} for a time, sequence or version that is no whole number a row can be ordered by */
export function requireCount(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${name} must be a whole number from 0, was ${value}`);
}

/** @throws {RangeError} for a page that would hold nothing */
export function requireLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return;
  throw new RangeError(`limit must be a whole number of rows from 1, was ${limit}`);
}
