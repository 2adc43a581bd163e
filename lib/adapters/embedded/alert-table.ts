import type { EpochUs } from "../../core/units.ts";
import type {
  AlertCommitResult,
  AlertPage,
  AlertRange,
  AlertRecord,
  AlertRecordKey,
  AlertRecordType,
  AlertStore,
  RefusedRecord,
} from "../../ports/alert-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCommit } from "../../ports/require-commit.ts";
import { requireLimit } from "../../ports/require-count.ts";
import type { Connection } from "./connection.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

const COLUMNS = "type, id, version, parent, time, open_at, value";
const INSERT = `INSERT INTO alert (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const UPDATE = `
  UPDATE alert SET version = ?, parent = ?, time = ?, open_at = ?, value = ?
  WHERE type = ? AND id = ?`;
const FIND = `SELECT ${COLUMNS} FROM alert WHERE type = ? AND id = ?`;
const DELETE_BEFORE = "DELETE FROM alert WHERE type = ? AND time < ? AND open_at IS NULL";

type Columns = [
  type: AlertRecordType,
  id: string,
  version: number,
  parent: string,
  time: number,
  openAt: number | null,
  value: string,
];

/** The two lists, by the column that orders them; a cursor of one is none of the other. */
type OrderedBy = "time" | "open_at";

export function alertTable(connection: Connection): AlertStore {
  function find({ type, id }: AlertRecordKey): AlertRecord | undefined {
    const columns = connection.statement(FIND).first<Columns>(type, toStoredText(id));
    return columns === undefined ? undefined : toRecord(columns);
  }

  function write(record: AlertRecord): void {
    const { type, version, time } = record;
    const id = toStoredText(record.id);
    const parent = toStoredText(record.parent);
    const value = toStoredText(record.value);
    const openAt = record.openAt ?? null;
    if (version === 1) {
      connection.statement(INSERT).run(type, id, version, parent, time, openAt, value);
    } else {
      connection.statement(UPDATE).run(version, parent, time, openAt, value, type, id);
    }
  }

  function commit(records: readonly AlertRecord[]): AlertCommitResult {
    requireCommit(records);
    const refused: RefusedRecord[] = [];
    for (const record of records) {
      const standing = find(record);
      if (record.version !== (standing?.version ?? 0) + 1) refused.push({ record, standing });
    }
    if (refused.length > 0) return { outcome: "stale", refused };
    for (const record of records) write(record);
    return { outcome: "committed" };
  }

  function page(range: AlertRange, by: OrderedBy): AlertPage {
    requireLimit(range.limit);
    const { sql, values } = pageQuery(range, by);
    const found = connection.statement(sql).rows<Columns>(...values, range.limit + 1);
    const rows = found.slice(0, range.limit);
    const last = rows.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return {
      records: rows.map(toRecord),
      cursor: isLastPage ? undefined : cursorAfter(range, by, last),
    };
  }

  return {
    commit: async (records) => connection.transaction(() => commit(records)),
    find: async (key) => connection.attempt(() => find(key)),
    list: async (range) => connection.attempt(() => page(range, "time")),
    open: async (range) => connection.attempt(() => page(range, "open_at")),
    deleteBefore: async (type, before) =>
      connection.transaction(() => connection.statement(DELETE_BEFORE).run(type, before)),
  };
}

function pageQuery(
  range: AlertRange,
  by: OrderedBy,
): { readonly sql: string; readonly values: readonly (string | number)[] } {
  const order = range.order ?? "asc";
  const terms = ["type = ?", `${by} >= ?`, `${by} < ?`];
  const values: (string | number)[] = [range.type, range.from, range.to];
  if (range.parent !== undefined) {
    terms.push("parent = ?");
    values.push(toStoredText(range.parent));
  }
  if (range.cursor !== undefined) {
    const [at, id] = decodeCursor(listName(range, by), ["count", "text"], range.cursor);
    const beyond = order === "asc" ? ">" : "<";
    // The first term seeks in the index, the second decides among records of one instant.
    terms.push(`${by} ${beyond}= ? AND (${by}, id) ${beyond} (?, ?)`);
    values.push(at, at, toStoredText(id));
  }
  const sql = `SELECT ${COLUMNS} FROM alert WHERE ${terms.join(" AND ")} ORDER BY ${by} ${order}, id ${order} LIMIT ?`;
  return { sql, values };
}

function cursorAfter(range: AlertRange, by: OrderedBy, last: Columns): string {
  const { time, openAt, id } = toRecord(last);
  return encodeCursor(listName(range, by), [by === "time" ? time : (openAt ?? 0), id]);
}

function listName({ type, order = "asc" }: AlertRange, by: OrderedBy): string {
  return `${type} ${by} ${order}`;
}

function toRecord([type, id, version, parent, time, openAt, value]: Columns): AlertRecord {
  return {
    type,
    id: fromStoredText(id),
    version,
    parent: fromStoredText(parent),
    time: time as EpochUs,
    ...(openAt !== null && { openAt: openAt as EpochUs }),
    value: fromStoredText(value),
  };
}
