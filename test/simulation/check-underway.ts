/** What holds at every moment: checked now and then while a run goes on. */
import type { StateSnapshot } from "../../lib/ports/state-store.ts";
import type { CommitLog } from "./ledger-of-commits.ts";
import type { MemoryStateStore } from "./memory-stores.ts";
import { summaryOf } from "./summaries.ts";

/** The bounds of the fold itself. */
const BUFFER_MAX = 4096;
const HOLES_MAX = 64;

const checked = new WeakSet<StateSnapshot>();

export function checkUnderway({
  rawState,
  log,
}: {
  readonly rawState: MemoryStateStore;
  readonly log: CommitLog;
}): void {
  for (const [name, snapshot] of rawState.snapshots) {
    // What is checked of a snapshot lies in it alone, and none is ever changed.
    if (checked.has(snapshot)) continue;
    checked.add(snapshot);
    const { counters, buffered, holes } = summaryOf(snapshot);
    const { events, applied, duplicates, quarantined } = counters;
    const sum = applied + duplicates + quarantined + buffered;
    if (events !== sum) log.violated("I9", `${name}: ${events} events came, ${sum} are told of`);
    if (buffered > BUFFER_MAX) log.violated("I11", `${name} buffers too much`);
    if (holes > HOLES_MAX) log.violated("I11", `${name} remembers too many holes`);
  }
}
