/** Feeds the fold one event at a time, without stores, and keeps what became of each. */
import type { BrawlerEvent } from "../../../lib/core/events/event.ts";
import { parseEvent } from "../../../lib/core/events/parse.ts";
import type { FoldContext, StoredTrade } from "../../../lib/core/pipeline/context.ts";
import type { Outcome, Quarantine } from "../../../lib/core/pipeline/outcome.ts";
import { dirtyRows } from "../../../lib/core/pipeline/rows.ts";
import { type InstrumentState, newInstrumentState } from "../../../lib/core/pipeline/state.ts";
import { endOfInput, offer } from "../../../lib/core/pipeline/step.ts";
import { DEFAULTS, FUTURE_LIMIT } from "../../fold.ts";

export const START = 1_758_300_000_000_000;
export const SECOND = 1_000_000;

export type Fields = Readonly<Record<string, unknown>>;

/** An outcome by one word: its reason where it was quarantined. */
export type Word = "applied" | "duplicate" | "buffered" | Quarantine["reason"];

export interface Feed {
  state: InstrumentState;
  /** Refused when they left the re-order buffer. */
  readonly setAside: Quarantine["reason"][];
  readonly context: FoldContext;
}

export function newFeed(
  options: { readonly futureLimit?: number; readonly stored?: Record<string, StoredTrade> } = {},
): Feed {
  const setAside: Quarantine["reason"][] = [];
  return {
    state: newInstrumentState("main", "X", DEFAULTS),
    setAside,
    context: {
      futureLimit: options.futureLimit ?? FUTURE_LIMIT,
      findTrade: (tradeId) => options.stored?.[tradeId],
      quarantined: (_, { reason }) => setAside.push(reason),
    },
  };
}

/** @throws with the reason when the object is refused as a line */
export function eventOf(fields: Fields): BrawlerEvent {
  const outcome = parseEvent(JSON.stringify(fields));
  if ("type" in outcome) return outcome;
  throw new Error(`${outcome.detail}: ${JSON.stringify(fields)}`);
}

/** Offers an event of instrument X; `second` is its time from the start. */
export function tell(feed: Feed, sequence: number, second: number, fields: Fields): Word {
  const time = START + Math.round(second * SECOND);
  const event = eventOf({ instrument: "X", time, sequence, ...fields });
  return wordOf(offer(feed.state, event, feed.context));
}

export function finish(feed: Feed): void {
  endOfInput(feed.state, feed.context);
}

function wordOf(outcome: Outcome): Word {
  return typeof outcome === "string" ? outcome : outcome.reason;
}

/** What is stored of each trade that changed since the start. */
export function tradesOf({ state }: Feed): Readonly<Record<string, StoredTrade>> {
  const { trades } = dirtyRows(state, 1);
  return Object.fromEntries(trades.map(({ tradeId, value }) => [tradeId, JSON.parse(value)]));
}

export const HEARTBEAT: Fields = { type: "heartbeat" };

export function book(bid: number | string, ask: number | string): Fields {
  return { type: "reference", bid, ask };
}

export function trade(tradeId: string, side: "buy" | "sell", fields: Fields = {}): Fields {
  return {
    ...{ type: "trade", tradeId, side, price: "100", quantity: "1" },
    ...{ liquidity: "maker", fee: "0", ...fields },
  };
}
