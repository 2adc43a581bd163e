import type { RefusalReason } from "../core/events/refusal.ts";
import type { QuarantineReason } from "../core/pipeline/outcome.ts";
import type { FrameRefusalReason } from "./frame-codec.ts";

/** Why a frame, a line or an event was set aside. */
export type SetAsideReason = FrameRefusalReason | RefusalReason | QuarantineReason;

/** What could not be taken: a frame, a line or an event, kept with its reason until a person decides. */
export interface QuarantinedItem {
  /** The same for the same item: deliveries are repeated, and an item may be put again. */
  readonly id: string;
  readonly shard: string;
  /** Of the record that brought it; for an event that had waited in the fold, of one that set it free. */
  readonly sequenceNumber: string;
  /** Within the record's frame, from 1; 0 for the frame as a whole, and for an event that had waited. */
  readonly line: number;
  readonly reason: SetAsideReason;
  readonly detail: string;
  /** The line, at most its first 4,096 characters; empty for a frame, which the record archive holds. */
  readonly text: string;
}

export interface Quarantine {
  /** Durable when it resolves. */
  put(items: readonly QuarantinedItem[]): Promise<void>;
}
