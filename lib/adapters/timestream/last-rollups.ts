import type { RollupRow } from "../../core/rollup/row.ts";
import type { RollupSeries } from "../../ports/metric-store.ts";
import { dimensionText } from "./dimension-text.ts";
import { readWhole } from "./patience.ts";
import type { QueriedRow } from "./query-rows.ts";
import {
  type Reader,
  ROLLUP_COLUMNS,
  ROLLUP_KEY,
  rollupRow,
  seriesTerms,
  timesIn,
} from "./read-rollups.ts";
import * as sql from "./sql.ts";
import { rollupTable } from "./tables.ts";
import { type Assembled, assemble, numberIn, type WholeRow } from "./whole-rows.ts";

export interface Question {
  readonly of: RollupSeries;
  readonly before: number;
}

/** Selections that one statement puts together. */
const SELECTIONS_MAX = 50;

/** One statement answers many questions of a table, each by its own newest row. */
export async function lastRollupsBefore(
  reader: Reader,
  asked: readonly Question[],
): Promise<readonly (RollupRow | undefined)[]> {
  const tables = [...new Set(asked.map(({ of }) => rollupTable(of.resolution)))];
  const rowsByTable = new Map<string, readonly WholeRow[]>();
  for (const table of tables) {
    const questions = asked.filter(({ of }) => rollupTable(of.resolution) === table);
    rowsByTable.set(table, await readLast(reader, table, questions));
  }
  return asked.map(({ of, before }) => {
    const rows = rowsByTable.get(rollupTable(of.resolution)) ?? [];
    const newest = newestBefore(rows, of, before);
    return newest === undefined ? undefined : rollupRow(of, newest);
  });
}

/** What answers one question may answer another too: of all that was read the newest counts. */
function newestBefore(
  rows: readonly WholeRow[],
  of: RollupSeries,
  before: number,
): WholeRow | undefined {
  const names = [of.account, of.instrument, of.part].map(dimensionText);
  let newest: WholeRow | undefined;
  for (const row of rows) {
    const isOfSeries = ROLLUP_KEY.every((column, at) => row.text(column) === names[at]);
    if (isOfSeries && row.time < before && row.time > (newest?.time ?? -1)) newest = row;
  }
  return newest;
}

async function readLast(
  reader: Reader,
  table: string,
  questions: readonly Question[],
): Promise<readonly WholeRow[]> {
  const selections = questions.flatMap(({ of, before }) => {
    const times = timesIn({ from: 0, to: before });
    return times === undefined ? [] : [selectLast(reader, table, [...seriesOf(of), ...times])];
  });
  const distinct = [...new Set(selections)];
  const rows: WholeRow[] = [];
  for (let from = 0; from < distinct.length; from += SELECTIONS_MAX) {
    const statement = sql.union(distinct.slice(from, from + SELECTIONS_MAX));
    const read = () => readHeads(reader, table, statement);
    rows.push(...(await readWhole(table, read, reader.wait)).rows);
  }
  return rows;
}

function selectLast({ database }: Reader, table: string, terms: readonly sql.Sql[]): sql.Sql {
  const first = sql.compare("piece", "=", sql.textLiteral("0"));
  return sql.select({
    columns: ROLLUP_COLUMNS,
    database,
    table,
    where: sql.all(first, ...terms),
    orderBy: ["time"],
    order: "desc",
    limit: 1,
  });
}

/** The first records that a statement gives, and the other records of their rows, where there are any. */
async function readHeads(
  { query, database }: Reader,
  table: string,
  statement: sql.Sql,
): Promise<Assembled> {
  const heads = distinctRecords(await query(statement));
  const longer = heads.filter((head) => numberIn(head, "pieces") > 1);
  if (longer.length === 0) return assemble(heads, ROLLUP_KEY);
  const others = sql.compare("piece", "<>", sql.textLiteral("0"));
  const where = sql.all(others, sql.any(...longer.map(sameRow)));
  const rest = await query(sql.select({ columns: ROLLUP_COLUMNS, database, table, where }));
  return assemble([...heads, ...rest], ROLLUP_KEY);
}

/** Two questions may have one answer. */
function distinctRecords(records: readonly QueriedRow[]): readonly QueriedRow[] {
  return [
    ...new Map(records.map((record) => [JSON.stringify([...record.values()]), record])).values(),
  ];
}

function seriesOf(of: RollupSeries): readonly sql.Sql[] {
  return [...seriesTerms(of), sql.compare("part", "=", sql.textLiteral(dimensionText(of.part)))];
}

function sameRow(head: QueriedRow): sql.Sql {
  const names = ROLLUP_KEY.map((name) =>
    sql.compare(name, "=", sql.textLiteral(head.get(name) ?? "")),
  );
  return sql.all(...names, sql.compare("time", "=", sql.sameTime(head.get(sql.TIME_NS) ?? "")));
}
