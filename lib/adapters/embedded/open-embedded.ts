import { existsSync, mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { RollupRow, TradeRow } from "../../core/rollup/row.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { AnalysisStore } from "../../ports/analysis-store.ts";
import type { AtomicStore } from "../../ports/atomic-store.ts";
import type { ConsistentReads } from "../../ports/consistent-reads.ts";
import type {
  BatchOutcome,
  MetricStore,
  RowBatch,
  UpsertOutcome,
} from "../../ports/metric-store.ts";
import type { ReplacingStore, ScratchStore } from "../../ports/replacing-store.ts";
import type { StateStore } from "../../ports/state-store.ts";
import { alertTable } from "./alert-table.ts";
import { analysisTable } from "./analysis-table.ts";
import { type Connection, connect } from "./connection.ts";
import { EmbeddedStoreError, explainStoreError } from "./embedded-store-error.ts";
import { type EmbeddedMeta, metaTable } from "./meta-table.ts";
import { type RollupTable, rollupTable } from "./rollup-table.ts";
import { migrate, requireCurrentSchema, schemaVersion } from "./schema.ts";
import { deleteSeriesRows, orphansOf, rowsOfSeries } from "./series-rows.ts";
import { seriesTable } from "./series-table.ts";
import { type StateTable, stateTable } from "./state-table.ts";
import { type TradeTable, tradeTable } from "./trade-table.ts";
import { acquireWriterLock, type WriterLock } from "./writer-lock.ts";

/** A store kept at `path` (its directory is made), with a lock file and SQLite's own files beside it. */
export interface EmbeddedFile {
  readonly path: string;
  /** `write` (default): one process at a time. `read`: any number, also beside a writer; the file must exist. */
  readonly access?: "write" | "read";
  /**
   * What a commit survives. `process` (default): the end of the process, `kill -9` included; after a power cut the
   * store is whole but may be some commits behind, which the archive delivers again. `disk`: a power cut too.
   */
  readonly durability?: "process" | "disk";
  /** The file may not grow past this; a write that would is refused as `disk-full`. */
  readonly maxBytes?: number;
}

/** A store that no one else sees: SQLite's own temporary file, without a name, gone when the process is. */
export interface EmbeddedTemporary {
  readonly temporary: true;
  readonly maxBytes?: number;
}

/** The same operations, synchronous, for use inside `transaction`. */
export interface EmbeddedWriter {
  readonly commit: StateTable["commit"];
  readonly upsertRollups: (rows: readonly RollupRow[]) => UpsertOutcome;
  readonly upsertTrades: (rows: readonly TradeRow[]) => UpsertOutcome;
  readonly setMeta: EmbeddedMeta["set"];
}

/** State, rollups, trades, analyses, alerts and meta of one machine, in one SQLite file. */
export interface EmbeddedStore extends ReplacingStore, ConsistentReads, ScratchStore {
  /** `undefined` for a temporary store. */
  readonly path: string | undefined;
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly atomic: AtomicStore;
  readonly analyses: AnalysisStore;
  readonly alerts: AlertStore;
  readonly meta: EmbeddedMeta;
  /** All that `work` writes, or nothing when it throws. `work` is synchronous; what it wrote is seen inside it. */
  transaction<T>(work: (writer: EmbeddedWriter) => T): T;
  /** Reads the whole file; false where a part of it is damaged. */
  isWhole(): boolean;
  /** Idempotent; releases the lock. */
  close(): void;
}

/**
 * Opens the embedded store, making it when there is none.
 *
 * @throws {EmbeddedStoreError} when the file cannot be used; its `kind` says why, its message how to mend it
 */
export function openEmbedded(location: EmbeddedFile | EmbeddedTemporary): EmbeddedStore {
  if ("temporary" in location) return openTemporary(location);
  const path = resolve(location.path);
  try {
    return (location.access ?? "write") === "write"
      ? openForWriting(path, location)
      : openForReading(path);
  } catch (error) {
    throw explainStoreError(error, path);
  }
}

/** How messages name the file that has no name. */
const TEMPORARY = "(temporary)";
const PAGE_BYTES = 8192;
const CACHE_KIB = 32 * 1024;
/** Pages of write-ahead log before they are moved into the file: 16 MiB. */
const CHECKPOINT_PAGES = 2048;
/** How long a reader waits while another process recovers or moves the log. */
const BUSY_TIMEOUT_MS = 5_000;

function openTemporary(location: EmbeddedTemporary): EmbeddedStore {
  const db = new DatabaseSync("");
  setLimits(db, location.maxBytes);
  db.exec("PRAGMA journal_mode = MEMORY");
  migrate(db, 0);
  return assemble(db, undefined);
}

function openForWriting(path: string, location: EmbeddedFile): EmbeddedStore {
  mkdirSync(dirname(path), { recursive: true });
  const lock = acquireWriterLock(path);
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    setLimits(db, location.maxBytes);
    const version = schemaVersion(db, path);
    db.exec("PRAGMA journal_mode = WAL");
    db.exec(`PRAGMA synchronous = ${location.durability === "disk" ? "FULL" : "NORMAL"}`);
    db.exec(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
    db.exec(`PRAGMA journal_size_limit = ${4 * CHECKPOINT_PAGES * PAGE_BYTES}`);
    migrate(db, version);
    return assemble(db, { path, lock });
  } catch (error) {
    db?.close();
    lock.release();
    throw error;
  }
}

function openForReading(path: string): EmbeddedStore {
  if (!existsSync(path)) {
    throw new EmbeddedStoreError("absent", path, {
      message: `There is no store at ${path}; start the product on that data directory first, or name the right one`,
    });
  }
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    setLimits(db, undefined);
    requireCurrentSchema(db, path);
    return assemble(db, { path, lock: undefined });
  } catch (error) {
    db.close();
    throw error;
  }
}

