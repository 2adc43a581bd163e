/** What a parsed statement says of stored records, with the types that the service has. */
import type { Condition, Statement, Term } from "./sql-parser.ts";

/** A timestamp, which compares with timestamps only. */
export interface Timestamp {
  readonly nanoseconds: bigint;
}

export type Cell = string | bigint | Timestamp;
export type CellByColumn = ReadonlyMap<string, Cell>;

/** What the service answers to a statement that it cannot run. */
export class SqlSemanticError extends Error {
  override readonly name = "ValidationException";
}

export function runStatement(
  { chosen, where, orderBy, limit }: Statement,
  records: readonly CellByColumn[],
): readonly (readonly string[])[] {
  const found = records.filter((record) => holds(where, record));
  found.sort((a, b) => {
    for (const { name, descends } of orderBy) {
      const order = compareCells(cellOf(a, name), cellOf(b, name));
      if (order !== 0) return descends ? -order : order;
    }
    return 0;
  });
  return found
    .slice(0, limit)
    .map((record) => chosen.map(({ term }) => scalar(cellOfTerm(term, record))));
}

function holds(condition: Condition, record: CellByColumn): boolean {
  if (condition.kind !== "compare") {
    const holdsOne = (one: Condition) => holds(one, record);
    return condition.kind === "and" ? condition.of.every(holdsOne) : condition.of.some(holdsOne);
  }
  const order = compareCells(
    cellOfTerm(condition.left, record),
    cellOfTerm(condition.right, record),
  );
  switch (condition.comparison) {
    case "=":
      return order === 0;
    case "<>":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function cellOfTerm(term: Term, record: CellByColumn): Cell {
  if (term.kind === "column") return cellOf(record, term.name);
  if (term.kind !== "call") return term.value;
  return call(
    term.name,
    term.args.map((arg) => cellOfTerm(arg, record)),
  );
}

function cellOf(record: CellByColumn, name: string): Cell {
  const cell = record.get(name);
  if (cell === undefined) throw new SqlSemanticError(`Column '${name}' does not exist`);
  return cell;
}

const BIGINT_MAX = 2n ** 63n - 1n;

function call(name: string, args: readonly Cell[]): Cell {
  const [first, second, third] = args;
  if (name === "from_nanoseconds" && typeof first === "bigint" && first <= BIGINT_MAX) {
    return { nanoseconds: first };
  }
  if (name === "to_nanoseconds" && typeof first === "object") return first.nanoseconds;
  if (
    name === "substr" &&
    typeof first === "string" &&
    typeof second === "bigint" &&
    typeof third === "bigint"
  ) {
    const from = Number(second) - 1;
    return [...first].slice(from, from + Number(third)).join("");
  }
  throw new SqlSemanticError(`Unexpected parameters for function ${name}`);
}

function compareCells(a: Cell, b: Cell): number {
  if (typeof a === "string" && typeof b === "string") {
    // As the service does: by the bytes of UTF-8, which is the order of code points.
    return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8"));
  }
  if (typeof a === "bigint" && typeof b === "bigint") return a < b ? -1 : Number(a > b);
  if (typeof a === "object" && typeof b === "object") {
    return compareCells(a.nanoseconds, b.nanoseconds);
  }
  throw new SqlSemanticError(`Cannot compare ${typeof a} with ${typeof b}`);
}

function scalar(cell: Cell): string {
  if (typeof cell === "object") throw new SqlSemanticError("select times as nanoseconds");
  return String(cell);
}
