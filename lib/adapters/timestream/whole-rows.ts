/** Records put together again: only rows of which every record stands at one version are whole. */
import { fromPieces, type Piece, type Unpacked } from "./packed-value.ts";
import type { QueriedRow } from "./query-rows.ts";
import { TIME_NS } from "./sql.ts";

export interface WholeRow extends Unpacked {
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly version: number;
  readonly text: (column: string) => string;
}

export interface Assembled {
  readonly rows: readonly WholeRow[];
  /** The keys of rows that cannot be read just now. */
  readonly torn: readonly string[];
}

/** @param keyColumns what tells one row from another, beside its time */
export function assemble(records: readonly QueriedRow[], keyColumns: readonly string[]): Assembled {
  const recordsByKey = new Map<string, QueriedRow[]>();
  for (const record of records) {
    const key = JSON.stringify([...keyColumns, TIME_NS].map((name) => record.get(name)));
    const found = recordsByKey.get(key);
    if (found === undefined) recordsByKey.set(key, [record]);
    else found.push(record);
  }
  const rows: WholeRow[] = [];
  const torn: string[] = [];
  for (const [key, found] of recordsByKey) {
    const row = wholeRow(found);
    if (row === undefined) torn.push(key);
    else rows.push(row);
  }
  return { rows, torn };
}

/** The first record says how many there are; records behind those are left over from an older, longer value. */
function wholeRow(records: readonly QueriedRow[]): WholeRow | undefined {
  const recordByPiece = new Map(records.map((record) => [record.get("piece"), record]));
  const head = recordByPiece.get("0");
  if (head === undefined) return undefined;
  const count = Math.max(1, numberIn(head, "pieces"));
  const pieces: Piece[] = [];
  for (let piece = 0; piece < count; piece += 1) {
    const record = recordByPiece.get(String(piece));
    if (record === undefined || record.get("version") !== head.get("version")) return undefined;
    pieces.push({ piece, pieces: numberIn(record, "pieces"), value: record.get("value") ?? "" });
  }
  return {
    ...fromPieces(pieces),
    time: microseconds(head),
    version: numberIn(head, "version"),
    text: (column) => head.get(column) ?? "",
  };
}

export function numberIn(record: QueriedRow, column: string): number {
  return Number(record.get(column));
}

/** Nanoseconds have more digits than a number keeps: the last three, which are zeros, are cut off as text. */
function microseconds(record: QueriedRow): number {
  return Number((record.get(TIME_NS) ?? "").padStart(4, "0").slice(0, -3));
}
