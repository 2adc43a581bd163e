import type { EpochUs } from "../../core/units.ts";
import type {
  AlertCommitResult,
  AlertPage,
  AlertRange,
  AlertRecord,
  AlertRecordType,
  AlertStore,
} from "../../ports/alert-store.ts";
import { decodeCursor, encodeCursor } from "../../ports/page-cursor.ts";
import { requireCommit } from "../../ports/require-commit.ts";
import { requireLimit } from "../../ports/require-count.ts";
import { arrayOf, textArrayOf } from "./array-literal.ts";
import { bound } from "./bounds.ts";
import type { ConnectionPool, Session, Statement, Value } from "./connection-pool.ts";
import { PostgresStoreError } from "./postgres-store-error.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";

const COLUMNS = "type, id, version, parent, time, open_at, value";
const FIND = {
  name: "alert-find",
  text: `SELECT ${COLUMNS} FROM alert WHERE type = $1 AND id = $2`,
};
/** In the order of the keys, so that two commits never wait for each other in a circle. */
const HOLD = {
  name: "alert-hold",
  text: `
    SELECT ${COLUMNS} FROM alert
    WHERE (type, id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
    ORDER BY type, id FOR UPDATE`,
};
const GIVEN = `
  unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
  AS given (${COLUMNS})`;
const INSERT = {
  name: "alert-insert",
  text: `
    INSERT INTO alert (${COLUMNS})
    SELECT * FROM ${GIVEN} WHERE version = 1 ORDER BY type COLLATE "C", id COLLATE "C"
    ON CONFLICT DO NOTHING`,
};
const UPDATE = {
  name: "alert-update",
  text: `
    UPDATE alert AS standing
    SET version = given.version, parent = given.parent, time = given.time,
      open_at = given.open_at, value = given.value
    FROM ${GIVEN}
    WHERE standing.type = given.type AND standing.id = given.id AND given.version > 1`,
};
const DELETE_BEFORE = {
  name: "alert-delete-before",
  text: "DELETE FROM alert WHERE type = $1 AND time < $2 AND open_at IS NULL",
};

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

export function alertTable(pool: ConnectionPool): AlertStore {
  async function page(range: AlertRange, by: OrderedBy): Promise<AlertPage> {
    requireLimit(range.limit);
    const { statement, values } = pageQuery(range, by);
    const found = await pool.rows<Columns>(statement, [...values, range.limit + 1]);
    const records = found.slice(0, range.limit).map(toRecord);
    const last = records.at(-1);
    const isLastPage = found.length <= range.limit || last === undefined;
    return { records, cursor: isLastPage ? undefined : cursorAfter(range, by, last) };
  }

  return {
    async commit(records) {
      requireCommit(records);
      if (records.length === 0) return { outcome: "committed" };
      return pool.transaction((session) => commitIn(session, records, pool.where));
    },
    async find({ type, id }) {
      const [columns] = await pool.rows<Columns>(FIND, [type, toStoredText(id)]);
      return columns === undefined ? undefined : toRecord(columns);
    },
    list: (range) => page(range, "time"),
    open: (range) => page(range, "open_at"),
    deleteBefore: (type, before) => pool.run(DELETE_BEFORE, [type, bound(before)]),
  };
}

async function commitIn(
  session: Session,
  records: readonly AlertRecord[],
  where: string,
): Promise<AlertCommitResult> {
  const [types, ids, ...rest] = arraysOf(records);
  const held = (await session.rows<Columns>(HOLD, [types ?? "", ids ?? ""])).map(toRecord);
  const standing = new Map(held.map((record) => [keyOf(record), record]));
  const refused = records
    .map((record) => ({ record, standing: standing.get(keyOf(record)) }))
    .filter(({ record, standing }) => record.version !== (standing?.version ?? 0) + 1);
  if (refused.length > 0) return { outcome: "stale", refused };
  const values = [types ?? "", ids ?? "", ...rest];
  const firsts = records.filter(({ version }) => version === 1).length;
  if (firsts > 0 && (await session.run(INSERT, values)) < firsts) {
    // Another commit made one of them since we looked: now that it stands, look again.
    throw new PostgresStoreError("contention", `Commits to ${where} raced for a new record`);
  }
  if (firsts < records.length) await session.run(UPDATE, values);
  return { outcome: "committed" };
}

/** One array a column, in the order of `COLUMNS`. */
function arraysOf(records: readonly AlertRecord[]): readonly string[] {
  return [
    textArrayOf(records.map(({ type }) => type)),
    textArrayOf(records.map(({ id }) => toStoredText(id))),
    arrayOf(records.map(({ version }) => version)),
    textArrayOf(records.map(({ parent }) => toStoredText(parent))),
    arrayOf(records.map(({ time }) => time)),
    arrayOf(records.map(({ openAt }) => openAt ?? "NULL")),
    textArrayOf(records.map(({ value }) => toStoredText(value))),
  ];
}

function pageQuery(
  range: AlertRange,
  by: OrderedBy,
): { readonly statement: Statement; readonly values: readonly Value[] } {
  const order = range.order ?? "asc";
  const values: Value[] = [range.type, bound(range.from), bound(range.to)];
  const next = (value: Value) => `$${values.push(value)}`;
  const terms = ["type = $1", `${by} >= $2`, `${by} < $3`];
  if (range.parent !== undefined) terms.push(`parent = ${next(toStoredText(range.parent))}`);
  if (range.cursor !== undefined) {
    const [time, id] = decodeCursor(listName(range, by), ["count", "text"], range.cursor);
    const beyond = order === "asc" ? ">" : "<";
    const at = next(time);
    // The first term seeks in the index, the second decides among records of one instant.
    terms.push(
      `${by} ${beyond}= ${at} AND (${by}, id) ${beyond} (${at}, ${next(toStoredText(id))})`,
    );
  }
  const shape = [by, order, range.parent !== undefined, range.cursor !== undefined].join("-");
  const statement = {
    name: `alert-page-${shape}`,
    text: `SELECT ${COLUMNS} FROM alert WHERE ${terms.join(" AND ")} ORDER BY ${by} ${order}, id ${order} LIMIT $${values.length + 1}`,
  };
  return { statement, values };
}

function cursorAfter(range: AlertRange, by: OrderedBy, last: AlertRecord): string {
  return encodeCursor(listName(range, by), [
    by === "time" ? last.time : (last.openAt ?? 0),
    last.id,
  ]);
}

function listName({ type, order = "asc" }: AlertRange, by: OrderedBy): string {
  return `${type} ${by} ${order}`;
}

function keyOf({ type, id }: AlertRecord): string {
  return `${type} ${id}`;
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
