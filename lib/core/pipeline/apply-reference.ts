/** The market moved, or the feed said that it is alive: mids, inventory PnL, and the settling of markouts. */
import type { HeartbeatEvent, ReferenceEvent } from "../events/event.ts";
import { ledgerPrice } from "../ledger/scale.ts";
import { stepMoney, stepNet } from "../rollup/path-cursor.ts";
import { addInventory, grossLevel } from "./buckets.ts";
import { remeasureQuotes } from "./chains.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { restandPreTradeMids, settleUpTo } from "./pending-markouts.ts";
import { takeMid } from "./reference-mids.ts";
import { halfTicks } from "./rescale.ts";
import type { InstrumentState } from "./state.ts";

export function applyReference(state: InstrumentState, event: ReferenceEvent): Applied {
  const bid = halfTicks(state, event.bid);
  const ask = halfTicks(state, event.ask);
  if (bid === undefined || ask === undefined) {
    return quarantine("out-of-range", "bid or ask leaves the exact range in half-ticks");
  }
  if (event.time < state.watermark) return countLate(state);
  if (event.mark !== undefined) state.mark = halfTicks(state, event.mark) ?? state.mark;
  if (!(bid > 0 && ask > bid)) {
    state.counters.invalidReferences += 1;
    state.open.invalidReferences += 1;
    return undefined;
  }
  // Read after both prices: each may have refined the scale that the other was read in.
  const half = (halfTicks(state, event.bid) ?? bid) + (halfTicks(state, event.ask) ?? ask);
  moveMid(state, half / 2, event.time);
  return undefined;
}

export function applyHeartbeat(state: InstrumentState, event: HeartbeatEvent): Applied {
  if (event.time < state.watermark) return countLate(state);
  settleUpTo(state, event.time);
  state.watermark = event.time;
  return undefined;
}

function countLate(state: InstrumentState): Applied {
  state.counters.late += 1;
  state.open.late += 1;
  return undefined;
}

function moveMid(state: InstrumentState, mid: number, time: number): void {
  settleUpTo(state, time);
  const before = state.mid;
  takeMid(state, mid, time);
  if (before === 0) firstMid(state, time);
  else if (mid !== before && state.position !== 0) earn(state, before, time);
  state.watermark = time;
  if (mid === before) return;
  restandPreTradeMids(state, time);
  if (state.chains.size > 0) remeasureQuotes(state);
}

/** Until the first mid nothing held could be valued: all that it is worth now is inventory. */
function firstMid(state: InstrumentState, time: number): void {
  const value = grossLevel(state);
  if (value === 0n) return;
  state.open.inventory += value;
  const { netPerMoney } = state.scale;
  stepNet(state.path, value * netPerMoney, time, netPerMoney);
}

/** Q · Δm. */
function earn(state: InstrumentState, before: number, time: number): void {
  const { scale, mid, position } = state;
  const money = scale.inverse ? Number.NaN : position * (mid - before);
  if (Number.isSafeInteger(money)) {
    addInventory(state, money);
    stepMoney(state.path, money, time, scale.netPerMoney);
    return;
  }
  const exact = BigInt(position) * (ledgerPrice(scale, mid) - ledgerPrice(scale, before));
  state.open.inventory += exact;
  stepNet(state.path, exact * scale.netPerMoney, time, scale.netPerMoney);
}
