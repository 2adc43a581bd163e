import { DEFAULT_RETENTION, type Retention } from "../../core/rollup/ladder.ts";
import { RESOLUTIONS } from "../../core/rollup/row.ts";
import type { AlertStore } from "../../ports/alert-store.ts";
import type { AnalysisStore } from "../../ports/analysis-store.ts";
import type { AtomicStore } from "../../ports/atomic-store.ts";
import type { ConsistentReads } from "../../ports/consistent-reads.ts";
import type { MetricStore, RowBatch } from "../../ports/metric-store.ts";
import type { ReplacingStore } from "../../ports/replacing-store.ts";
import type { StateStore } from "../../ports/state-store.ts";
import { alertTable } from "./alert-table.ts";
import { analysisTable } from "./analysis-table.ts";
import { type ConnectionPool, connectionPool } from "./connection-pool.ts";
import { nameIds } from "./name-ids.ts";
import { partitions } from "./partitions.ts";
import { type RollupReads, rollupReads } from "./rollup-reads.ts";
import { type RollupTable, rollupTable } from "./rollup-table.ts";
import { type Layout, migrate, requireCurrentSchema } from "./schema.ts";
import { deleteSeriesRows, orphansOf } from "./series-rows.ts";
import { stateTable } from "./state-table.ts";
import { type TradeTable, tradeTable } from "./trade-table.ts";

/** A store in a PostgreSQL database, in a schema of its own. */
export interface PostgresLocation {
  /** `postgres://user:password@host:port/database`, with the driver's parameters (`sslmode`, `host` for a socket). */
  readonly url: string;
  /** Its namespace in the database: lower-case letters, digits and `_`. Default `brawler`. */
  readonly schema?: string;
  /** `write` (default) makes the tables or brings them forward; `read` asks for both to have been done. */
  readonly access?: "write" | "read";
  /** Connections at most; a call waits for one, and `replace` takes two at times. Default 8. */
  readonly connections?: number;
  /** How long a call waits for a connection, and a connection for the server. Default 5 s. */
  readonly waitMs?: number;
  /** How long one statement may take. Default 60 s. */
  readonly statementMs?: number;
  /** What the clean-up job and the policies of TimescaleDB keep. Default as the product's. */
  readonly retention?: Retention;
}

export interface PostgresStore extends ReplacingStore, ConsistentReads {
  readonly layout: Layout;
  /** Tells this store from every other, also from one that was made anew at the same place. */
  readonly identity: string;
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly atomic: AtomicStore;
  readonly analyses: AnalysisStore;
  readonly alerts: AlertStore;
  /** Idempotent; waits for the calls in flight. */
  close(): Promise<void>;
}

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
const IDENTITY = { name: "store-identity", text: "SELECT id FROM store" };
const RETENTION = { name: "ladder-keeps", text: "SELECT resolution, keep FROM ladder" };
const SET_RETENTION = { name: "ladder-set", text: "SELECT set_retention($1, $2)" };

/**
 * Opens a store in PostgreSQL, making its tables when there are none. Several processes may have it open.
 *
 * @throws {PostgresStoreError} when it cannot be used; its `kind` says why, its message how to mend it
 * @throws {RangeError} for a schema whose name is no plain one
 */
export async function openPostgres(location: PostgresLocation): Promise<PostgresStore> {
  const { url, schema = "brawler", access = "write", retention } = location;
  if (!SCHEMA_NAME.test(schema)) {
    throw new RangeError(
      `schema must be lower-case letters, digits and _, at most 63, was ${JSON.stringify(schema)}`,
    );
  }
  const { connections = 8, waitMs = 5_000, statementMs = 60_000 } = location;
  const pool = connectionPool({ url, schema, connections, waitMs, statementMs });
  try {
    const layout = await (access === "write" ? migrate : requireCurrentSchema)(pool, schema);
    if (access === "write") await keep(pool, retention ?? DEFAULT_RETENTION);
    const [[identity] = [""]] = await pool.rows<[string]>(IDENTITY, []);
    return { layout, identity, ...assemble(pool) };
  } catch (error) {
    await pool.close();
    throw error;
  }
}

