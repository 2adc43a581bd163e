import type { RollupRow } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import type { RollupRange, RollupSeries } from "../../ports/metric-store.ts";
import { dimensionText, isHashed } from "./dimension-text.ts";
import { readWhole, type Wait } from "./patience.ts";
import type { QueriedRow } from "./query-rows.ts";
import * as sql from "./sql.ts";
import { rollupTable } from "./tables.ts";
import { assemble, type WholeRow } from "./whole-rows.ts";

export interface Reader {
  readonly query: (statement: sql.Sql) => Promise<readonly QueriedRow[]>;
  readonly database: string;
  readonly wait: Wait;
}

export const ROLLUP_KEY = ["account", "instrument", "part"] as const;
export const ROLLUP_COLUMNS = [
  ...ROLLUP_KEY,
  "piece",
  "version",
  "pieces",
  "value",
  "time",
] as const;

/** A statement may have 256 KB; a condition is some 300 bytes. */
const CONDITIONS_MAX = 250;

/** One statement asks for many ranges of a table: each costs at least half a minute of computing, whatever it asks. */
export async function readRollupRanges(
  reader: Reader,
  ranges: readonly RollupRange[],
): Promise<readonly (readonly RollupRow[])[]> {
  const asked = ranges.flatMap((range) => {
    const where = conditionOf(range);
    return where === undefined ? [] : [{ table: rollupTable(range.resolution), where }];
  });
  const tables = [...new Set(asked.map(({ table }) => table))];
  const rowsByTable = new Map<string, SeriesRows>();
  for (const table of tables) {
    const wheres = new Set(asked.filter((one) => one.table === table).map(({ where }) => where));
    rowsByTable.set(table, await readConditions(reader, table, [...wheres]));
  }
  return ranges.map((range) => rowsIn(range, rowsByTable.get(rollupTable(range.resolution))));
}

/** By `seriesKey`. */
type SeriesRows = ReadonlyMap<string, readonly WholeRow[]>;

async function readConditions(
  { query, database, wait }: Reader,
  table: string,
  conditions: readonly sql.Sql[],
): Promise<SeriesRows> {
  const rowsBySeries = new Map<string, WholeRow[]>();
  for (let from = 0; from < conditions.length; from += CONDITIONS_MAX) {
    const where = sql.any(...conditions.slice(from, from + CONDITIONS_MAX));
    const statement = sql.select({ columns: ROLLUP_COLUMNS, database, table, where });
    const read = async () => assemble(await query(statement), ROLLUP_KEY);
    const { rows } = await readWhole(table, read, wait);
    for (const row of rows) {
      const key = seriesKey(row.text("account"), row.text("instrument"));
      const known = rowsBySeries.get(key);
      if (known === undefined) rowsBySeries.set(key, [row]);
      else known.push(row);
    }
  }
  return rowsBySeries;
}

function rowsIn(range: RollupRange, rowsBySeries: SeriesRows | undefined): readonly RollupRow[] {
  const { account, instrument, from, to, partPrefix = "" } = range;
  const key = seriesKey(dimensionText(account), dimensionText(instrument));
  const rowByKey = new Map<string, RollupRow>();
  for (const found of rowsBySeries?.get(key) ?? []) {
    const row = rollupRow(range, found);
    const isInside = row.bucket >= from && row.bucket < to && row.part.startsWith(partPrefix);
    // Two statements may both have read it.
    if (isInside) rowByKey.set(`${row.bucket} ${row.part}`, row);
  }
  return [...rowByKey.values()].sort(byBucketThenPart);
}

function seriesKey(account: string, instrument: string): string {
  return JSON.stringify([account, instrument]);
}

/** `undefined` where there is nothing to ask for. */
function conditionOf(range: RollupRange): sql.Sql | undefined {
  const times = timesIn(range);
  if (times === undefined) return undefined;
  return sql.all(...seriesTerms(range), ...partTerms(range.partPrefix ?? ""), ...times);
}

/** `undefined` where the range is empty. */
export function timesIn(range: {
  readonly from: number;
  readonly to: number;
}): readonly sql.Sql[] | undefined {
  const from = Math.max(0, Math.ceil(range.from));
  const to = Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(range.to));
  // Written so that a bound that is no number asks for nothing.
  if (!(from < to)) return undefined;
  return [
    sql.compare("time", ">=", sql.timeLiteral(from)),
    sql.compare("time", "<", sql.timeLiteral(to)),
  ];
}

export function seriesTerms(of: Pick<RollupSeries, "account" | "instrument">): sql.Sql[] {
  return [
    sql.compare("account", "=", sql.textLiteral(dimensionText(of.account))),
    sql.compare("instrument", "=", sql.textLiteral(dimensionText(of.instrument))),
  ];
}

/** A part whose name is hashed is looked at when it has been read. */
function partTerms(prefix: string): sql.Sql[] {
  if (prefix === "") return [];
  const hashed = sql.startsWith("part", "~");
  const isText = prefix.isWellFormed() && !prefix.includes("\0");
  return [isText ? sql.any(sql.startsWith("part", prefix), hashed) : hashed];
}

export function rollupRow(
  of: Pick<RollupSeries, "account" | "instrument" | "resolution">,
  { time, version, value, names, text }: WholeRow,
): RollupRow {
  const { account, instrument, resolution } = of;
  const part = isHashed(text("part")) ? (names?.[2] ?? "") : text("part");
  return { account, instrument, resolution, bucket: time as EpochUs, part, version, value };
}

function byBucketThenPart(a: RollupRow, b: RollupRow): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket;
  return a.part < b.part ? -1 : 1;
}
