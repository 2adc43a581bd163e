import { joinPart, splitPart } from "../../core/rollup/part-name.ts";
import { RESOLUTION_US, type Resolution, type RollupRow } from "../../core/rollup/row.ts";
import { type EpochUs, SECOND_US } from "../../core/units.ts";
import type { MetricStore, RollupRange, UpsertOutcome } from "../../ports/metric-store.ts";
import { requireCount } from "../../ports/require-count.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText, toStoredText } from "./stored-text.ts";
import { type RowFate, tally } from "./upsert-tally.ts";

/** The synchronous half of the metric store's rollups. */
export interface RollupTable {
  upsert(rows: readonly RollupRow[]): UpsertOutcome;
  read(range: RollupRange): readonly RollupRow[];
  lastBefore(...key: Parameters<MetricStore["lastRollupBefore"]>): RollupRow | undefined;
  deleteBefore(...key: Parameters<MetricStore["deleteRollupsBefore"]>): number;
}

const UPSERT = `
  INSERT INTO rollup (series, resolution, part, bucket, late, version, value)
  VALUES (?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET version = excluded.version, value = excluded.value
  WHERE excluded.version > version`;
const STANDING = `
  SELECT version, value FROM rollup
  WHERE series = ? AND resolution = ? AND part = ? AND bucket = ? AND late = ?`;
const READ = `
  SELECT bucket, late, version, value FROM rollup
  WHERE series = ? AND resolution = ? AND part = ? AND bucket >= ? AND bucket < ?`;
const LAST_BEFORE = `
  SELECT bucket, late, version, value FROM rollup
  WHERE series = ? AND resolution = ? AND part = ? AND bucket < ? AND late = ?
  ORDER BY bucket DESC LIMIT 1`;
const DELETE_BEFORE = `
  DELETE FROM rollup
  WHERE series = ? AND resolution = ? AND part IN (SELECT id FROM part) AND bucket < ?`;

type Columns = [bucket: number, late: number, version: number, value: string];

export function rollupTable(connection: Connection, series: SeriesTable): RollupTable {
  const parts = partNames(connection);
  const upsert = connection.statement(UPSERT);
  const standing = connection.statement(STANDING);

  function write(row: RollupRow): RowFate {
    const { bucket, version } = row;
    requireCount("bucket", bucket);
    requireCount("version", version);
    const id = series.ensure(row.account, row.instrument);
    const width = widthOf(row.resolution);
    const { name, late } = storedPart(row.part);
    const part = parts.ensure(name);
    const value = toStoredText(row.value);
    if (upsert.run(id, width, part, bucket, late, version, value) === 1) return "written";
    const found = standing.first<[number, string]>(id, width, part, bucket, late);
    return found?.[0] === version && found[1] !== value ? "conflicting" : "stale";
  }

  function read(range: RollupRange): readonly RollupRow[] {
    const id = series.find(range.account, range.instrument);
    if (id === undefined) return [];
    const prefix = range.partPrefix ?? "";
    const rows: RollupRow[] = [];
    for (const [partId, name] of parts.all()) {
      if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue;
      const found = connection
        .statement(READ)
        .rows<Columns>(id, widthOf(range.resolution), partId, range.from, range.to);
      for (const columns of found) rows.push(toRow(range, name, columns));
    }
    return rows.filter((row) => row.part.startsWith(prefix)).sort(byBucketThenPart);
  }

  return {
    upsert: (rows) => connection.transaction(() => tally(rows, write, keyOf)),
    read: (range) => connection.attempt(() => read(range)),
    lastBefore: (key, before) =>
      connection.attempt(() => {
        const id = series.find(key.account, key.instrument);
        const { name, late } = storedPart(key.part);
        const partId = parts.find(name);
        if (id === undefined || partId === undefined) return undefined;
        const columns = connection
          .statement(LAST_BEFORE)
          .first<Columns>(id, widthOf(key.resolution), partId, before, late);
        return columns === undefined ? undefined : toRow(key, name, columns);
      }),
    deleteBefore: (key, before) =>
      connection.transaction(() => {
        const id = series.find(key.account, key.instrument);
        if (id === undefined) return 0;
        return connection.statement(DELETE_BEFORE).run(id, widthOf(key.resolution), before);
      }),
  };
}

interface PartNames {
  ensure(name: string): number;
  find(name: string): number | undefined;
  all(): readonly (readonly [id: number, name: string])[];
}

function partNames(connection: Connection): PartNames {
  const select = connection.statement("SELECT id FROM part WHERE name = ?");
  const selectAll = connection.statement("SELECT id, name FROM part");
  const idByName = new Map<string, number>();
  connection.onRollback(() => idByName.clear());
  const find = (name: string) => select.first<[number]>(toStoredText(name))?.[0];

  return {
    find,
    all: () => selectAll.rows<[number, string]>().map(([id, name]) => [id, fromStoredText(name)]),
    ensure(name) {
      const known = idByName.get(name) ?? find(name) ?? create(name);
      idByName.set(name, known);
      return known;
    },
  };

  function create(name: string): number {
    connection.statement("INSERT INTO part (name) VALUES (?)").run(toStoredText(name));
    const id = find(name);
    if (id === undefined) throw new Error("a part that was just inserted must be found");
    return id;
  }
}

/** As it is stored: −1 for the part itself. */
function storedPart(part: string): { readonly name: string; readonly late: number } {
  const { name, late = -1 } = splitPart(part);
  return { name, late };
}

function toRow(
  key: { readonly account: string; readonly instrument: string; readonly resolution: Resolution },
  name: string,
  [bucket, late, version, value]: Columns,
): RollupRow {
  return {
    account: key.account,
    instrument: key.instrument,
    resolution: key.resolution,
    bucket: bucket as EpochUs,
    part: joinPart({ name, late: late === -1 ? undefined : late }),
    version,
    value: fromStoredText(value),
  };
}

function byBucketThenPart(a: RollupRow, b: RollupRow): number {
  if (a.bucket !== b.bucket) return a.bucket - b.bucket;
  return a.part < b.part ? -1 : 1;
}

function keyOf(row: RollupRow): string {
  return JSON.stringify([row.account, row.instrument, row.resolution, row.bucket, row.part]);
}

function widthOf(resolution: Resolution): number {
  return RESOLUTION_US[resolution] / SECOND_US;
}
