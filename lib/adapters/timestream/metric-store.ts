import { QueryCommand } from "@aws-sdk/client-timestream-query";
import type { RollupRow, TradeRow } from "../../core/rollup/row.ts";
import type { MetricStore, UpsertOutcome } from "../../ports/metric-store.ts";
import { requireCount } from "../../ports/require-count.ts";
import type { TimestreamClients } from "./clients.ts";
import { lastRollupsBefore } from "./last-rollups.ts";
import { addOutcomes, oneRowAKey } from "./one-row-a-key.ts";
import { type Wait, waitOnClock } from "./patience.ts";
import { queryRows } from "./query-rows.ts";
import { type Reader, readRollupRanges } from "./read-rollups.ts";
import { findTrade, readTrades } from "./read-trades.ts";
import { type RowRecords, rollupRecords, tradeRecords } from "./records.ts";
import { requireDatabase } from "./tables.ts";
import { explainTimestreamError } from "./timestream-error.ts";
import { writeRows } from "./write-rows.ts";

export interface TimestreamStoreOptions {
  readonly clients: TimestreamClients;
  readonly database: string;
  /** How to wait before reading again what was not whole; by the clock unless given. */
  readonly wait?: Wait;
}

/**
 * Rollups and trades in Timestream for LiveAnalytics. What it cannot do of what a MetricStore may, and does instead,
 * stands in docs/reference/stores.md.
 *
 * @throws {TimestreamError} from every call, where the service cannot be used
 */
export function timestreamMetricStore(options: TimestreamStoreOptions): MetricStore {
  const database = requireDatabase(options.database);
  const { query, write } = options.clients;
  const reader: Reader = {
    database,
    query: (statement) => queryRows(query, statement),
    wait: options.wait ?? waitOnClock,
  };
  const upsert = async (rows: readonly RowRecords[]): Promise<UpsertOutcome> => {
    const sorted = oneRowAKey(rows);
    return addOutcomes(sorted.outcome, await writeRows(write, database, sorted.rows));
  };
  return {
    upsertRollups: async (rows) => upsert(rows.map(checkedRollup)),
    upsertTrades: async (rows) => upsert(rows.map(checkedTrade)),
    upsertBatch: async (batch) => {
      // Both are looked at before either is sent.
      const [rollups, trades] = [batch.rollups.map(checkedRollup), batch.trades.map(checkedTrade)];
      return { rollups: await upsert(rollups), trades: await upsert(trades) };
    },
    readRollups: async (range) => (await readRollupRanges(reader, [range]))[0] ?? [],
    readRollupRanges: (ranges) => readRollupRanges(reader, ranges),
    lastRollupBefore: async (of, before) => (await lastRollupsBefore(reader, [{ of, before }]))[0],
    lastRollupsBefore: (asked) => lastRollupsBefore(reader, asked),
    readTrades: (range) => readTrades(reader, range),
    findTrade: (...key) => findTrade(reader, ...key),
    // The service deletes by age alone, a table at a time: see `TIMESTREAM_TABLES`.
    deleteRollupsBefore: async () => 0,
  };
}

function checkedRollup(row: RollupRow): RowRecords {
  requireCount("bucket", row.bucket);
  requireVersion(row.version);
  return rollupRecords(row);
}

function checkedTrade(row: TradeRow): RowRecords {
  requireCount("time", row.time);
  requireCount("sequence", row.sequence);
  requireVersion(row.version);
  return tradeRecords(row);
}

/** The service counts from 1, as epochs do. */
function requireVersion(version: number): void {
  requireCount("version", version);
  if (version === 0) throw new RangeError("a version in Timestream must be at least 1, was 0");
}

/**
 * Asks once, before anything depends on it, whether this account and role can use the service at all.
 *
 * @throws {TimestreamError} `closed` where the account never may, `denied` where the role may not, and so on
 */
export async function requireTimestream({
  query,
}: Pick<TimestreamClients, "query">): Promise<void> {
  try {
    await query.send(new QueryCommand({ QueryString: "SELECT 1" }));
  } catch (error) {
    throw explainTimestreamError(error, "use Timestream");
  }
}
