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
  if (event.time < state.watermark) return countLate(state);
  const rough = halfTicks(state, event.bid);
  const ask = halfTicks(state, event.ask);
  // Read again: the ask may have refined the scale that the bid was read in.
  const bid = halfTicks(state, event.bid);
  if (rough === undefined || bid === undefined || ask === undefined) {
    return quarantine("out-of-range", "bid or ask leaves the exact range in half-ticks");
  }
  if (!(bid > 0 && ask > bid)) {
    state.counters.invalidReferences += 1;
    state.open.invalidReferences += 1;
    return undefined;
  }
  moveMid(state, (bid + ask) / 2, event);
  if (event.mark !== undefined) state.mark = halfTicks(state, event.mark) ?? state.mark;
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

function moveMid(state: InstrumentState, mid: number, event: ReferenceEvent): void {
  const { time } = event;
  settleUpTo(state, time);
  const before = state.mid;
  const gross = before === 0 ? grossLevel(state) : 0n;
  takeMid(state, mid, time);
  if (before === 0) firstMid(state, gross);
  else if (mid !== before && state.position !== 0) earn(state, before);
  state.watermark = time;
  if (mid === before) return;
  restandPreTradeMids(state, event);
  if (state.chains.size > 0) remeasureQuotes(state);
}

/** Until the first mid what was held could not be valued: what it has gained on its cost is inventory. */
function firstMid(state: InstrumentState, gross: bigint): void {
  const value = grossLevel(state) - gross;
  if (value === 0n) return;
  state.open.inventory += value;
  const { netPerMoney } = state.scale;
  stepNet(state.path, value * netPerMoney, state.open.to, netPerMoney);
}

/** Q · Δm. */
function earn(state: InstrumentState, before: number): void {
  const { scale, mid, position } = state;
  const money = scale.inverse ? Number.NaN : position * (mid - before);
  if (Number.isSafeInteger(money)) {
    addInventory(state, money);
    stepMoney(state.path, money, state.open.to, scale.netPerMoney);
    return;
  }
  const exact = BigInt(position) * (ledgerPrice(scale, mid) - ledgerPrice(scale, before));
  state.open.inventory += exact;
  stepNet(state.path, exact * scale.netPerMoney, state.open.to, scale.netPerMoney);
}
