import { splitPart } from "../../core/rollup/part-name.ts";
import { RESOLUTIONS, type Resolution, type RollupRow } from "../../core/rollup/row.ts";
import type { MetricStore, UpsertOutcome } from "../../ports/metric-store.ts";
import { requireCount } from "../../ports/require-count.ts";
import { bound } from "./bounds.ts";
import { bulkUpsert, type VersionedTable } from "./bulk-upsert.ts";
import type { ConnectionPool, Session } from "./connection-pool.ts";
import type { NameIds } from "./name-ids.ts";
import { fateByVersion, newestOfEach, outcomeOf } from "./newest-of-each.ts";
import type { Partitions } from "./partitions.ts";
import { NOT_LATE, tableOf } from "./rollup-reads.ts";
import { toStoredText } from "./stored-text.ts";

/** A row with its names as ids, ready to be written. */
export interface PlacedRollup {
  readonly row: RollupRow;
  readonly series: number;
  readonly part: number;
  readonly late: number;
}

export interface RollupTable {
  /** Checks rows and gives their names ids; outside any transaction. */
  place(rows: readonly RollupRow[]): Promise<readonly PlacedRollup[]>;
  /** Runs `write` where every row has its partition; it must be a transaction of its own. */
  writing<T>(rows: readonly PlacedRollup[], write: () => Promise<T>): Promise<T>;
  /** For a transaction that writes to times it does not know beforehand. */
  ensurePartitions(rows: readonly PlacedRollup[]): Promise<void>;
  upsertIn(session: Session, rows: readonly PlacedRollup[]): Promise<UpsertOutcome>;
  deleteBefore: MetricStore["deleteRollupsBefore"];
}

export function rollupTable(
  pool: ConnectionPool,
  ids: NameIds,
  partitions: Partitions,
): RollupTable {
  async function place(rows: readonly RollupRow[]): Promise<readonly PlacedRollup[]> {
    for (const { bucket, version } of rows) {
      requireCount("bucket", bucket);
      requireCount("version", version);
    }
    const placed: PlacedRollup[] = [];
    for (const row of rows) {
      const { name, late = NOT_LATE } = splitPart(row.part);
      const series = ids.knownSeries(row) ?? (await ids.ensureSeries(row));
      const part = ids.knownPart(name) ?? (await ids.ensurePart(name));
      placed.push({ row, series, part, late });
    }
    return placed;
  }

  return {
    place,
    writing: (rows, write) =>
      partitions.writing(
        rows.map(({ row }) => row),
        write,
      ),
    ensurePartitions: (rows) => partitions.ensure(rows.map(({ row }) => row)),
    upsertIn,
    async deleteBefore(key, before) {
      const id = await ids.findSeries(key);
      if (id === undefined) return 0;
      const deletion = {
        name: `rollup-delete-${key.resolution}`,
        text: `DELETE FROM ${tableOf(key.resolution)} WHERE series = $1 AND bucket < $2`,
      };
      const deleted = await pool.run(deletion, [id, bound(before)]);
      if (deleted > 0) await partitions.dropEmpty(key.resolution, bound(before));
      return deleted;
    },
  };
}

async function upsertIn(session: Session, rows: readonly PlacedRollup[]): Promise<UpsertOutcome> {
  let total: UpsertOutcome = { written: 0, stale: 0, conflicting: [] };
  for (const resolution of RESOLUTIONS) {
    const ofIt = rows.filter(({ row }) => row.resolution === resolution);
    if (ofIt.length === 0) continue;
    const distinct = newestOfEach(ofIt, keyOf, (a, b) => fateByVersion(a.row, b.row));
    const outcome = await bulkUpsert(session, TABLES[resolution], [
      distinct.rows.map(({ series }) => series),
      distinct.rows.map(({ part }) => part),
      distinct.rows.map(({ row }) => row.bucket),
      distinct.rows.map(({ late }) => late),
      distinct.rows.map(({ row }) => row.version),
      distinct.rows.map(({ row }) => toStoredText(row.value)),
    ]);
    const { written, stale, conflicting } = outcomeOf(distinct, outcome, nameOf);
    total = {
      written: total.written + written,
      stale: total.stale + stale,
      conflicting: [...total.conflicting, ...conflicting],
    };
  }
  return total;
}

function versionedTable(resolution: Resolution): VersionedTable {
  return {
    name: tableOf(resolution),
    columns: {
      series: "integer",
      part: "integer",
      bucket: "bigint",
      late: "bigint",
      version: "bigint",
      value: "text",
    },
    key: ["series", "part", "bucket", "late"],
    replaced: ["version", "value"],
    replaces: "excluded.version > standing.version",
    contradicts: "given.version = standing.version AND given.value <> standing.value",
  };
}

const TABLES: Readonly<Record<Resolution, VersionedTable>> = {
  "5s": versionedTable("5s"),
  "1m": versionedTable("1m"),
  "1h": versionedTable("1h"),
  "1d": versionedTable("1d"),
};

function keyOf({ row, series, part, late }: PlacedRollup): string {
  return `${series} ${part} ${row.bucket} ${late}`;
}

function nameOf({ row }: PlacedRollup): string {
  return JSON.stringify([row.account, row.instrument, row.resolution, row.bucket, row.part]);
}
