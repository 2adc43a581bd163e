import { arrayOf, textArrayOf } from "./array-literal.ts";
import type { Session, Statement } from "./connection-pool.ts";

/** A table whose rows are written by version, many in one statement. */
export interface VersionedTable {
  readonly name: string;
  /** In the order in which rows are given. */
  readonly columns: Readonly<Record<string, "integer" | "bigint" | "text">>;
  readonly key: readonly string[];
  /** What a row that replaces another brings. */
  readonly replaced: readonly string[];
  /** When a row may replace, in terms of `excluded` and `standing`. */
  readonly replaces: string;
  /** When a row that was not written contradicts, in terms of `given` and `standing`. */
  readonly contradicts: string;
}

/** The columns of rows that are to be written, each key once. */
export type Columns = readonly (readonly (number | string)[])[];

export interface BulkOutcome {
  readonly written: number;
  /** Which rows contradict what stands. */
  readonly contradicting: readonly number[];
}

/**
 * Writes rows in the order of their keys, so that two writers never wait for each other in a circle.
 *
 * Texts travel joined by a control character that JSON never holds raw, which the server cuts twice as fast as it
 * parses an array; where a text does hold it they travel as an array.
 */
export async function bulkUpsert(
  session: Session,
  table: VersionedTable,
  columns: Columns,
): Promise<BulkOutcome> {
  const count = columns[0]?.length ?? 0;
  if (count === 0) return { written: 0, contradicting: [] };
  const isJoined = columns.every(canBeJoined);
  const values = columns.map((column) => (isJoined ? joined(column) : asArray(column)));
  const { upsert, contradictions } = statementsFor(table, isJoined);
  const written = await session.run(upsert, values);
  if (written === count) return { written, contradicting: [] };
  const found = await session.rows<[number]>(contradictions, values);
  return { written, contradicting: found.map(([at]) => at - 1) };
}

const SEPARATOR = "\u001f";

interface Statements {
  readonly upsert: Statement;
  readonly contradictions: Statement;
}

const prepared = new Map<string, Statements>();

function statementsFor(table: VersionedTable, isJoined: boolean): Statements {
  const name = `${table.name}-${isJoined ? "joined" : "arrays"}`;
  const known = prepared.get(name) ?? makeStatements(name, table, isJoined);
  prepared.set(name, known);
  return known;
}

function makeStatements(name: string, table: VersionedTable, isJoined: boolean): Statements {
  const { columns, key, replaced, replaces, contradicts } = table;
  const names = Object.keys(columns).join(", ");
  const arrays = Object.values(columns).map((type, i) =>
    type === "text" && isJoined ? `string_to_array($${i + 1}, E'\\x1f')` : `$${i + 1}::${type}[]`,
  );
  const given = `unnest(${arrays.join(", ")})`;
  return {
    upsert: {
      name: `upsert-${name}`,
      text: `
        INSERT INTO ${table.name} AS standing (${names})
        SELECT * FROM ${given} AS given (${names}) ORDER BY ${key.map((part) => `given.${part}`).join(", ")}
        ON CONFLICT (${key.join(", ")}) DO UPDATE
        SET ${replaced.map((column) => `${column} = excluded.${column}`).join(", ")}
        WHERE ${replaces}`,
    },
    contradictions: {
      name: `contradictions-${name}`,
      text: `
        SELECT given.at FROM ${given} WITH ORDINALITY AS given (${names}, at)
        JOIN ${table.name} AS standing USING (${key.join(", ")})
        WHERE ${contradicts} ORDER BY given.at`,
    },
  };
}

function canBeJoined(column: readonly (number | string)[]): boolean {
  if (typeof column[0] !== "string") return true;
  if (column.length === 1 && column[0] === "") return false;
  return column.every((text) => !(text as string).includes(SEPARATOR));
}

function joined(column: readonly (number | string)[]): string {
  return typeof column[0] === "string" ? column.join(SEPARATOR) : arrayOf(column);
}

function asArray(column: readonly (number | string)[]): string {
  return typeof column[0] === "string" ? textArrayOf(column as readonly string[]) : arrayOf(column);
}
