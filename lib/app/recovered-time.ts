/**
 * When the path of a window was back at the peak of its deepest fall. The rollups know falls exactly but recoveries
 * only by the highest point of a bucket; the finest ones also list the points at which they rose, which gives the
 * instant. Where those are no longer kept, it is the highest point of the first bucket that reaches the peak.
 */
import { keptFrom, type Retention } from "../core/rollup/ladder.ts";
import type { PathHighs } from "../core/rollup/path-cursor.ts";
import type { PnlPath } from "../core/rollup/pnl-path.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution } from "../core/rollup/row.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { RowsOf } from "./committed-state.ts";
import { decodedCore, readRows } from "./read-rows.ts";

/** The path of one bucket. */
export interface PathPiece {
  readonly resolution: Resolution;
  readonly bucket: number;
  readonly path: PnlPath;
  /** Known of the finest buckets only. */
  readonly highs: PathHighs;
}

/** Whose rows, and how long they are kept: what is too old counts as gone, whether it is deleted yet or not. */
export interface KeptRows extends RowsOf {
  readonly newest: number;
  readonly retention: Retention;
}

/**
 * @param pieces the window's path in time order
 * @param whole the same path merged
 * @returns null while the fall is open, and when there was none
 */
export async function recoveredTime(
  metrics: MetricStore,
  of: KeptRows,
  pieces: readonly PathPiece[],
  whole: PnlPath,
): Promise<number | null> {
  const { peakTime, troughTime, drawdown } = whole;
  if (troughTime === null) return null;
  const troughAt = (piece: PathPiece) => contains(piece, troughTime);
  const around = await refine(metrics, of, pieces, troughAt);
  const trough = around.findIndex(troughAt);
  const level = troughLevel(around, trough, troughTime) + drawdown;
  // Of one instant: a high that is not the peak came after the trough.
  const after = peakTime === troughTime ? troughTime + 1 : troughTime;
  const recovers = (list: readonly PathPiece[], skip: number) =>
    firstPiece(list, (piece, before, index) => {
      return index >= skip && reached(piece, before, level, after);
    });
  let fine = around;
  for (;;) {
    const found = recovers(fine, trough);
    if (found === undefined) return null;
    const finer = await refineOnce(metrics, of, fine, fine.indexOf(found));
    if (finer === fine) return firstReach(fine, found, level, troughTime);
    fine = finer;
  }
}

/** The first point of a piece at or above the level, after the trough; its highest where the points are not known. */
function firstReach(
  pieces: readonly PathPiece[],
  piece: PathPiece,
  level: bigint,
  troughTime: number,
): number | null {
  let before = 0n;
  for (const earlier of pieces.slice(0, pieces.indexOf(piece))) before += earlier.path.total;
  const { times, totals } = piece.highs;
  const index = totals.findIndex((total, at) => {
    return before + total >= level && (times[at] ?? 0) > troughTime;
  });
  return times[index] ?? piece.path.highTime;
}

function contains({ bucket, resolution }: PathPiece, time: number): boolean {
  return bucket <= time && time < bucket + RESOLUTION_US[resolution];
}

function reached(
  piece: PathPiece | undefined,
  before: bigint,
  level: bigint,
  after: number,
): boolean {
  if (piece === undefined || piece.path.highTime === null) return false;
  return piece.path.highTime >= after && before + piece.path.high >= level;
}

function firstPiece(
  pieces: readonly PathPiece[],
  is: (piece: PathPiece, before: bigint, index: number) => boolean,
): PathPiece | undefined {
  let before = 0n;
  for (const [index, piece] of pieces.entries()) {
    if (is(piece, before, index)) return piece;
    before += piece.path.total;
  }
  return undefined;
}

/** The height of the path at the trough, which is the low of its piece, or lies a fall below the piece's peak. */
function troughLevel(pieces: readonly PathPiece[], index: number, time: number): bigint {
  let before = 0n;
  for (const piece of pieces.slice(0, index)) before += piece.path.total;
  const path = pieces[index]?.path;
  if (path === undefined) return before;
  return path.lowTime === time ? before + path.low : before + path.high - path.drawdown;
}

/** Replaces the piece that `is` names by finer ones, as fine as the store still has. */
async function refine(
  metrics: MetricStore,
  of: KeptRows,
  pieces: readonly PathPiece[],
  is: (piece: PathPiece) => boolean,
): Promise<readonly PathPiece[]> {
  let fine = pieces;
  for (;;) {
    const finer = await refineOnce(metrics, of, fine, fine.findIndex(is));
    if (finer === fine || finer.findIndex(is) < 0) return fine;
    fine = finer;
  }
}

/** One piece replaced by those of the next finer resolution; the same list if the store no longer has them all. */
async function refineOnce(
  metrics: MetricStore,
  of: KeptRows,
  pieces: readonly PathPiece[],
  index: number,
): Promise<readonly PathPiece[]> {
  const piece = pieces[index];
  if (piece === undefined || piece.resolution === "5s") return pieces;
  const resolution = RESOLUTIONS[RESOLUTIONS.indexOf(piece.resolution) - 1] ?? "5s";
  const from = piece.bucket;
  if (from < keptFrom(resolution, of.newest, of.retention)) return pieces;
  const to = from + RESOLUTION_US[piece.resolution];
  const rows = await readRows(metrics, of, { resolution, from, to }, "core");
  const finer = rows.map((row): PathPiece => {
    const { path, highs } = decodedCore(row, of);
    return { resolution, bucket: row.bucket, path, highs };
  });
  const total = finer.reduce((sum, { path }) => sum + path.total, 0n);
  if (finer.length === 0 || total !== piece.path.total) return pieces;
  return [...pieces.slice(0, index), ...finer, ...pieces.slice(index + 1)];
}
