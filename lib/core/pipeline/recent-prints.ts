/** What the last sequences brought: events as they came, fingerprints of them in a snapshot. */
import { fingerprint } from "../events/fingerprint.ts";
import type { InstrumentState } from "./state.ts";

/** The fingerprint of what came last with a sequence of this slot. */
export function printAt(state: InstrumentState, slot: number): number | undefined {
  const event = state.recentEvents[slot];
  return event === undefined ? state.recentPrints[slot] : fingerprint(event);
}

/** Replaces the events by their fingerprints: a snapshot holds those. */
export function settlePrints(state: InstrumentState): void {
  state.recentEvents.forEach((event, slot) => {
    if (event !== undefined) state.recentPrints[slot] = fingerprint(event);
  });
  state.recentEvents = [];
}
