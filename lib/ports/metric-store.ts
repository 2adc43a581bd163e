import type { Resolution, RollupRow, TradeRow } from "../core/rollup/row.ts";

/** What became of each row of an upsert; a stale row is a success that changed nothing. */
export interface UpsertOutcome {
  /** Written: the key was absent or held a lower version. */
  readonly written: number;
  /** Ignored: the key held a higher version, or the same version with the same values. */
  readonly stale: number;
  /** Ignored: the key held the same version with *other* values. Alarm: the fold was not deterministic. */
  readonly conflicting: readonly string[];
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

export interface TradeRange {
  /** All instruments when left out. */
  readonly account?: string;
  readonly instrument?: string;
  /** Half-open, on trade time. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** `asc` oldest first (default) or `desc`; ties by sequence, then account, then instrument. */
  readonly order?: "asc" | "desc";
  /** Opaque: continues after the last row of the page that returned it. */
  readonly cursor?: string;
}

export interface TradePage {
  readonly rows: readonly TradeRow[];
  /** Set when more rows follow. */
  readonly cursor: string | undefined;
}

/** Rollups and trades, written by version, read by half-open ranges. */
export interface MetricStore {
  /** Idempotent; the order of rows is irrelevant unless one key stands twice (then the highest version wins). */
  upsertRollups(rows: readonly RollupRow[]): Promise<UpsertOutcome>;
  upsertTrades(rows: readonly TradeRow[]): Promise<UpsertOutcome>;
  /** Ordered by bucket, then part. */
  readRollups(range: RollupRange): Promise<readonly RollupRow[]>;
  /** The newest row of one part strictly before `before`, at one resolution: levels are carried from it. */
  lastRollupBefore(
    key: { account: string; instrument: string; resolution: Resolution; part: string },
    before: number,
  ): Promise<RollupRow | undefined>;
  readTrades(range: TradeRange): Promise<TradePage>;
  findTrade(account: string, instrument: string, tradeId: string): Promise<TradeRow | undefined>;
  /** Deletes rollups of one resolution whose bucket starts before `before`; returns how many. */
  deleteRollupsBefore(
    key: { account: string; instrument: string; resolution: Resolution },
    before: number,
  ): Promise<number>;
}