/** Where it differs only: a policy that is set again starts its schedule over. */
async function keep(pool: ConnectionPool, retention: Retention): Promise<void> {
  const standing = new Map(await pool.rows<[string, number | null]>(RETENTION, []));
  for (const resolution of RESOLUTIONS) {
    const us = Number.isFinite(retention[resolution]) ? retention[resolution] : null;
    if (standing.get(resolution) !== us) await pool.run(SET_RETENTION, [resolution, us]);
  }
}

function assemble(pool: ConnectionPool): Omit<PostgresStore, "layout" | "identity"> {
  const ids = nameIds(pool);
  const state = stateTable(pool, ids);
  const rollups = rollupTable(pool, ids, partitions(pool));
  const trades = tradeTable(pool, ids);
  return {
    state,
    metrics: metricStore(pool, { rollups, reads: rollupReads(pool, ids), trades }),
    atomic: {
      async commitWithRows(key, expected, next, batch) {
        const placed = await place(batch, rollups, trades);
        const id = await ids.ensureSeries(key);
        return rollups.writing(placed.rollups, () =>
          pool.transaction(async (session) => {
            const result = await state.commitIn(session, id, expected, next);
            if (result.outcome === "stale") return { result, rows: undefined };
            return {
              result,
              rows: {
                rollups: await rollups.upsertIn(session, placed.rollups),
                trades: await trades.upsertIn(session, placed.trades),
              },
            };
          }),
        );
      },
    },
    async replace(key, expected, next, batches) {
      const id = await ids.ensureSeries(key);
      // Not begun again: the rows are asked for once.
      return pool.once(async (session) => {
        const result = await state.commitIn(session, id, expected, next);
        if (result.outcome === "stale") return result;
        await deleteSeriesRows(session, id);
        for (const batch of batches) {
          const placed = await place(batch, rollups, trades);
          await rollups.ensurePartitions(placed.rollups);
          await rollups.upsertIn(session, placed.rollups);
          await trades.upsertIn(session, placed.trades);
        }
        return result;
      });
    },
    orphans: () => orphansOf(pool),
    consistently: (read) => pool.consistently(read),
    analyses: analysisTable(pool, ids),
    alerts: alertTable(pool),
    close: () => pool.close(),
  };
}

interface MetricTables {
  readonly rollups: RollupTable;
  readonly reads: RollupReads;
  readonly trades: TradeTable;
}

function metricStore(pool: ConnectionPool, { rollups, reads, trades }: MetricTables): MetricStore {
  return {
    async upsertRollups(rows) {
      const placed = await rollups.place(rows);
      return rollups.writing(placed, () =>
        pool.transaction((session) => rollups.upsertIn(session, placed)),
      );
    },
    async upsertTrades(rows) {
      return trades.upsertIn(pool, await trades.place(rows));
    },
    async upsertBatch(batch) {
      const placed = await place(batch, rollups, trades);
      return rollups.writing(placed.rollups, () =>
        pool.transaction(async (session) => ({
          rollups: await rollups.upsertIn(session, placed.rollups),
          trades: await trades.upsertIn(session, placed.trades),
        })),
      );
    },
    readRollups: async (range) => (await reads.ranges([range]))[0] ?? [],
    readRollupRanges: reads.ranges,
    lastRollupBefore: async (of, before) => (await reads.lastBefore([{ of, before }]))[0],
    lastRollupsBefore: reads.lastBefore,
    readTrades: trades.read,
    findTrade: trades.find,
    deleteRollupsBefore: rollups.deleteBefore,
  };
}

/** Rows are checked, and their names made, before anything is written. */
async function place(batch: RowBatch, rollups: RollupTable, trades: TradeTable) {
  return { rollups: await rollups.place(batch.rollups), trades: await trades.place(batch.trades) };
}
