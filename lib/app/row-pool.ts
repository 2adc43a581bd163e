/**
 * Rows that will not change any more, of any instruments, waiting to be written together: for stores that end with the
 * process, where nothing has to be written early and each transaction costs more than a row.
 */
import type { RollupRow, TradeRow } from "../core/rollup/row.ts";
import type { BatchOutcome, MetricWriter, RowBatch } from "../ports/metric-store.ts";

const ROWS_TOGETHER = 1024;

export interface RowPool {
  /** Takes the rows, and writes all that wait once they are many. */
  add(rows: RowBatch): Promise<void>;
  /** Writes all that wait. */
  flush(): Promise<void>;
}

export function createRowPool(
  metrics: MetricWriter,
  onWritten: (outcome: BatchOutcome) => void,
): RowPool {
  let rollups: RollupRow[] = [];
  let trades: TradeRow[] = [];
  const flush = async () => {
    if (rollups.length + trades.length === 0) return;
    const batch = { rollups, trades };
    [rollups, trades] = [[], []];
    onWritten(await metrics.upsertBatch(batch));
  };
  return {
    flush,
    add: async (rows) => {
      for (const row of rows.rollups) rollups.push(row);
      for (const row of rows.trades) trades.push(row);
      if (rollups.length + trades.length >= ROWS_TOGETHER) await flush();
    },
  };
}
