/**
 * What one process has read and need not read again: decoded rollups and trades that will not change any more. Kept by
 * instrument; all that is known of one is forgotten when it was rebuilt, when its scale became finer, or when a late
 * flow added rows to buckets that were over.
 */
import type { TradeColumns } from "../core/history/markout-sample.ts";
import type { CorePart } from "../core/rollup/core-part.ts";
import { encodeScale } from "../core/rollup/core-text.ts";
import type { MarkoutPart } from "../core/rollup/markout-part.ts";
import type { Resolution } from "../core/rollup/row.ts";
import { MINUTE_US } from "../core/units.ts";
import type { CommittedState } from "./committed-state.ts";

/** A decoded `core` row, in the scale of the instrument's summary. */
export interface CoreRow {
  readonly resolution: Resolution;
  readonly bucket: number;
  /** True for a row that only adds flows: it has no levels. */
  readonly isAdditive: boolean;
  readonly part: CorePart;
}

/** A decoded `markout.<horizon>` row. */
export interface MarkoutRow {
  readonly bucket: number;
  readonly label: string;
  readonly part: MarkoutPart;
}

/** By bucket, its rows in order of their parts; a bucket without rows stands too. */
export type Buckets<Row> = Map<number, readonly Row[]>;

/** The trades of one UTC day from `from` to `to`. */
export interface DayOfTrades {
  readonly from: number;
  readonly to: number;
  readonly columns: TradeColumns;
}

export interface InstrumentRows {
  readonly stamp: string;
  readonly cores: ReadonlyMap<Resolution, Buckets<CoreRow>>;
  readonly markouts: ReadonlyMap<Resolution, Buckets<MarkoutRow>>;
  /** By the window's start. */
  readonly levels: Map<number, CorePart>;
  readonly days: Map<number, DayOfTrades>;
}

export interface SettledRows {
  /** What is known of an instrument; empty when something has changed about what was settled. */
  of(state: CommittedState): InstrumentRows;
  /** To be told of what was added: beyond the bounds everything is forgotten. */
  added(buckets: number, trades: number): void;
}

/** About 2 KB each. */
const MOST_BUCKETS = 65_536;
/** About 150 bytes each. */
const MOST_TRADES = 1_048_576;
/** A store may show a write a little later than it took it: what has just settled is read once more. */
const LAG_US = MINUTE_US;

/** Rows of buckets that end by then may be kept. */
export function keptBefore({ summary }: CommittedState): number {
  return summary.settledBefore - LAG_US;
}

export function createSettledRows(): SettledRows {
  const instruments = new Map<string, InstrumentRows>();
  let [buckets, trades] = [0, 0];
  return {
    of: (state) => {
      const { account, instrument } = state.summary;
      const name = JSON.stringify([account, instrument]);
      const stamp = stampOf(state);
      const known = instruments.get(name);
      if (known?.stamp === stamp) return known;
      const fresh = emptyRows(stamp);
      instruments.set(name, fresh);
      return fresh;
    },
    added: (moreBuckets, moreTrades) => {
      buckets += moreBuckets;
      trades += moreTrades;
      if (buckets <= MOST_BUCKETS && trades <= MOST_TRADES) return;
      instruments.clear();
      [buckets, trades] = [0, 0];
    },
  };
}

function stampOf({ summary, minVersion }: CommittedState): string {
  return `${minVersion} ${summary.lateFlows} ${encodeScale(summary.scale)}`;
}

function emptyRows(stamp: string): InstrumentRows {
  return {
    stamp,
    cores: bucketsByResolution(),
    markouts: bucketsByResolution(),
    levels: new Map(),
    days: new Map(),
  };
}

function bucketsByResolution<Row>(): ReadonlyMap<Resolution, Buckets<Row>> {
  return new Map([
    ["5s", new Map()],
    ["1m", new Map()],
    ["1h", new Map()],
    ["1d", new Map()],
  ]);
}
