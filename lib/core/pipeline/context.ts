import type { BrawlerEvent } from "../events/event.ts";
import type { JsonValue } from "../rollup/row.ts";
import type { Quarantine } from "./outcome.ts";

/** A stored trade row's value, as the fold wrote it. */
export type StoredTrade = { readonly [field: string]: JsonValue };

/** What the fold may ask of, or tell, the use case that drives it. All of it is synchronous. */
export interface FoldContext {
  /** Event times beyond this are quarantined. */
  readonly futureLimit: number;
  /** Sequences whose event the fold has failed on too often: each is left as a hole that it may fill another time. */
  readonly givenUp?: ReadonlySet<number>;
  /** The stored row of an older trade, for a bust or a correction of it. */
  findTrade(tradeId: string): StoredTrade | undefined;
  /** An event left the re-order buffer and was refused. */
  quarantined(event: BrawlerEvent, quarantine: Quarantine): void;
}
