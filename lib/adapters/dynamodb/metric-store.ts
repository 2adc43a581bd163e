import type { BatchOutcome, MetricStore, RowBatch } from "../../ports/metric-store.ts";
import { familyOf } from "./rollup-item.ts";
import { type RollupItemsOptions, rollupItems } from "./rollup-items.ts";
import { seriesDirectory } from "./series-directory.ts";
import { tradeItems } from "./trade-items.ts";

/**
 * Rollups and trades in one table. Every row is written by itself, under the condition that it is newer than what stands;
 * rows of a call that was cut off half-way stand, and the call sent again completes it. Ranges may be read a moment
 * behind what was written.
 */
export function dynamoDbMetricStore(options: RollupItemsOptions): MetricStore {
  const directory = seriesDirectory(options);
  const rollups = rollupItems(options, directory);
  const trades = tradeItems(options, directory);

  async function upsertBatch(batch: RowBatch): Promise<BatchOutcome> {
    rollups.check(batch.rollups);
    trades.check(batch.trades);
    await directory.enter([
      ...batch.rollups.map((row) => ({ series: row, family: familyOf(row.part) })),
      ...batch.trades.map((row) => ({ series: row })),
    ]);
    const [ofRollups, ofTrades] = await Promise.all([
      rollups.upsert(batch.rollups),
      trades.upsert(batch.trades),
    ]);
    return { rollups: ofRollups, trades: ofTrades };
  }

  return {
    upsertRollups: async (rows) => (await upsertBatch({ rollups: rows, trades: [] })).rollups,
    upsertTrades: async (rows) => (await upsertBatch({ rollups: [], trades: rows })).trades,
    upsertBatch,
    readRollups: async (range) => (await rollups.readRollupRanges([range]))[0] ?? [],
    readRollupRanges: rollups.readRollupRanges,
    lastRollupBefore: async (of, before) => (await rollups.lastRollupsBefore([{ of, before }]))[0],
    lastRollupsBefore: rollups.lastRollupsBefore,
    readTrades: trades.readTrades,
    findTrade: trades.findTrade,
    deleteRollupsBefore: rollups.deleteRollupsBefore,
  };
}
