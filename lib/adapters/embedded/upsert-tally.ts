import type { UpsertOutcome } from "../../ports/metric-store.ts";

/** What became of one row. */
export type RowFate = "written" | "stale" | "conflicting";

/** Counts fates; the key of a conflicting row is made only when there is one. */
export function tally<Row>(
  rows: readonly Row[],
  write: (row: Row) => RowFate,
  keyOf: (row: Row) => string,
): UpsertOutcome {
  let written = 0;
  let stale = 0;
  const conflicting: string[] = [];
  for (const row of rows) {
    const fate = write(row);
    if (fate === "written") written += 1;
    else if (fate === "stale") stale += 1;
    else conflicting.push(keyOf(row));
  }
  return { written, stale, conflicting };
}
