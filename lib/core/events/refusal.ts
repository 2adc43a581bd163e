/** Why a line was refused: a closed list, so that counts by reason mean the same everywhere. */
export type RefusalReason =
  | "not-json"
  | "not-an-object"
  | "line-too-long"
  | "bad-encoding"
  | "unknown-type"
  | "missing-field"
  | "unknown-field"
  | "wrong-type"
  | "bad-decimal"
  | "out-of-range"
  | "unsafe-number"
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
