/**
 * Statements of Timestream's SQL, which knows no parameters. A `Sql` is made here only: of columns and tables from closed
 * lists, and of literals that are escaped. Whatever a name holds, it stays inside its quotes.
 */
declare const checked: unique symbol;
export type Sql = string & { readonly [checked]: true };

const COLUMNS = [
  "account",
  "instrument",
  "part",
  "trade_id",
  "sequence",
  "piece",
  "version",
  "pieces",
  "value",
  "time",
] as const;
export type Column = (typeof COLUMNS)[number];

export type Comparison = "=" | "<>" | "<" | "<=" | ">" | ">=";

/** The name of the column that `instantUs` selects. */
export const TIME_NS = "time_ns";

/** @throws {RangeError} for a text that has no UTF-8 form, or that a statement could not hold */
export function textLiteral(value: string): Sql {
  if (!value.isWellFormed() || value.includes("\0")) {
    throw new RangeError(`a literal must be text without NUL, was ${JSON.stringify(value)}`);
  }
  return `'${value.replaceAll("'", "''")}'` as Sql;
}

/** Microseconds since the epoch. The service reads nanoseconds, which a JavaScript number cannot count. */
export function timeLiteral(us: number): Sql {
  return (us === 0 ? "from_nanoseconds(0)" : `from_nanoseconds(${requireWhole(us)}000)`) as Sql;
}

/** A time as the service gave it, in nanoseconds. */
export function sameTime(nanoseconds: string): Sql {
  if (/^\d{1,19}$/.test(nanoseconds)) return `from_nanoseconds(${nanoseconds})` as Sql;
  throw new RangeError(`not a time in nanoseconds: ${JSON.stringify(nanoseconds)}`);
}

function requireWhole(value: number): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new RangeError(`a number in a statement must be whole and not negative, was ${value}`);
}

export function column(name: Column): Sql {
  return `"${name}"` as Sql;
}

export function compare(name: Column, comparison: Comparison, literal: Sql): Sql {
  return `${column(name)} ${comparison} ${literal}` as Sql;
}

export function startsWith(name: Column, prefix: string): Sql {
  // In characters as the service counts them: by code point.
  return `substr(${column(name)}, 1, ${[...prefix].length}) = ${textLiteral(prefix)}` as Sql;
}

export function all(...terms: readonly Sql[]): Sql {
  return `(${terms.join(" AND ")})` as Sql;
}

export function any(...terms: readonly Sql[]): Sql {
  return `(${terms.join(" OR ")})` as Sql;
}

/** Rows behind a position in the order of these columns, or before it. */
export function beyond(
  position: readonly (readonly [name: Column, literal: Sql])[],
  comparison: ">" | "<",
): Sql {
  const [first, ...rest] = position;
  if (first === undefined) throw new RangeError("a position has at least one column");
  const [name, literal] = first;
  const strictly = compare(name, comparison, literal);
  if (rest.length === 0) return strictly;
  return any(strictly, all(compare(name, "=", literal), beyond(rest, comparison)));
}

export interface Selection {
  readonly columns: readonly Column[];
  /** Both of our own choosing, and checked besides. */
  readonly database: string;
  readonly table: string;
  readonly where: Sql;
  readonly orderBy?: readonly Column[];
  readonly order?: "asc" | "desc";
  readonly limit?: number;
}

/** Times come as nanoseconds in `time_ns`. */
export function select(selection: Selection): Sql {
  const { columns, database, table, where, orderBy = [], order = "asc", limit } = selection;
  const chosen = columns.map((name) =>
    name === "time" ? `to_nanoseconds(${column(name)}) AS ${TIME_NS}` : column(name),
  );
  const from = `${tableName(database)}.${tableName(table)}`;
  const by = orderBy.map((name) => `${column(name)} ${order.toUpperCase()}`);
  return [
    `SELECT ${chosen.join(", ")} FROM ${from} WHERE ${where}`,
    ...(by.length === 0 ? [] : [`ORDER BY ${by.join(", ")}`]),
    ...(limit === undefined ? [] : [`LIMIT ${requireWhole(limit)}`]),
  ].join(" ") as Sql;
}

/** The rows of all selections, in no order. */
export function union(selections: readonly Sql[]): Sql {
  return selections.map((selection) => `(${selection})`).join(" UNION ALL ") as Sql;
}

function tableName(name: string): string {
  if (/^[A-Za-z0-9_.-]{3,256}$/.test(name)) return `"${name}"`;
  throw new RangeError(`not a name of a table or database: ${JSON.stringify(name)}`);
}
