/** What became of one delivered event. */

/** Why the fold refuses an event that was well-formed on its own. */
export type QuarantineReason =
  | "second-source"
  | "sequence-conflict"
  | "trade-id-conflict"
  | "funding-conflict"
  | "instrument-conflict"
  | "unknown-trade"
  | "correction-after-bust"
  | "future"
  | "too-fine"
  | "out-of-range"
  | "fold-fault";

/** `detail` says what was expected and what it was. */
export interface Quarantine {
  readonly reason: QuarantineReason;
  readonly detail: string;
}

/** `undefined`: applied without complaint. */
export type Applied = Quarantine | undefined;

export type Outcome = "applied" | "duplicate" | "buffered" | Quarantine;

export function quarantine(reason: QuarantineReason, detail: string): Quarantine {
  return { reason, detail };
}
