const ESCAPED = "\u0001";

/**
 * Text as SQLite can hold it. A lone surrogate has no UTF-8 form and would come back as U+FFFD, making two names one;
 * such a text is stored as its JSON form behind U+0001, and so is a text that begins with U+0001 itself.
 */
export function toStoredText(text: string): string {
  return text.isWellFormed() && !text.startsWith(ESCAPED) ? text : ESCAPED + JSON.stringify(text);
}

/** The inverse of `toStoredText`. */
export function fromStoredText(stored: string): string {
  return stored.startsWith(ESCAPED) ? (JSON.parse(stored.slice(1)) as string) : stored;
}
