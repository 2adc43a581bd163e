/**
 * What the last sequences brought: events as they came, fingerprints of them in a snapshot. Compared are the same 18 bits
 * of both, so that a fold decides alike wherever its commits fell.
 */
import type { BrawlerEvent } from "../events/event.ts";
import { fingerprint } from "../events/fingerprint.ts";
import type { InstrumentState } from "./state.ts";

/** Three characters of text: of 262,144 conflicts one is taken for a duplicate, which changes no figure. */
const BITS = 18;

/** The fingerprint of 32 bits folded by XOR, as FNV's authors advise for fewer; what is folded stays. */
export function shortPrint(print: number): number {
  return ((print >>> BITS) ^ print) & (2 ** BITS - 1);
}

/** Whether what came last with a sequence of this slot says what the event says. */
export function saysTheSame(state: InstrumentState, slot: number, event: BrawlerEvent): boolean {
  const before = state.recentEvents[slot];
  return printOf(event) === (before === undefined ? state.recentPrints[slot] : printOf(before));
}

/** Replaces the events by their fingerprints: a snapshot holds those. */
export function settlePrints(state: InstrumentState): void {
  state.recentEvents.forEach((event, slot) => {
    if (event !== undefined) state.recentPrints[slot] = printOf(event);
  });
  state.recentEvents = [];
}

function printOf(event: BrawlerEvent): number {
  return shortPrint(fingerprint(event));
}
