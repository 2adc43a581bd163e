import type { Resolution, RollupRow, TradeRow } from "../core/rollup/row.ts";

/** What became of each row of an upsert; a stale row is a success that changed nothing. */
export interface UpsertOutcome {
  /** Written: the key was absent or held a lower version. */
  readonly written: number;
  /** Ignored: the key held a higher version, or the same version with the same values. */
  readonly stale: number;
  /**
   * Ignored, one text per row that names its key: the key held the same version with *other* values, or,
   * for a trade, the tradeId stands under another sequence in the same epoch. Alarm: the fold was not deterministic.
   */
  readonly conflicting: readonly string[];
  /**
   * Never to be written there, whatever is tried: what the row is lies outside of what the store takes. Absent where
   * there is none. Count them, and tell somebody: the state holds what these rows would have shown.
   */
  readonly refused?: readonly RefusedRow[];
}

export interface RefusedRow {
  /** Names its key. */
  readonly row: string;
  /** In the store's words. */
  readonly reason: string;
}

/** What one commit flushes. */
export interface RowBatch {
  readonly rollups: readonly RollupRow[];
  readonly trades: readonly TradeRow[];
}

/** What became of a flush. */
export interface BatchOutcome {
  readonly rollups: UpsertOutcome;
  readonly trades: UpsertOutcome;
}

export interface RollupRange {
  readonly account: string;
  readonly instrument: string;
  readonly resolution: Resolution;
  /** Half-open, on bucket starts. */
  readonly from: number;
  readonly to: number;
  /** Only parts that start with this text; all parts when left out. */
  readonly partPrefix?: string;
}

/** One part of one instrument at one resolution. */
export interface RollupSeries {
  readonly account: string;
  readonly instrument: string;
  readonly resolution: Resolution;
  readonly part: string;
}

export interface TradeRange {
  /** All instruments when left out. */
  readonly account?: string;
  readonly instrument?: string;
  /** Half-open, on trade time. */
  readonly from: number;
  readonly to: number;
  /** ≥ 1. */
  readonly limit: number;
  /**
   * `asc` oldest first (default), ties by sequence, then account, then instrument (texts by code point);
   * `desc` is exactly the reverse.
   */
  readonly order?: "asc" | "desc";
  /** Opaque: continues after the last row of the page that returned it. */
  readonly cursor?: string;
}

export interface TradePage {
  readonly rows: readonly TradeRow[];
  /** Set when more rows follow. */
  readonly cursor: string | undefined;
}

/** What a fold asks of a metric store: it writes rows, deletes old ones, and looks up the trade that is amended. */
export interface MetricWriter {
  /**
   * Rollups and trades, in one transaction where the store has them. Idempotent; the order of rows is irrelevant unless
   * one key stands twice (then the highest version wins).
   */
  upsertBatch(batch: RowBatch): Promise<BatchOutcome>;
  findTrade(account: string, instrument: string, tradeId: string): Promise<TradeRow | undefined>;
  /** Deletes rollups of one resolution whose bucket starts before `before`; returns how many. */
  deleteRollupsBefore(
    key: { account: string; instrument: string; resolution: Resolution },
    before: number,
  ): Promise<number>;
}

/**
 * Rollups and trades, written by version, read by half-open ranges. Names may hold any text, and a value comes back
 * as the text it was. A time, sequence or version that is no whole number from 0 is a RangeError.
 */
export interface MetricStore extends MetricWriter {
  /** `upsertBatch` of rollups alone. */
  upsertRollups(rows: readonly RollupRow[]): Promise<UpsertOutcome>;
  /** `upsertBatch` of trades alone. */
  upsertTrades(rows: readonly TradeRow[]): Promise<UpsertOutcome>;
  /** Ordered by bucket, then part. */
  readRollups(range: RollupRange): Promise<readonly RollupRow[]>;
  /** `readRollups` of each range, answered in the order asked: in as few requests as the store can. */
  readRollupRanges(ranges: readonly RollupRange[]): Promise<readonly (readonly RollupRow[])[]>;
  /** The newest row of one part strictly before `before`, at one resolution: levels are carried from it. */
  lastRollupBefore(of: RollupSeries, before: number): Promise<RollupRow | undefined>;
  /** `lastRollupBefore` of each, answered in the order asked: in as few requests as the store can. */
  lastRollupsBefore(
    asked: readonly { readonly of: RollupSeries; readonly before: number }[],
  ): Promise<readonly (RollupRow | undefined)[]>;
  /** @throws {InvalidCursorError} for a cursor that no page of this order returned */
  readTrades(range: TradeRange): Promise<TradePage>;
}
