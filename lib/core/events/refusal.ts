/** Why a line was refused: a closed list, so that counts by reason mean the same everywhere. */
export type RefusalReason =
  | "not-json"
  | "not-an-object"
  | "line-too-long"
  | "bad-encoding"
  | "unknown-type"
  | "missing-field"
  | "unknown-field"
  | "duplicate-field"
  | "wrong-type"
  | "bad-decimal"
  | "out-of-range"
  | "unsafe-number"
  | "too-fine"
  | "bad-instrument"
  | "bad-account"
  | "bad-value";

/** A line that is not an event. `detail` says what was expected and what it was, and how to mend it. */
export interface Refusal {
  readonly reason: RefusalReason;
  /** The field the reason is about, if one. */
  readonly field: string | undefined;
  readonly detail: string;
}

/** Tells a refusal from what it stands in for; no event has a `detail`. */
export function isRefusal<Outcome extends object>(outcome: Outcome | Refusal): outcome is Refusal {
  return "detail" in outcome;
}

export function refuse(reason: RefusalReason, field: string | undefined, detail: string): Refusal {
  return { reason, field, detail };
}

/** A longer line is refused unread: in UTF-16 units where it is text, in bytes where a file is cut into lines. */
export const MAX_LINE_LENGTH = 1_048_576;

export const LINE_TOO_LONG: Refusal = refuse(
  "line-too-long",
  undefined,
  `expected at most ${MAX_LINE_LENGTH} characters a line: send one event a line`,
);

const SHOWN_CHARACTERS = 40;

/** Foreign text for a message, in quotes: see `shown`. */
export function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/**
 * Foreign text as plain ASCII, cut after 40 characters, so that nothing in it can move a terminal's cursor, change
 * the direction of reading, break a line or fill the screen.
 */
export function shown(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS;
  let plain = "";
  for (const character of cut ? text.slice(0, SHOWN_CHARACTERS) : text) plain += escaped(character);
  return cut ? `${plain}…` : plain;
}

function escaped(character: string): string {
  if (character === '"' || character === "\\") return `\\${character}`;
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 && code <= 0x7e ? character : `\\u{${code.toString(16)}}`;
}
