/**
 * Trades that wait for their horizons, in time order with one cursor a horizon: O(1) amortised an event, each trade
 * settled once per horizon.
 */
import { ledgerPrice } from "../ledger/scale.ts";
import { emptyMarkoutPart, type MarkoutPart } from "../rollup/markout-part.ts";
import { RESOLUTIONS } from "../rollup/row.ts";
import { flowTargets, keepsMarkouts, markoutBucket } from "./buckets.ts";
import { addSettled, addWaiting } from "./markout-sums.ts";
import { lastKnownBy } from "./reference-mids.ts";
import { type InstrumentState, MARK_STATUS, type PendingTrade } from "./state.ts";

const OK = MARK_STATUS.indexOf("ok");
const STALE = MARK_STATUS.indexOf("stale");
const MISSING = MARK_STATUS.indexOf("missing");

/** The markout parts of a trade's four buckets, made where they are not open. */
export function openParts(
  state: InstrumentState,
  trade: { readonly time: number; readonly sequence: number },
): string[] {
  const make = () => state.settings.horizons.map(() => emptyMarkoutPart());
  return RESOLUTIONS.filter((resolution) => keepsMarkouts(state, resolution, trade.time)).map(
    (resolution) => markoutBucket(state, resolution, trade, make).key,
  );
}

/** Puts a trade among the pending ones; horizons that the watermark has passed are missing, but for the edge. */
export function addPending(state: InstrumentState, trade: PendingTrade): void {
  const index = insertionIndex(state.pending, trade);
  state.pending.splice(index, 0, trade);
  state.cursors.forEach((cursor, horizon) => {
    if (index < cursor) state.cursors[horizon] = cursor + 1;
  });
  if (trade.time < state.watermark) {
    trade.fresh = trade.time - lastKnownBy(state, trade.time) <= state.settings.maxAgeUs;
  } else if (trade.time === state.watermark) {
    trade.fresh = true;
  }
  state.settings.horizons.forEach((horizon, index) => {
    forParts(state, trade, index, (part) => addWaiting(part, trade, state.scale));
    if (!hasEnded(trade, horizon.us, state.watermark)) return;
    // The mids of passed horizons are gone; the edge needs only the pre-trade mid.
    settle(state, trade, index, { mid: horizon.us === 0 ? trade.mid : 0, age: 0 });
  });
  for (const key of trade.parts) {
    const bucket = state.markouts.get(key);
    if (bucket !== undefined && trade.status.includes(0)) bucket.pending += 1;
  }
}

/** A horizon has ended when the watermark is past it; the edge is known when the watermark is at the trade. */
function hasEnded(trade: PendingTrade, wait: number, watermark: number): boolean {
  return wait === 0 ? trade.time <= watermark : trade.time + wait < watermark;
}

function insertionIndex(pending: readonly PendingTrade[], trade: PendingTrade): number {
  let index = pending.length;
  while (index > 0) {
    const before = pending[index - 1];
    if (before === undefined || before.time < trade.time) break;
    if (before.time === trade.time && before.sequence < trade.sequence) break;
    index -= 1;
  }
  return index;
}

/**
 * The feed has reached `time` ≥ watermark, with the mid before it still in place: settles every horizon that ended
 * before `time`, and the pre-trade mids of trades up to it.
 */
export function settleUpTo(state: InstrumentState, time: number): void {
  const { pending, cursors } = state;
  if (pending.length === 0) return;
  settleFreshness(state, time);
  const { horizons } = state.settings;
  let done = pending.length;
  for (let index = 0; index < horizons.length; index += 1) {
    const reached = settleHorizon(state, index, time);
    cursors[index] = reached;
    if (reached < done) done = reached;
  }
  if (done >= 32 || (done > 0 && done === pending.length)) dropSettled(state, done);
}

/** Moves one horizon's cursor past every trade whose horizon ended before `time`; returns where it stands. */
function settleHorizon(state: InstrumentState, index: number, time: number): number {
  const wait = state.settings.horizons[index]?.us ?? 0;
  let cursor = state.cursors[index] ?? 0;
  for (;;) {
    const trade = state.pending[cursor];
    if (trade === undefined || !hasEnded(trade, wait, time)) return cursor;
    cursor += 1;
    if (trade.status[index] !== 0) continue;
    const age = trade.time + wait - state.watermark;
    settle(state, trade, index, { mid: wait === 0 ? trade.mid : state.mid, age });
    if (!trade.status.includes(0)) release(state, trade);
  }
}

