/**
 * The fold: one delivered event at a time, in any order, any number of times. Each event is applied exactly once, in
 * `sequence` order, or quarantined; events = applied + duplicates + quarantined + buffered, always.
 */
import type { BrawlerEvent } from "../events/event.ts";
import { fingerprint } from "../events/fingerprint.ts";
import { scaleDecimal } from "../ledger/scale.ts";
import { applyAmendment } from "./apply-amendment.ts";
import { applyFunding } from "./apply-funding.ts";
import { applyInstrument } from "./apply-instrument.ts";
import { applyHeartbeat, applyReference } from "./apply-reference.ts";
import { applyTrade } from "./apply-trade.ts";
import { advanceTo } from "./buckets.ts";
import { applyQuote } from "./chains.ts";
import type { FoldContext } from "./context.ts";
import { type Applied, type Outcome, type Quarantine, quarantine } from "./outcome.ts";
import { saysTheSame } from "./recent-prints.ts";
import { halfTicks, lotsOf } from "./rescale.ts";
import type { Hole, InstrumentState } from "./state.ts";

/** A gap is waited for until this many events, or this much event time, are buffered. */
const BUFFER_EVENTS = 4096;
const BUFFER_US = 30_000_000;
/** Skipped ranges remembered, so that what fills them later is applied. */
const HOLES = 64;
/** Sequences whose content is remembered. */
const RECENT = 256;

/** Takes one delivered event. */
export function offer(state: InstrumentState, event: BrawlerEvent, context: FoldContext): Outcome {
  state.counters.events += 1;
  state.source ??= event.source;
  if (event.source !== state.source) {
    const told = `${event.source}; ${state.source} is the producer of this account and instrument`;
    return refuse(state, quarantine("second-source", `source ${told}`));
  }
  if (event.time > context.futureLimit) {
    return refuse(state, quarantine("future", `time ${event.time} is more than 15 minutes ahead`));
  }
  if (event.sequence > state.nextSequence) return buffer(state, event, context);
  if (event.sequence < state.nextSequence) return fillOrRepeat(state, event, context);
  state.nextSequence += 1;
  const outcome = apply(state, event, context);
  if (state.buffer.size > 0) drain(state, context);
  return outcome;
}

/** The input has ended: what is buffered is applied, and what is missing between is remembered as holes. */
export function endOfInput(state: InstrumentState, context: FoldContext): void {
  while (state.buffer.size > 0) skip(state, context);
}

function refuse(state: InstrumentState, reason: Quarantine): Quarantine {
  state.counters.quarantined += 1;
  state.open.quarantined += 1;
  state.dirtyOpen = true;
  return reason;
}

function duplicate(state: InstrumentState): "duplicate" {
  state.counters.duplicates += 1;
  state.open.duplicates += 1;
  state.dirtyOpen = true;
  return "duplicate";
}

function conflict(state: InstrumentState, { sequence }: BrawlerEvent): Quarantine {
  const detail = `sequence ${sequence} came before with other content; the first stands`;
  return refuse(state, quarantine("sequence-conflict", detail));
}

/** Below the next sequence: it fills a hole, or it was here before. */
function fillOrRepeat(state: InstrumentState, event: BrawlerEvent, context: FoldContext): Outcome {
  const { sequence } = event;
  const hole = state.holes.findIndex(({ first, last }) => first <= sequence && sequence <= last);
  if (hole >= 0) {
    splitHole(state, hole, sequence);
    const before = state.counters.late;
    const outcome = apply(state, event, context);
    // A reference out of a hole is late on both counts, and counted once.
    if (state.counters.late === before) countLate(state);
    return outcome;
  }
  const slot = sequence % RECENT;
  const known = state.recentSequences[slot] === sequence;
  if (known && !saysTheSame(state, slot, event)) return conflict(state, event);
  return duplicate(state);
}

function countLate(state: InstrumentState): void {
  state.counters.late += 1;
  state.open.late += 1;
}

function splitHole(state: InstrumentState, index: number, sequence: number): void {
  const hole = state.holes[index];
  if (hole === undefined) return;
  const rest = [
    { first: hole.first, last: sequence - 1 },
    { first: sequence + 1, last: hole.last },
  ];
  state.holes.splice(index, 1, ...rest.filter(({ first, last }) => first <= last));
  while (state.holes.length > HOLES) state.holes.shift();
}

function buffer(state: InstrumentState, event: BrawlerEvent, context: FoldContext): Outcome {
  const waiting = state.buffer.get(event.sequence);
  if (waiting !== undefined) {
    if (fingerprint(waiting) !== fingerprint(event)) return conflict(state, event);
    return duplicate(state);
  }
  const first = state.buffer.size === 0;
  state.buffer.set(event.sequence, event);
  state.bufferOldest = first ? event.time : Math.min(state.bufferOldest, event.time);
  state.bufferNewest = first ? event.time : Math.max(state.bufferNewest, event.time);
  while (waitedEnough(state)) skip(state, context);
  return "buffered";
}

