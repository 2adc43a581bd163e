const ESCAPED = "\u0001";

/**
 * Text as PostgreSQL can hold it. It has no NUL, and a lone surrogate has no UTF-8 form; a text with either is stored
 * as its JSON form behind U+0001, and so is a text that begins with U+0001 itself.
 */
export function toStoredText(text: string): string {
  const isStorable = !text.startsWith(ESCAPED) && !text.includes("\0") && text.isWellFormed();
  return isStorable ? text : ESCAPED + JSON.stringify(text);
}

/** The inverse of `toStoredText`. */
export function fromStoredText(stored: string): string {
  return stored.startsWith(ESCAPED) ? (JSON.parse(stored.slice(1)) as string) : stored;
}
