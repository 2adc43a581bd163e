import { QueryCommand } from "@aws-sdk/client-timestream-query";
import type { MetricStore } from "../../ports/metric-store.ts";
import type { TimestreamClients } from "./clients.ts";
import { lastRollupsBefore } from "./last-rollups.ts";
import { timestreamMetricWriter } from "./metric-writer.ts";
import { type Wait, waitOnClock } from "./patience.ts";
import { queryRows } from "./query-rows.ts";
import { type Reader, readRollupRanges } from "./read-rollups.ts";
import { findTrade, readTrades } from "./read-trades.ts";
import { requireDatabase } from "./tables.ts";
import { explainTimestreamError } from "./timestream-error.ts";

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
  const writer = timestreamMetricWriter({ client: write, database });
  return {
    ...writer,
    upsertRollups: async (rows) =>
      (await writer.upsertBatch({ rollups: rows, trades: [] })).rollups,
    upsertTrades: async (rows) => (await writer.upsertBatch({ rollups: [], trades: rows })).trades,
    readRollups: async (range) => (await readRollupRanges(reader, [range]))[0] ?? [],
    readRollupRanges: (ranges) => readRollupRanges(reader, ranges),
    lastRollupBefore: async (of, before) => (await lastRollupsBefore(reader, [{ of, before }]))[0],
    lastRollupsBefore: (asked) => lastRollupsBefore(reader, asked),
    readTrades: (range) => readTrades(reader, range),
    findTrade: (...key) => findTrade(reader, ...key),
  };
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
