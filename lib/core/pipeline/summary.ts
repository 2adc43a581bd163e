/**
 * What reads need of a fold's state, committed beside it: levels, identity, counts, and up to when its rows will not
 * change any more. About a fiftieth of the state, so that no question has to read and decode one.
 */
import type { InstrumentSpec, Scale } from "../ledger/scale.ts";
import { decodeScale, packScale } from "../rollup/core-text.ts";
import { type JsonValue, RESOLUTION_US } from "../rollup/row.ts";
import { bucketStart } from "../units.ts";
import { grossLevel } from "./buckets.ts";
import { StateVersionError } from "./codec.ts";
import type { Counters, InstrumentState } from "./state.ts";

/** Levels are of the commit; money and lots are integers of `scale`. */
export interface InstrumentSummary {
  readonly account: string;
  readonly instrument: string;
  readonly spec: InstrumentSpec | undefined;
  readonly scale: Scale;
  readonly counters: Counters;
  /** Events that wait for a gap. */
  readonly buffered: number;
  /** Skipped ranges of sequences that are still remembered. */
  readonly holes: number;
  readonly restating: boolean;
  /** The oldest epoch whose rows count; 0 = that of the commit. */
  readonly shownFromEpoch: number;
  /** 0 while nothing was applied. */
  readonly firstTime: number;
  readonly newestTime: number;
  readonly watermark: number;
  /**
   * Rollups of buckets that end by then, and rows of trades before it, stand in the store as they will stay; only
   * additive rows of late flows may join them, and `lateFlows` tells when one did.
   */
  readonly settledBefore: number;
  readonly lateFlows: number;
  readonly mid: number;
  readonly position: number;
  readonly cost: bigint;
  /** Cash + Q·mid since the start. */
  readonly gross: bigint;
  /** Since the start, in 10^-12 of the settlement currency. */
  readonly fees: bigint;
  readonly funding: bigint;
  readonly trades: number;
  readonly lastTradeTime: number;
}

/** Raised when the shape of the summary changes. */
const SUMMARY_VERSION = 1;
const BIGINTS = ["cost", "gross", "fees", "funding"] as const;

/** The summary as text, of a state that is about to be committed. */
export function encodeSummary(state: InstrumentState): string {
  const { account, instrument, spec, counters, restating, firstTime, newestTime } = state;
  const { watermark, lateFlows, mid, position, trades, lastTradeTime } = state;
  return JSON.stringify({
    v: SUMMARY_VERSION,
    account,
    instrument,
    spec,
    scale: packScale(state.scale),
    counters,
    buffered: state.buffer.size,
    holes: state.holes.length,
    restating,
    ...(state.shownFromEpoch === 0 ? {} : { shownFromEpoch: state.shownFromEpoch }),
    firstTime,
    newestTime,
    watermark,
    settledBefore: settledBefore(state),
    lateFlows,
    mid,
    position,
    cost: String(state.cost),
    gross: String(grossLevel(state)),
    fees: String(state.fees),
    funding: String(state.funding),
    trades,
    lastTradeTime,
  });
}

/**
 * Reads back what `encodeSummary` wrote.
 *
 * @throws {StateVersionError} if the text was written by another version of the code
 */
export function decodeSummary(text: string): InstrumentSummary {
  const { v, ...fields } = JSON.parse(text === "" ? "{}" : text) as Record<string, unknown>;
  if (v !== SUMMARY_VERSION) {
    throw new StateVersionError(`summary version must be ${SUMMARY_VERSION}, was ${v}: rebuild it`);
  }
  for (const name of BIGINTS) fields[name] = BigInt(fields[name] as string);
  fields["scale"] = decodeScale(fields["scale"] as JsonValue);
  return { spec: undefined, shownFromEpoch: 0, ...fields } as unknown as InstrumentSummary;
}

/**
 * What is open, or has a row that was not written before this commit, ends after it. Only ends count: a coarse bucket
 * that is open ends later than every one of it that has closed.
 */
function settledBefore(state: InstrumentState): number {
  const { open, openWidth, closed, markouts, lateCores, dirtyTrades } = state;
  let before: number = bucketStart(open.from, openWidth);
  for (const unsettled of [closed, lateCores.values(), markouts.values()]) {
    for (const { bucket, resolution } of unsettled) {
      before = Math.min(before, bucket + RESOLUTION_US[resolution] - RESOLUTION_US["5s"]);
    }
  }
  for (const { time } of dirtyTrades.values()) before = Math.min(before, time);
  return before;
}
