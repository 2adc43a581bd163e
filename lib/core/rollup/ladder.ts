/** Which buckets make up a window, and how fine a window can still be. */
import { bucketStart, DAY_US, type EpochUs, HOUR_US, MINUTE_US } from "../units.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution } from "./row.ts";

/** How long each resolution is kept, counted from an instrument's newest event time. */
export type Retention = Readonly<Record<Resolution, number>>;

/** The configuration has its own words for it; a test holds the two together. */
export const DEFAULT_RETENTION: Retention = {
  "5s": 48 * HOUR_US,
  "1m": 35 * DAY_US,
  "1h": 400 * DAY_US,
  "1d": Number.POSITIVE_INFINITY,
};

/** Buckets of one resolution, [from, to) aligned to it. */
export interface CoverRange {
  readonly resolution: Resolution;
  readonly from: number;
  readonly to: number;
}

/** The finest resolution whose buckets at `time` are still kept when the newest event is at `newest`. */
export function finestHeld(time: number, newest: number, retention: Retention): Resolution {
  const held = RESOLUTIONS.find((resolution) => {
    const oldest = newest - retention[resolution];
    return time >= bucketStart(Math.max(oldest, 0), RESOLUTION_US[resolution]);
  });
  return held ?? "1d";
}

/**
 * From where on rollups of one resolution are kept: the start of the coarser bucket in which their time is up, so that
 * a window which ends inside of that bucket can still be put together.
 */
export function keptFrom(resolution: Resolution, newest: number, retention: Retention): EpochUs {
  const oldest = Math.max(0, newest - retention[resolution]);
  const coarser = RESOLUTIONS[RESOLUTIONS.indexOf(resolution) + 1] ?? resolution;
  return bucketStart(oldest, RESOLUTION_US[coarser]);
}

/** `time`, floored to the finest resolution that is held there. */
export function floorHeld(time: number, newest: number, retention: Retention): EpochUs {
  return bucketStart(time, RESOLUTION_US[finestHeld(time, newest, retention)]);
}

/**
 * The canonical cover of [from, to): the coarsest buckets that fit, finer ones at both ends.
 *
 * @param from a bucket boundary of some resolution
 * @param to likewise, or the end of what has happened: it is rounded up to the finest bucket
 * @returns ranges in time order, without gaps; at most 186 buckets beside whole days
 */
export function coverOf(from: number, to: number): CoverRange[] {
  const end = Math.ceil(to / RESOLUTION_US["5s"]) * RESOLUTION_US["5s"];
  const left: CoverRange[] = [];
  const right: CoverRange[] = [];
  let [start, stop] = [from, end];
  for (const [index, resolution] of RESOLUTIONS.entries()) {
    const coarser = RESOLUTIONS[index + 1];
    if (coarser === undefined) {
      push(left, { resolution, from: start, to: stop });
      break;
    }
    const width = RESOLUTION_US[coarser];
    const innerStart = Math.ceil(start / width) * width;
    const innerStop = stop - (stop % width);
    if (innerStart >= innerStop) {
      push(left, { resolution, from: start, to: stop });
      break;
    }
    push(left, { resolution, from: start, to: innerStart });
    push(right, { resolution, from: innerStop, to: stop });
    [start, stop] = [innerStart, innerStop];
  }
  return [...left, ...right.reverse()];
}

function push(ranges: CoverRange[], range: CoverRange): void {
  if (range.from < range.to) ranges.push(range);
}

/** The step of the portfolio's path: each minute while minutes are kept, else each hour or day. */
export function pathStep(from: number, newest: number, retention: Retention): Resolution {
  const finest = finestHeld(from, newest, retention);
  return RESOLUTION_US[finest] <= MINUTE_US ? "1m" : finest;
}
