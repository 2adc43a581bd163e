/** The writing side of the store, for who never reads from it. */
import type { TimestreamWriteClient } from "@aws-sdk/client-timestream-write";
import type { RollupRow, TradeRow } from "../../core/rollup/row.ts";
import type { MetricWriter, UpsertOutcome } from "../../ports/metric-store.ts";
import { requireCount } from "../../ports/require-count.ts";
import { addOutcomes, oneRowAKey } from "./one-row-a-key.ts";
import { type RowRecords, rollupRecords, tradeRecords } from "./records.ts";
import { requireDatabase } from "./tables.ts";
import { writeRows } from "./write-rows.ts";

export interface TimestreamWriterOptions {
  readonly client: TimestreamWriteClient;
  readonly database: string;
}

/** @throws {TimestreamError} from `upsertBatch`, where the service cannot be used */
export function timestreamMetricWriter({
  client,
  ...options
}: TimestreamWriterOptions): Omit<MetricWriter, "findTrade"> {
  const database = requireDatabase(options.database);
  const upsert = async (rows: readonly RowRecords[]): Promise<UpsertOutcome> => {
    const sorted = oneRowAKey(rows);
    return addOutcomes(sorted.outcome, await writeRows(client, database, sorted.rows));
  };
  return {
    upsertBatch: async (batch) => {
      // Both are looked at before either is sent.
      const [rollups, trades] = [batch.rollups.map(checkedRollup), batch.trades.map(checkedTrade)];
      return { rollups: await upsert(rollups), trades: await upsert(trades) };
    },
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
