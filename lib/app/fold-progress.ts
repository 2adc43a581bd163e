/** How far the archive is folded into a store: what no instrument's state says. */
import { EVERY_ROW, type RowsFrom } from "../core/pipeline/state.ts";
import { RESOLUTIONS } from "../core/rollup/row.ts";
import type { EpochUs } from "../core/units.ts";
import type { RawArchive } from "../ports/raw-archive.ts";
import { encodeNote } from "./archive-note.ts";
import type { ArchiveRun } from "./read-archive.ts";

export interface FoldProgress {
  /** Every line up to here is committed, and its rows are stored; some beyond it may be, as the states say. */
  readonly position: number;
  /** In force there: rollups of buckets that end at or before these times are not kept. */
  readonly rowsFrom: RowsFrom;
  /** Lines up to there that were refused, and belong to no instrument. */
  readonly stray: number;
}

/** Where it is kept, beside the states. */
export interface ProgressStore {
  get(): FoldProgress;
  set(progress: FoldProgress): void;
}

export const NOTHING_FOLDED: FoldProgress = { position: 0, rowsFrom: EVERY_ROW, stray: 0 };

/** After a run of archived lines. */
export function advanced({ rowsFrom, stray }: FoldProgress, run: ArchiveRun): FoldProgress {
  return {
    position: run.last,
    rowsFrom: run.note?.note === "rows-from" ? run.note.rowsFrom : rowsFrom,
    stray: stray + run.refused.length,
  };
}

/** From here on rows are kept from these times: said in the archive first, where it changes. */
export async function tellRowsFrom(
  { archive, progress }: { readonly archive: RawArchive; readonly progress: ProgressStore },
  rowsFrom: RowsFrom,
  receivedTime: EpochUs,
): Promise<void> {
  const before = progress.get();
  const isSame = (resolution: keyof RowsFrom) => {
    return rowsFrom[resolution] === before.rowsFrom[resolution];
  };
  if (RESOLUTIONS.every(isSame)) return;
  const line = encodeNote({ note: "rows-from", rowsFrom });
  const note = { receivedTime, verdict: "note", reason: undefined, line } as const;
  progress.set({ ...before, rowsFrom, position: await archive.append([note]) });
}