function setLimits(db: DatabaseSync, maxBytes: number | undefined): void {
  db.exec(`PRAGMA page_size = ${PAGE_BYTES}`);
  db.exec(`PRAGMA cache_size = -${CACHE_KIB}`);
  if (maxBytes !== undefined) {
    const pageBytes = Number(db.prepare("PRAGMA page_size").get()?.["page_size"]);
    db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageBytes))}`);
  }
}

function assemble(
  db: DatabaseSync,
  file: { readonly path: string; readonly lock: WriterLock | undefined } | undefined,
): EmbeddedStore {
  const access = file !== undefined && file.lock === undefined ? "read" : "write";
  const connection = connect(db, file?.path ?? TEMPORARY, access);
  const series = seriesTable(connection);
  const state = stateTable(connection, series);
  const rollups = rollupTable(connection, series);
  const trades = tradeTable(connection, series);
  const meta = metaTable(connection);
  const writer: EmbeddedWriter = {
    commit: state.commit,
    upsertRollups: rollups.upsert,
    upsertTrades: trades.upsert,
    setMeta: meta.set,
  };
  return {
    path: file?.path,
    state: asStateStore(state),
    metrics: asMetricStore(connection, rollups, trades),
    atomic: asAtomicStore(connection, writer),
    analyses: analysisTable(connection, series),
    alerts: alertTable(connection),
    meta,
    transaction: (work) => connection.transaction(() => work(writer)),
    replace: async (key, expected, next, rows) =>
      connection.transaction(() => {
        const result = writer.commit(key, expected, next);
        if (result.outcome === "stale") return result;
        deleteSeriesRows(connection, series, key);
        for (const batch of rows) {
          writer.upsertRollups(batch.rollups);
          writer.upsertTrades(batch.trades);
        }
        return result;
      }),
    orphans: async () => connection.attempt(() => orphansOf(connection)),
    isWhole: () => isWhole(db),
    rowsOf: (key) => rowsOfSeries(connection, series, key),
    consistently: async (read) => {
      db.exec("BEGIN");
      try {
        return await read();
      } finally {
        if (db.isOpen && db.isTransaction) db.exec("COMMIT");
      }
    },
    close() {
      if (db.isOpen) db.close();
      file?.lock?.release();
    },
  };
}

function isWhole(db: DatabaseSync): boolean {
  try {
    return db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] === "ok";
  } catch {
    return false; // Damaged where the check itself begins.
  }
}

/** SQLite answers at once: the promises are the port's, and what throws becomes a rejection. */
function asStateStore(state: StateTable): StateStore {
  return {
    load: async (key) => state.load(key),
    commit: async (...commit) => state.commit(...commit),
    keys: async () => state.keys(),
    summaries: async () => state.summaries(),
    owing: async (...asked) => state.owing(...asked),
  };
}

function asAtomicStore(connection: Connection, writer: EmbeddedWriter): AtomicStore {
  return {
    commitWithRows: async (key, expected, next, batch) =>
      connection.transaction(() => {
        const result = writer.commit(key, expected, next);
        if (result.outcome === "stale") return { result, rows: undefined };
        const rollups = writer.upsertRollups(batch.rollups);
        return { result, rows: { rollups, trades: writer.upsertTrades(batch.trades) } };
      }),
  };
}

function asMetricStore(
  connection: Connection,
  rollups: RollupTable,
  trades: TradeTable,
): MetricStore {
  const upsertBatch = (batch: RowBatch): BatchOutcome =>
    connection.transaction(() => ({
      rollups: rollups.upsert(batch.rollups),
      trades: trades.upsert(batch.trades),
    }));
  return {
    upsertRollups: async (rows) => rollups.upsert(rows),
    upsertTrades: async (rows) => trades.upsert(rows),
    upsertBatch: async (batch) => upsertBatch(batch),
    readRollups: async (range) => rollups.read(range),
    readRollupRanges: async (ranges) => ranges.map((range) => rollups.read(range)),
    lastRollupBefore: async (of, before) => rollups.lastBefore(of, before),
    lastRollupsBefore: async (asked) =>
      asked.map(({ of, before }) => rollups.lastBefore(of, before)),
    readTrades: async (range) => trades.read(range),
    findTrade: async (...key) => trades.find(...key),
    deleteRollupsBefore: async (...key) => rollups.deleteBefore(...key),
  };
}
