/** Summaries of snapshots, each read once: none is ever changed, and a run asks for them at every step while it comes to rest. */
import { decodeSummary, type InstrumentSummary } from "../../lib/core/pipeline/summary.ts";
import type { StateSnapshot } from "../../lib/ports/state-store.ts";

const READ = new WeakMap<StateSnapshot, InstrumentSummary>();

export function summaryOf(snapshot: StateSnapshot): InstrumentSummary {
  const known = READ.get(snapshot);
  if (known !== undefined) return known;
  const summary = decodeSummary(snapshot.summary);
  READ.set(snapshot, summary);
  return summary;
}
