/** Our quotes: a chain lives from placing to its end and may change price and size; each such version counts too. */
import type { QuoteEvent } from "../events/event.ts";
import { ledgerPrice } from "../ledger/scale.ts";
import { distanceSlot } from "../metrics/quoting.ts";
import { addHits, addToSlot, emptyHits, type HitCounts, ownHits } from "../rollup/core-part.ts";
import { flowTargets } from "./buckets.ts";
import type { Chain, ChainEnd, InstrumentState } from "./state.ts";

/** How long an ended quote still takes a fill that raced its end. */
const RACE_US = 60_000_000;

interface Terms {
  readonly price: number;
  readonly lots: number;
}

/** Applies one step of a quote; `terms` are in half-ticks and lots, present for placed and replaced. */
export function applyQuote(
  state: InstrumentState,
  event: QuoteEvent,
  terms: Terms | undefined,
): void {
  forgetEnded(state);
  const chain = state.chains.get(event.quoteId);
  if (event.action === "rejected") {
    if (chain === undefined) reject(state, event);
  } else if (event.action === "cancelled" || event.action === "expired") {
    if (chain !== undefined)
      endChain(state, chain, { reason: event.action, time: event.time }, event);
  } else if (terms !== undefined) {
    const live = chain ?? reopened(state, event);
    if (live === undefined) place(state, event, terms);
    else replace(state, live, event, terms);
  }
}

/** Of a quote that is, or was lately, live only the request is rejected. */
function reject(state: InstrumentState, event: QuoteEvent): void {
  if (endedLately(state, event.quoteId) !== undefined) return;
  for (const part of flowTargets(state, event.time, event.sequence)) {
    ownHits(part, "chain").rejected += 1;
    ownHits(part, "version").rejected += 1;
  }
}

function place(state: InstrumentState, event: QuoteEvent, { price, lots }: Terms): void {
  state.ended.delete(event.quoteId);
  const slot = distanceSlot(event.side, price, state.mid);
  const chain: Chain = {
    quoteId: event.quoteId,
    side: event.side,
    price,
    quantity: lots,
    filled: 0,
    versionQuantity: lots,
    versionFilled: 0,
    slot,
    end: undefined,
  };
  state.chains.set(event.quoteId, chain);
  shiftLive(state, slot, 1);
  for (const part of flowTargets(state, event.time, event.sequence)) {
    ownHits(part, "chain").placed += 1;
    ownHits(part, "version").placed += 1;
  }
}

/** A quote that is amended lives on, whatever had ended it less than 60 s ago: that end is taken back. */
function reopened(state: InstrumentState, event: QuoteEvent): Chain | undefined {
  const chain = endedLately(state, event.quoteId);
  if (event.action !== "replaced" || chain?.end === undefined) return undefined;
  const { end } = chain;
  for (const part of flowTargets(state, end.time, event.sequence)) {
    addHits(ownHits(part, "chain"), chainHits(state, chain, end), -1);
    addHits(ownHits(part, "version"), versionHits(state, chain, end.reason), -1);
  }
  chain.end = undefined;
  state.ended.delete(chain.quoteId);
  state.chains.set(chain.quoteId, chain);
  chain.slot = distanceSlot(chain.side, chain.price, state.mid);
  shiftLive(state, chain.slot, 1);
  return chain;
}

/**
 * A new price or side, or more quantity, starts a version; less at the same price keeps its place in the queue. What
 * leaves nothing to fill ends the quote as it is.
 */
function replace(state: InstrumentState, chain: Chain, event: QuoteEvent, terms: Terms): void {
  const moved = terms.price !== chain.price || event.side !== chain.side;
  if ((moved || terms.lots > chain.quantity) && terms.lots > chain.filled) {
    for (const part of flowTargets(state, event.time, event.sequence)) {
      addHits(ownHits(part, "version"), versionHits(state, chain, "replaced"));
      ownHits(part, "version").placed += 1;
    }
    chain.price = terms.price;
    chain.side = event.side;
    chain.versionQuantity = terms.lots - chain.filled;
    chain.versionFilled = 0;
    moveSlot(state, chain);
  }
  chain.quantity = terms.lots;
  if (chain.filled > 0 && chain.filled >= chain.quantity) {
    endChain(state, chain, { reason: "filled", time: event.time }, event);
  }
}

/** Counts a fill for the quote that is, or was within 60 s, live under this id; unknown quotes do not count. */
export function fillChain(
  state: InstrumentState,
  quoteId: string,
  fill: { readonly lots: number; readonly time: number; readonly sequence: number },
): void {
  forgetEnded(state);
  const chain = state.chains.get(quoteId);
  if (chain !== undefined) {
    addFill(state, chain, fill);
    return;
  }
  const ended = endedLately(state, quoteId);
  if (ended?.end !== undefined) restateEnd(state, ended, ended.end, fill);
}

