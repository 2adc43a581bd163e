import type { FundingEvent } from "../events/event.ts";
import { fundingCash } from "../ledger/funding.ts";
import { CASH_DECIMALS, cashUnits } from "../ledger/scale.ts";
import { stepNet } from "../rollup/path-cursor.ts";
import { flowTargets } from "./buckets.ts";
import { type Applied, quarantine } from "./outcome.ts";
import { halfTicks } from "./rescale.ts";
import type { InstrumentState } from "./state.ts";

/** Funding times remembered, to refuse a second payment for one of them. */
const KEPT = 64;

/** Cash for the position held at the funding time: of trades strictly before it. A payment told wins. */
export function applyFunding(state: InstrumentState, event: FundingEvent): Applied {
  if (state.recentFundings.includes(event.time)) {
    return quarantine("funding-conflict", `funding for time ${event.time} was applied before`);
  }
  const cash = event.payment === undefined ? computed(state, event) : cashUnits(event.payment);
  if (cash === undefined && event.payment !== undefined) {
    const { decimals } = event.payment;
    return quarantine(
      "too-fine",
      `payment has ${decimals} decimals, at most ${CASH_DECIMALS} are exact`,
    );
  }
  state.recentFundings.push(event.time);
  if (state.recentFundings.length > KEPT) state.recentFundings.shift();
  const targets = flowTargets(state, event.time, event.sequence);
  if (cash === undefined) {
    for (const part of targets) part.fundingsWithoutMark += 1;
    return undefined;
  }
  state.funding += cash;
  for (const part of targets) part.funding += cash;
  if (cash !== 0n) {
    stepNet(state.path, cash * state.scale.netPerCash, state.open.to, state.scale.netPerMoney);
  }
  return undefined;
}

/** −Q · mark · rate; the mark is the event's, else the feed's last, else the mid. */
function computed(state: InstrumentState, event: FundingEvent): bigint | undefined {
  const told = event.mark === undefined ? undefined : halfTicks(state, event.mark);
  const mark = told ?? (state.mark || state.mid);
  const held = positionBefore(state, event.time);
  if (held === 0) return 0n;
  if (mark <= 0) return undefined;
  return fundingCash(state.scale, held, mark, event.rate);
}

/** The position without the trades at or after `time` that were applied already. */
function positionBefore(state: InstrumentState, time: number): number {
  let held = state.position;
  for (let index = state.pending.length - 1; index >= 0; index -= 1) {
    const trade = state.pending[index];
    if (trade === undefined || trade.time < time) break;
    held -= trade.signedLots;
  }
  return held;
}
