/** The longest value of a document or an alert record, in characters: at most 192 KiB of UTF-8. */
export const VALUE_CHARACTERS_MAX = 65_536;

/** @throws {RangeError} for a value that not every store can hold */
export function requireValue(value: string): void {
  if (value.length <= VALUE_CHARACTERS_MAX) return;
  throw new RangeError(
    `a value holds at most ${VALUE_CHARACTERS_MAX} characters, this one ${value.length}; keep less in it, or cut it into several`,
  );
}
