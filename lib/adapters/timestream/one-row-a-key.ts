/** A call in which no key stands twice: what the service would make of two records of one key, it does not say. */
import { epochOf } from "../../core/pipeline/version.ts";
import type { UpsertOutcome } from "../../ports/metric-store.ts";
import type { RowRecords } from "./records.ts";

export interface Sorted {
  /** The newest of each key. */
  readonly rows: readonly RowRecords[];
  /** The others. */
  readonly outcome: UpsertOutcome;
}

/**
 * Of each name the highest version, the first of equals; within an epoch another identity under the same name never
 * replaces it.
 */
export function oneRowAKey(rows: readonly RowRecords[]): Sorted {
  const newestByName = new Map<string, RowRecords>();
  let stale = 0;
  const conflicting: string[] = [];
  for (const row of rows) {
    const standing = newestByName.get(row.name);
    if (standing === undefined) newestByName.set(row.name, row);
    else if (isContradiction(standing, row)) conflicting.push(row.name);
    else {
      stale += 1;
      if (row.version > standing.version) newestByName.set(row.name, row);
    }
  }
  return { rows: [...newestByName.values()], outcome: { written: 0, stale, conflicting } };
}

function isContradiction(standing: RowRecords, row: RowRecords): boolean {
  if (epochOf(row.version) !== epochOf(standing.version)) return false;
  if (identityOf(row) !== identityOf(standing)) return true;
  return row.version === standing.version && contentOf(row) !== contentOf(standing);
}

/** A trade's sequence is among the dimensions: it is part of what the trade is. */
function identityOf({ dimensions }: RowRecords): string {
  return JSON.stringify(dimensions);
}

function contentOf({ time, pieces }: RowRecords): string {
  return JSON.stringify([time, pieces]);
}

export function addOutcomes(a: UpsertOutcome, b: UpsertOutcome): UpsertOutcome {
  const refused = [...(a.refused ?? []), ...(b.refused ?? [])];
  return {
    written: a.written + b.written,
    stale: a.stale + b.stale,
    conflicting: [...a.conflicting, ...b.conflicting],
    ...(refused.length === 0 ? {} : { refused }),
  };
}