function addFill(
  state: InstrumentState,
  chain: Chain,
  fill: { readonly lots: number; readonly time: number; readonly sequence: number },
): void {
  chain.filled += fill.lots;
  chain.versionFilled += fill.lots;
  for (const part of flowTargets(state, fill.time, fill.sequence)) {
    addToSlot(part, "fills", chain.slot, 1);
  }
  if (chain.filled >= chain.quantity) {
    endChain(state, chain, { reason: "filled", time: fill.time }, fill);
  }
}

/** A fill that raced the end re-opens the quote and closes it again, at the time at which it had ended. */
function restateEnd(
  state: InstrumentState,
  chain: Chain,
  end: ChainEnd,
  fill: { readonly lots: number; readonly sequence: number },
): void {
  const before = {
    chain: chainHits(state, chain, end),
    version: versionHits(state, chain, end.reason),
  };
  chain.filled += fill.lots;
  chain.versionFilled += fill.lots;
  for (const part of flowTargets(state, end.time, fill.sequence)) {
    addHits(ownHits(part, "chain"), before.chain, -1);
    addHits(ownHits(part, "version"), before.version, -1);
    addHits(ownHits(part, "chain"), chainHits(state, chain, end));
    addHits(ownHits(part, "version"), versionHits(state, chain, end.reason));
  }
}

function endChain(
  state: InstrumentState,
  chain: Chain,
  end: ChainEnd,
  { sequence }: { readonly sequence: number },
): void {
  chain.end = end;
  state.chains.delete(chain.quoteId);
  state.ended.set(chain.quoteId, chain);
  shiftLive(state, chain.slot, -1);
  for (const part of flowTargets(state, end.time, sequence)) {
    addHits(ownHits(part, "chain"), chainHits(state, chain, end));
    addHits(ownHits(part, "version"), versionHits(state, chain, end.reason));
  }
}

type EndReason = ChainEnd["reason"] | "replaced";

function chainHits(state: InstrumentState, chain: Chain, { reason }: ChainEnd): HitCounts {
  const { filled, quantity } = chain;
  return outcome(reason, { filled, quoted: quantity, price: quotePrice(state, chain) });
}

function versionHits(state: InstrumentState, chain: Chain, reason: EndReason): HitCounts {
  const { versionFilled, versionQuantity } = chain;
  const price = quotePrice(state, chain);
  return outcome(reason, { filled: versionFilled, quoted: versionQuantity, price });
}

function quotePrice(state: InstrumentState, { price }: Chain): bigint {
  const ledger = ledgerPrice(state.scale, price);
  return ledger < 0n ? -ledger : ledger;
}

function outcome(
  reason: EndReason,
  quote: { readonly filled: number; readonly quoted: number; readonly price: bigint },
): HitCounts {
  const { filled, quoted, price } = quote;
  const hits = emptyHits();
  hits.closed = 1;
  hits.quotedLots = BigInt(quoted);
  // An overfill does not make up for what other quotes left open.
  hits.filledLots = BigInt(Math.min(filled, quoted));
  hits.quotedMoney = hits.quotedLots * price;
  hits.filledMoney = hits.filledLots * price;
  if (filled > 0) hits.filled = 1;
  if (filled > 0 && filled >= quoted) hits.full = 1;
  if (filled > 0) return hits;
  if (reason === "cancelled") hits.cancelledUnfilled = 1;
  if (reason === "expired") hits.expiredUnfilled = 1;
  if (reason === "replaced") hits.replacedUnfilled = 1;
  return hits;
}

/** The quote under this id that ended within the 60 s before the newest event. */
function endedLately(state: InstrumentState, quoteId: string): Chain | undefined {
  const chain = state.ended.get(quoteId);
  if (chain?.end === undefined) return undefined;
  return state.newestTime - chain.end.time <= RACE_US ? chain : undefined;
}

function forgetEnded(state: InstrumentState): void {
  for (const [quoteId, chain] of state.ended) {
    if (chain.end !== undefined && state.newestTime - chain.end.time <= RACE_US) return;
    state.ended.delete(quoteId);
  }
}

/** The mid has moved: quotes stand at new distances. */
export function remeasureQuotes(state: InstrumentState): void {
  for (const chain of state.chains.values()) moveSlot(state, chain);
}

function moveSlot(state: InstrumentState, chain: Chain): void {
  const slot = distanceSlot(chain.side, chain.price, state.mid);
  if (slot === chain.slot) return;
  shiftLive(state, chain.slot, -1);
  shiftLive(state, slot, 1);
  chain.slot = slot;
}

function shiftLive(state: InstrumentState, slot: number, by: 1 | -1): void {
  const live = state.open.live.slice();
  live[slot] = (live[slot] ?? 0) + by;
  // Levels are shared between buckets: a change is a new list.
  state.open.live = live;
}
