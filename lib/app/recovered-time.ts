/**
 * When the path of a window was back at the peak of its deepest fall. The rollups know falls exactly but recoveries
 * only by the highest point of a bucket; the finest ones also list the points at which they rose, which gives the
 * instant. Where those are no longer kept, it is the highest point of the first bucket that reaches the peak.
 */
import { keptFrom, type Retention } from "../core/rollup/ladder.ts";
import type { PnlPath } from "../core/rollup/pnl-path.ts";
import { RESOLUTION_US, RESOLUTIONS } from "../core/rollup/row.ts";
import type { CommittedState } from "./committed-state.ts";
import type { RowReader } from "./row-reader.ts";
import type { CoreRow } from "./settled-rows.ts";

/** The path of one bucket; the points at which it rose are known of the finest buckets only. */
type PathPiece = Pick<CoreRow, "resolution" | "bucket" | "part">;

/** Where finer rows are: what is too old counts as gone, whether it is deleted yet or not. */
interface FinerRows {
  readonly reader: RowReader;
  readonly retention: Retention;
  readonly of: CommittedState;
}

export interface WindowPath {
  /** In time order. */
  readonly pieces: readonly PathPiece[];
  /** The same merged. */
  readonly whole: PnlPath;
}

/** @returns null while the fall is open, and when there was none */
export async function recoveredTime(
  reader: RowReader,
  retention: Retention,
  of: CommittedState,
  { pieces, whole }: WindowPath,
): Promise<number | null> {
  const rows = { reader, retention, of };
  const { peakTime, troughTime, drawdown } = whole;
  if (troughTime === null) return null;
  const troughAt = (piece: PathPiece) => contains(piece, troughTime);
  const around = await refine(rows, pieces, troughAt);
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
    const finer = await refineOnce(rows, fine, fine.indexOf(found));
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
  for (const earlier of pieces.slice(0, pieces.indexOf(piece))) before += earlier.part.path.total;
  const { times, totals } = piece.part.highs;
  const index = totals.findIndex((total, at) => {
    return before + total >= level && (times[at] ?? 0) > troughTime;
  });
  return times[index] ?? piece.part.path.highTime;
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
  if (piece === undefined || piece.part.path.highTime === null) return false;
  return piece.part.path.highTime >= after && before + piece.part.path.high >= level;
}

function firstPiece(
  pieces: readonly PathPiece[],
  is: (piece: PathPiece, before: bigint, index: number) => boolean,
): PathPiece | undefined {
  let before = 0n;
  for (const [index, piece] of pieces.entries()) {
    if (is(piece, before, index)) return piece;
    before += piece.part.path.total;
  }
  return undefined;
}

/** The height of the path at the trough, which is the low of its piece, or lies a fall below the piece's peak. */
function troughLevel(pieces: readonly PathPiece[], index: number, time: number): bigint {
  let before = 0n;
  for (const piece of pieces.slice(0, index)) before += piece.part.path.total;
  const path = pieces[index]?.part.path;
  if (path === undefined) return before;
  return path.lowTime === time ? before + path.low : before + path.high - path.drawdown;
}

/** Replaces the piece that `is` names by finer ones, as fine as the store still has. */
async function refine(
  rows: FinerRows,
  pieces: readonly PathPiece[],
  is: (piece: PathPiece) => boolean,
): Promise<readonly PathPiece[]> {
  let fine = pieces;
  for (;;) {
    const finer = await refineOnce(rows, fine, fine.findIndex(is));
    if (finer === fine || finer.findIndex(is) < 0) return fine;
    fine = finer;
  }
}

/** One piece replaced by those of the next finer resolution; the same list if the store no longer has them all. */
async function refineOnce(
  { reader, retention, of }: FinerRows,
  pieces: readonly PathPiece[],
  index: number,
): Promise<readonly PathPiece[]> {
  const piece = pieces[index];
  if (piece === undefined || piece.resolution === "5s") return pieces;
  const resolution = RESOLUTIONS[RESOLUTIONS.indexOf(piece.resolution) - 1] ?? "5s";
  const from = piece.bucket;
  if (from < keptFrom(resolution, of.summary.newestTime, retention)) return pieces;
  const to = from + RESOLUTION_US[piece.resolution];
  const [finer = []] = await reader.cores([{ of, ranges: [{ resolution, from, to }] }]);
  const total = finer.reduce((sum, { part }) => sum + part.path.total, 0n);
  if (finer.length === 0 || total !== piece.part.path.total) return pieces;
  return [...pieces.slice(0, index), ...finer, ...pieces.slice(index + 1)];
}
