import type { UpsertOutcome } from "../../ports/metric-store.ts";
import type { BulkOutcome } from "./bulk-upsert.ts";

/** What a second row of one key in the same call does to the first. */
export type Fate = "replaces" | "stale" | "conflicting";

/** The rows of a call, each key once; a statement cannot change one row twice. */
export interface Distinct<Row> {
  readonly rows: readonly Row[];
  readonly stale: number;
  readonly conflicting: readonly Row[];
}

export function newestOfEach<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  fateOf: (next: Row, first: Row) => Fate,
): Distinct<Row> {
  const kept = new Map<string, Row>();
  const conflicting: Row[] = [];
  let stale = 0;
  for (const row of rows) {
    const key = keyOf(row);
    const first = kept.get(key);
    const fate = first === undefined ? "replaces" : fateOf(row, first);
    if (first !== undefined && fate !== "conflicting") stale += 1;
    if (fate === "replaces") kept.set(key, row);
    else if (fate === "conflicting") conflicting.push(row);
  }
  return { rows: [...kept.values()], stale, conflicting };
}

/** What became of a call, from what became of its distinct rows. */
export function outcomeOf<Row>(
  distinct: Distinct<Row>,
  { written, contradicting }: BulkOutcome,
  nameOf: (row: Row) => string,
): UpsertOutcome {
  const refused = distinct.rows.filter((_, at) => contradicting.includes(at));
  const conflicting = [...distinct.conflicting, ...refused];
  return {
    written,
    stale: distinct.stale + distinct.rows.length - written - refused.length,
    conflicting: conflicting.map(nameOf),
  };
}

/** Two rows of one key: the higher version wins, an equal one must say the same. */
export function fateByVersion(
  next: { readonly version: number; readonly value: string },
  first: { readonly version: number; readonly value: string },
): Fate {
  if (next.version > first.version) return "replaces";
  return next.version === first.version && next.value !== first.value ? "conflicting" : "stale";
}
