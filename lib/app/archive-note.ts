/** What was decided about the lines that follow in the archive, told in it, so that folding it again decides the same. */
import type { RowsFrom } from "../core/pipeline/state.ts";
import { RESOLUTIONS } from "../core/rollup/row.ts";
import type { StateKey } from "../ports/state-store.ts";

export type ArchiveNote =
  /** From here on, rollups of buckets that end at or before these times were not kept (docs: decision 0019). */
  | { readonly note: "rows-from"; readonly rowsFrom: RowsFrom }
  /** An input ended here: of these instruments what was still waited for was given up. */
  | { readonly note: "input-ended"; readonly instruments: readonly StateKey[] };

/** A note that this program does not know: a newer one wrote it, and its lines cannot be folded as it folded them. */
export class UnknownNoteError extends Error {
  override readonly name = "UnknownNoteError";
}

export function encodeNote(note: ArchiveNote): string {
  return JSON.stringify(note);
}

/** @throws {UnknownNoteError} for a text that `encodeNote` of this version did not make */
export function decodeNote(text: string, position: number): ArchiveNote {
  const note: unknown = JSON.parse(text);
  if (isRowsFrom(note) || isInputEnded(note)) return note;
  throw new UnknownNoteError(
    `the archive's note at position ${position} is not one that this version writes: use the newer program that wrote it`,
  );
}

function isRowsFrom(value: unknown): value is ArchiveNote & { note: "rows-from" } {
  if (!isObject(value) || value["note"] !== "rows-from" || !isObject(value["rowsFrom"])) {
    return false;
  }
  const { rowsFrom } = value;
  return RESOLUTIONS.every((resolution) => Number.isSafeInteger(rowsFrom[resolution]));
}

function isInputEnded(value: unknown): value is ArchiveNote & { note: "input-ended" } {
  if (!isObject(value) || value["note"] !== "input-ended") return false;
  const { instruments } = value;
  return Array.isArray(instruments) && instruments.every(isKey);
}

function isKey(value: unknown): boolean {
  if (!isObject(value)) return false;
  return typeof value["account"] === "string" && typeof value["instrument"] === "string";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
