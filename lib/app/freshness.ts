/** How current an answer is, by the states that it was made of. */
import type { Fresh } from "../core/api/schema.ts";
import { instrumentKey } from "../core/events/event.ts";
import type { InstrumentSummary } from "../core/pipeline/summary.ts";
import { SECOND_US } from "../core/units.ts";
import type { CommittedState } from "./committed-state.ts";

/** New events are expected at least this often: a quote or a reference a second. */
const CADENCE_US = 5 * SECOND_US;

export function freshOf(states: readonly CommittedState[], coverage = 1): Fresh {
  const times = states.map(({ summary }) => summary.newestTime);
  return {
    asOf: times.length === 0 ? null : Math.max(...times),
    cadenceUs: CADENCE_US,
    coverage,
    sources: states.map(({ summary }) => ({ id: keyOf(summary), lastAt: summary.newestTime })),
  };
}

/** The share of the window that lies after the first event. */
export function coverageOf(
  states: readonly CommittedState[],
  { from, to }: { readonly from: number; readonly to: number },
): number {
  const first = Math.min(...states.map(({ summary }) => summary.firstTime));
  if (first <= from || to <= from) return 1;
  return Math.max(0, (to - first) / (to - from));
}

export function keyOf({ account, instrument }: InstrumentSummary): string {
  return instrumentKey(account, instrument);
}
