/**
 * Which buckets of 5 s one report of everything reads: those at the two ends of its window, and those around the
 * deepest fall of the path, in which the instants of its trough and of its recovery are looked up. Where nothing else
 * will ever be asked (a store that ends with the process), the others are neither encoded nor written.
 */
import { pow10 } from "../ledger/exact.ts";
import type { Scale } from "../ledger/scale.ts";
import { type CorePart, rescaleCore } from "../rollup/core-part.ts";
import { EMPTY_PATH, mergePaths, type PnlPath, scalePath } from "../rollup/pnl-path.ts";
import { bucketStart, MINUTE_US } from "../units.ts";

/** What is known of the fine buckets so far; never part of a snapshot. */
export interface FineRows {
  /** The minute in which the window may end before the input does; undefined when it ends with the input. */
  readonly lastMinute: number | undefined;
  firstMinute: number | undefined;
  /** The closed buckets of the open minute: whether they are wanted shows when the minute closes. */
  readonly waiting: CorePart[];
  /** The path of all minutes that have closed. */
  path: PnlPath;
}

/** @param asOf the last instant that is reported; all of the input when undefined */
export function newFineRows(asOf: number | undefined): FineRows {
  const lastMinute = asOf === undefined ? undefined : bucketStart(asOf + 1, MINUTE_US);
  return { lastMinute, firstMinute: undefined, waiting: [], path: EMPTY_PATH };
}

/**
 * A minute has closed.
 *
 * @param minute its merged part
 * @returns its buckets, when the report may read them
 */
export function takeWanted(fine: FineRows, minute: CorePart): readonly CorePart[] {
  const parts = fine.waiting.splice(0);
  const before = fine.path;
  fine.path = mergePaths(before, minute.path);
  fine.firstMinute ??= bucketStart(minute.from, MINUTE_US);
  const isWanted = isEdge(fine, minute.from) || isTurn(before, fine.path, minute.from);
  return isWanted ? parts : [];
}

/** True for a time in a minute at which the window begins or may end. */
export function isEdge({ firstMinute, lastMinute }: FineRows, time: number): boolean {
  const minute = bucketStart(time, MINUTE_US);
  return firstMinute === undefined || minute === firstMinute || minute === lastMinute;
}

/**
 * The deepest fall so far ended since `from`, or the path is for the first time since then as high as before it. The
 * turns of any window from the start are among these: the deepest of all falls was once the deepest so far.
 */
function isTurn(before: PnlPath, after: PnlPath, from: number): boolean {
  const { troughTime, highTime } = after;
  if (troughTime === null) return false;
  if (troughTime >= from) return true;
  return highTime !== null && highTime >= from && (before.highTime ?? 0) <= troughTime;
}

/** Expresses what is known in a finer scale, exactly and in place. */
export function rescaleFineRows(fine: FineRows, from: Scale, to: Scale): void {
  for (const part of fine.waiting) rescaleCore(part, from, to);
  fine.path = scalePath(fine.path, pow10(to.netDecimals - from.netDecimals));
}