function settleFreshness(state: InstrumentState, time: number): void {
  for (let index = state.pending.length - 1; index >= 0; index -= 1) {
    const trade = state.pending[index];
    if (trade === undefined || trade.fresh !== undefined) break;
    if (trade.time > time) continue;
    trade.fresh = trade.time === time || trade.time - state.watermark <= state.settings.maxAgeUs;
  }
}

function dropSettled(state: InstrumentState, count: number): void {
  for (const { parts } of state.pending.splice(0, count)) {
    // A snapshot may have left their buckets' sums to them.
    for (const key of parts) {
      const bucket = state.markouts.get(key);
      if (bucket !== undefined) bucket.packed = undefined;
    }
  }
  state.cursors = state.cursors.map((cursor) => cursor - count);
}

function release(state: InstrumentState, trade: PendingTrade): void {
  for (const key of trade.parts) {
    const bucket = state.markouts.get(key);
    if (bucket !== undefined) bucket.pending -= 1;
  }
}

interface HorizonMid {
  /** Half-ticks, 0 without. */
  readonly mid: number;
  /** Its age at the horizon. */
  readonly age: number;
}

/** Settles one horizon of one trade: statistics by age, the ledger by the last valid mid whatever its age. */
function settle(state: InstrumentState, trade: PendingTrade, index: number, at: HorizonMid): void {
  const known = trade.mid > 0 && at.mid > 0;
  const fresh = trade.fresh === true && at.age <= state.settings.maxAgeUs;
  trade.status[index] = known ? (fresh ? OK : STALE) : MISSING;
  trade.mids[index] = known ? at.mid : 0;
  const lots = BigInt(trade.signedLots);
  const start = lots * ledgerPrice(state.scale, trade.mid || trade.price);
  forParts(state, trade, index, (part) => {
    part.pendingLots -= lots;
    part.pendingMoney -= start;
    part[trade.liquidity].pending -= 1;
    addSettled(part, trade, index, state.scale);
  });
  state.dirtyTrades.set(trade.tradeId, trade);
}

function forParts(
  state: InstrumentState,
  trade: PendingTrade,
  index: number,
  change: (part: MarkoutPart) => void,
): void {
  if (!trade.counted) return;
  for (const key of trade.parts) {
    const bucket = state.markouts.get(key);
    const part = bucket?.parts[index];
    if (bucket === undefined || part === undefined) continue;
    change(part);
    bucket.packed = undefined;
    state.dirtyMarkouts.set(key, (state.dirtyMarkouts.get(key) ?? 0) | (1 << index));
  }
}

/** A newer reference, still before these trades: their pre-trade mid moves from the one that stood in. */
export function restandPreTradeMids(
  state: InstrumentState,
  { time, sequence }: { readonly time: number; readonly sequence: number },
): void {
  for (let index = state.pending.length - 1; index >= 0; index -= 1) {
    const trade = state.pending[index];
    if (trade === undefined || trade.fresh !== undefined || trade.time <= time) break;
    if (trade.mid !== state.mid) restand(state, trade, sequence);
  }
}

/** @param sequence of the reference: what it moves in a bucket that has closed is a row of its own */
function restand(state: InstrumentState, trade: PendingTrade, sequence: number): void {
  const lots = BigInt(trade.signedLots);
  const before = ledgerPrice(state.scale, trade.mid || trade.price);
  const moved = lots * (ledgerPrice(state.scale, state.mid) - before);
  trade.mid = state.mid;
  for (const part of flowTargets(state, trade.time, sequence)) {
    part.spread += moved;
    part.inventory -= moved;
  }
  state.settings.horizons.forEach((_, index) => {
    if (trade.status[index] !== 0) return;
    forParts(state, trade, index, (part) => {
      part.pendingMoney += moved;
    });
  });
  state.dirtyTrades.set(trade.tradeId, trade);
}