/** One skip can leave as much behind the next gap, which has then been waited for as long. */
function waitedEnough({ buffer, bufferOldest, bufferNewest }: InstrumentState): boolean {
  if (buffer.size === 0) return false;
  return buffer.size >= BUFFER_EVENTS || bufferNewest - bufferOldest >= BUFFER_US;
}

/** Gives up waiting: remembers the hole and goes on at the smallest buffered sequence. */
function skip(state: InstrumentState, context: FoldContext): void {
  let smallest = Number.POSITIVE_INFINITY;
  for (const sequence of state.buffer.keys()) if (sequence < smallest) smallest = sequence;
  rememberHole(state, { first: state.nextSequence, last: smallest - 1 });
  state.counters.gaps += 1;
  state.open.gaps += 1;
  state.nextSequence = smallest;
  drain(state, context);
}

function drain(state: InstrumentState, context: FoldContext): void {
  for (;;) {
    const event = state.buffer.get(state.nextSequence);
    if (event === undefined) break;
    state.buffer.delete(event.sequence);
    state.nextSequence += 1;
    const outcome = apply(state, event, context);
    if (typeof outcome === "object") context.quarantined(event, outcome);
  }
  measureBuffer(state);
}

function measureBuffer(state: InstrumentState): void {
  let oldest = Number.MAX_SAFE_INTEGER;
  let newest = 0;
  for (const { time } of state.buffer.values()) {
    if (time < oldest) oldest = time;
    if (time > newest) newest = time;
  }
  state.bufferOldest = oldest;
  state.bufferNewest = newest;
}

/** Applies an event whose turn it is; its sequence is used up whatever comes of it. */
function apply(
  state: InstrumentState,
  event: BrawlerEvent,
  context: FoldContext,
): "applied" | Quarantine {
  if (context.givenUp?.has(event.sequence) === true) return giveUp(state, event.sequence);
  const slot = event.sequence % RECENT;
  if (event.sequence >= (state.recentSequences[slot] ?? 0)) {
    state.recentSequences[slot] = event.sequence;
    state.recentEvents[slot] = event;
  }
  advanceTo(state, event.time);
  state.dirtyOpen = true;
  const reason = dispatch(state, event, context);
  if (reason !== undefined) return refuse(state, reason);
  state.counters.applied += 1;
  state.open.applied += 1;
  return "applied";
}

/** Its sequence stays open, so that the event is applied, as late, when it comes again and can be. */
function giveUp(state: InstrumentState, sequence: number): Quarantine {
  rememberHole(state, { first: sequence, last: sequence });
  const detail = `the event of sequence ${sequence} makes the fold fail: mend the program, then send it again`;
  return refuse(state, quarantine("fold-fault", detail));
}

function rememberHole(state: InstrumentState, hole: Hole): void {
  state.holes.push(hole);
  if (state.holes.length > HOLES) state.holes.shift();
}

function dispatch(state: InstrumentState, event: BrawlerEvent, context: FoldContext): Applied {
  switch (event.type) {
    case "reference":
      return applyReference(state, event);
    case "quote":
      return quote(state, event);
    case "trade":
      return rememberTrade(state, event) ?? applyTrade(state, event);
    case "heartbeat":
      return applyHeartbeat(state, event);
    case "funding":
      return applyFunding(state, event);
    case "instrument":
      return applyInstrument(state, event);
    case "bust":
    case "correction":
      return applyAmendment(state, event, context);
  }
}

function quote(state: InstrumentState, event: BrawlerEvent & { type: "quote" }): Applied {
  const { price, quantity } = event;
  if (price === undefined || quantity === undefined || event.action === "rejected") {
    applyQuote(state, event, undefined);
    return undefined;
  }
  if (halfTicks(state, price) === undefined || lotsOf(state, quantity) === undefined) {
    return quarantine("out-of-range", "price or quantity leaves the exact range");
  }
  const ticks = scaleDecimal(price, state.scale.priceDecimals) ?? 0;
  const lots = scaleDecimal(quantity, state.scale.quantityDecimals) ?? 0;
  applyQuote(state, event, { price: ticks * 2, lots });
  return undefined;
}

/** The same trade under a new sequence is a producer's mistake, not a second trade. */
function rememberTrade(state: InstrumentState, event: BrawlerEvent & { type: "trade" }): Applied {
  const { tradeId, sequence } = event;
  const before = state.recentTrades.get(tradeId);
  if (before !== undefined && Math.abs(sequence - before) <= RECENT) {
    const detail = `trade ${tradeId} came under sequence ${before}, now under ${sequence}`;
    return quarantine("trade-id-conflict", detail);
  }
  state.recentTrades.set(tradeId, sequence);
  forgetTrades(state);
  return undefined;
}

/** The oldest trade ids go: beyond 256, and those that lie too far back for any event that may still be applied. */
function forgetTrades({ recentTrades, holes, nextSequence }: InstrumentState): void {
  const earliest = Math.min(nextSequence, ...holes.map(({ first }) => first)) - RECENT;
  for (const [tradeId, sequence] of recentTrades) {
    if (recentTrades.size <= RECENT && sequence >= earliest) return;
    recentTrades.delete(tradeId);
  }
}
