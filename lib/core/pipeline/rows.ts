/** The rows that a commit has to write: projections of the state, and nothing else. */
import { formatExact } from "../ledger/exact.ts";
import { priceToExact } from "../ledger/scale.ts";
import { markoutBps } from "../metrics/markout.ts";
import { addCore, copyCore, emptyCore, hasSpan } from "../rollup/core-part.ts";
import { encodeCore } from "../rollup/core-text.ts";
import {
  type JsonValue,
  RESOLUTION_US,
  RESOLUTIONS,
  type RollupRow,
  type TradeRow,
} from "../rollup/row.ts";
import { bucketStart, type EpochUs } from "../units.ts";
import { markoutRows, sealOpen } from "./buckets.ts";
import type { StoredTrade } from "./context.ts";
import type { FineRows } from "./fine-rows.ts";
import { type DirtyRow, type InstrumentState, MARK_STATUS, type PendingTrade } from "./state.ts";

export interface DirtyRows {
  readonly rollups: readonly RollupRow[];
  readonly trades: readonly TradeRow[];
}

/** Every row that changed since the last `clearDirty`, stamped with `version`. Does not change any figure. */
export function dirtyRows(state: InstrumentState, version: number): DirtyRows {
  const rows: DirtyRow[] = [...state.closed];
  if (state.fineRows !== undefined) rows.push(...waitingRows(state, state.fineRows));
  if (state.dirtyOpen) rows.push(...openRows(state));
  for (const [key, dirty] of state.dirtyMarkouts) {
    const bucket = state.markouts.get(key);
    if (bucket !== undefined) rows.push(...markoutRows(state, bucket, dirty));
  }
  const trades = [...state.dirtyTrades.values()];
  return {
    rollups: rows.map((row) => rollupRow(state, row, version)),
    trades: trades.map((trade) => tradeRow(state, trade, version)),
  };
}

/** Whether rows have changed since the last `clearDirty`. */
export function isDirty(state: InstrumentState): boolean {
  const { closed, dirtyOpen, dirtyMarkouts, dirtyTrades } = state;
  return dirtyOpen || closed.length + dirtyMarkouts.size + dirtyTrades.size > 0;
}

/** After the rows of the last commit were written. */
export function clearDirty(state: InstrumentState): void {
  state.closed = [];
  state.dirtyOpen = false;
  state.dirtyMarkouts.clear();
  state.dirtyTrades.clear();
}

/** Of the dirty rows those that will not change any more, and no longer dirty: for stores that nobody reads yet. */
export function takeFinalRows(state: InstrumentState, version: number): DirtyRows {
  const rollups = state.closed.map((row) => rollupRow(state, row, version));
  const trades: TradeRow[] = [];
  for (const [tradeId, trade] of state.dirtyTrades) {
    if (trade.fresh === undefined || trade.status.includes(0)) continue;
    trades.push(tradeRow(state, trade, version));
    state.dirtyTrades.delete(tradeId);
  }
  state.closed = [];
  return { rollups, trades };
}

function rollupRow(state: InstrumentState, row: DirtyRow, version: number): RollupRow {
  const { account, instrument } = state;
  const { resolution, bucket, part, value } = row;
  return { account, instrument, resolution, bucket: bucket as EpochUs, part, version, value };
}

function tradeRow(state: InstrumentState, trade: PendingTrade, version: number): TradeRow {
  const { account, instrument } = state;
  const { sequence, tradeId } = trade;
  const value = JSON.stringify(tradeValue(state, trade));
  const time = trade.time as EpochUs;
  return { account, instrument, time, sequence, tradeId, version, value };
}

/** The closed 5 s buckets of the open minute. */
function waitingRows({ scale }: InstrumentState, { waiting }: FineRows): DirtyRow[] {
  return waiting.map((part) => {
    const bucket = bucketStart(part.from, RESOLUTION_US["5s"]);
    return { resolution: "5s", bucket, part: "core", value: encodeCore(part, scale) };
  });
}

/** The open bucket of every resolution as it stands, the finer ones included in the coarser. */
function openRows(state: InstrumentState): DirtyRow[] {
  let sum = sealOpen(state);
  if (!hasSpan(sum)) return [];
  const rows: DirtyRow[] = [];
  for (const [key, { resolution, bucket, part }] of state.lateCores) {
    const suffix = key.slice(key.lastIndexOf("|") + 1);
    rows.push({ resolution, bucket, part: `core${suffix}`, value: encodeCore(part, state.scale) });
  }
  const from = sum.from;
  RESOLUTIONS.forEach((resolution, level) => {
    if (RESOLUTION_US[resolution] < state.openWidth) return;
    if (level > 0) {
      const coarse = state.coarse[level - 1];
      const whole = coarse === undefined ? emptyCore() : copyCore(coarse);
      addCore(whole, sum);
      sum = whole;
    }
    const bucket = bucketStart(from, RESOLUTION_US[resolution]);
    rows.push({ resolution, bucket, part: "core", value: encodeCore(sum, state.scale) });
  });
  return rows;
}

/** What is stored of a trade; restated as its markouts mature. */
export function tradeValue(state: InstrumentState, trade: PendingTrade): StoredTrade {
  const { scale } = state;
  const markouts: Record<string, JsonValue> = {};
  state.settings.horizons.forEach(({ label }, index) => {
    const code = trade.status[index] ?? 0;
    const mid = trade.mids[index] ?? 0;
    const prices = { side: trade.side, price: trade.price, preTradeMid: trade.mid };
    const bps = mid > 0 ? markoutBps(prices, mid) : undefined;
    const status = MARK_STATUS[code] ?? "pending";
    const text = mid > 0 ? formatExact(priceToExact(scale, mid)) : null;
    markouts[label] = { status, mid: text, bps: bps ?? null };
  });
  return {
    time: trade.time,
    sequence: trade.sequence,
    tradeId: trade.tradeId,
    ...trade.row,
    preTradeMid: trade.mid > 0 ? formatExact(priceToExact(scale, trade.mid)) : null,
    markouts,
  };
}
