/**
 * What the processor writes: rollup rows and trade rows. A store needs to know nothing about them but their
 * keys and versions: a higher version overwrites, an equal or lower one does not.
 */
import type { EpochUs } from "../units.ts";

/** The ladder: each bucket is half-open, [bucket, bucket + width), and tiles from the epoch. */
export type Resolution = "5s" | "1m" | "1h" | "1d";

export const RESOLUTION_US: Readonly<Record<Resolution, number>> = {
  "5s": 5_000_000,
  "1m": 60_000_000,
  "1h": 3_600_000_000,
  "1d": 86_400_000_000,
};

export const RESOLUTIONS: readonly Resolution[] = ["5s", "1m", "1h", "1d"];

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * One rollup: key (account, instrument, resolution, bucket, part).
 * `part` is `core`, `markout.<horizon>`, or either followed by `+<sequence>` for a late, additive row.
 */
export interface RollupRow {
  readonly account: string;
  readonly instrument: string;
  readonly resolution: Resolution;
  readonly bucket: EpochUs;
  readonly part: string;
  /** epoch · 2^40 + gen: orders writes of one key; an equal version has equal content. */
  readonly version: number;
  /** JSON text that a store keeps as it is: two values are equal when their texts are. */
  readonly value: string;
}

/** One of our trades with what happened after it: key (account, instrument, tradeId). Restated as markouts mature. */
export interface TradeRow {
  readonly account: string;
  readonly instrument: string;
  readonly time: EpochUs;
  readonly sequence: number;
  readonly tradeId: string;
  readonly version: number;
  /** JSON text, as in a rollup. */
  readonly value: string;
}
