/** All rows of one instrument: read some at a time, or replaced as a whole. */
import type { RollupRow, TradeRow } from "../../core/rollup/row.ts";
import { RESOLUTION_US, RESOLUTIONS } from "../../core/rollup/row.ts";
import type { EpochUs } from "../../core/units.ts";
import { SECOND_US } from "../../core/units.ts";
import type { RowBatch } from "../../ports/metric-store.ts";
import type { StateKey } from "../../ports/state-store.ts";
import type { Connection } from "./connection.ts";
import type { SeriesTable } from "./series-table.ts";
import { fromStoredText } from "./stored-text.ts";

const ROWS_TOGETHER = 4_096;

const ROLLUPS = `
  SELECT resolution, part, bucket, late, name, version, value
  FROM rollup JOIN part ON part.id = rollup.part
  WHERE series = ? AND (resolution, part, bucket, late) > (?, ?, ?, ?)
  ORDER BY resolution, part, bucket, late LIMIT ?`;
const TRADES = `
  SELECT id, time, sequence, trade_id, version, value FROM trade
  WHERE series = ? AND id > ? ORDER BY id LIMIT ?`;

type RollupColumns = [number, number, number, number, string, number, string];
type TradeColumns = [number, number, number, string, number, string];

/** Every row of the instrument. Cost: one batch in memory. */
export function* rowsOfSeries(
  connection: Connection,
  series: SeriesTable,
  key: StateKey,
): Generator<RowBatch> {
  const id = series.find(key.account, key.instrument);
  if (id === undefined) return;
  for (let at: readonly number[] = [-1, -1, -1, -1]; ; ) {
    const found = connection.statement(ROLLUPS).rows<RollupColumns>(id, ...at, ROWS_TOGETHER);
    const last = found.at(-1);
    if (last === undefined) break;
    yield { rollups: found.map((columns) => rollupRow(key, columns)), trades: [] };
    at = last.slice(0, 4) as number[];
  }
  for (let after = -1; ; ) {
    const found = connection.statement(TRADES).rows<TradeColumns>(id, after, ROWS_TOGETHER);
    const last = found.at(-1);
    if (last === undefined) return;
    yield { rollups: [], trades: found.map((columns) => tradeRow(key, columns)) };
    [after] = last;
  }
}

/** Inside a transaction. */
export function deleteSeriesRows(
  connection: Connection,
  series: SeriesTable,
  { account, instrument }: StateKey,
): void {
  const id = series.find(account, instrument);
  if (id === undefined) return;
  connection.statement("DELETE FROM rollup WHERE series = ?").run(id);
  connection.statement("DELETE FROM trade WHERE series = ?").run(id);
}

const ORPHANS = `
  SELECT account, instrument FROM series
  WHERE NOT EXISTS (SELECT 1 FROM state WHERE state.series = series.id)
    AND EXISTS (SELECT 1 FROM rollup WHERE rollup.series = series.id)
  ORDER BY account, instrument`;

/** Instruments that have rows and no state. */
export function orphansOf(connection: Connection): readonly StateKey[] {
  return connection
    .statement(ORPHANS)
    .rows<[string, string]>()
    .map(([account, instrument]) => ({
      account: fromStoredText(account),
      instrument: fromStoredText(instrument),
    }));
}

function rollupRow(
  { account, instrument }: StateKey,
  [width, , bucket, late, stored, version, value]: RollupColumns,
): RollupRow {
  const name = fromStoredText(stored);
  return {
    account,
    instrument,
    resolution: RESOLUTIONS.find((one) => RESOLUTION_US[one] === width * SECOND_US) ?? "1d",
    bucket: bucket as EpochUs,
    part: late === -1 ? name : `${name}+${late}`,
    version,
    value: fromStoredText(value),
  };
}

function tradeRow(
  { account, instrument }: StateKey,
  [, time, sequence, tradeId, version, value]: TradeColumns,
): TradeRow {
  return {
    account,
    instrument,
    time: time as EpochUs,
    sequence,
    tradeId: fromStoredText(tradeId),
    version,
    value: fromStoredText(value),
  };
}
