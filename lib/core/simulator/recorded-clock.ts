/** Times in a recording: which of its clocks a row is on, and how far the clocks are apart. */

/** Prints whose delays lie this close together came as they happened, in µs. */
const LIVE_US = 1_000_000;

/** A row's times, as texts; an empty text is a time that the feed does not have. */
export interface Stamped {
  /** Exchange time, integer microseconds. */
  readonly time: string;
  readonly received: string;
}

/** An integer number of microseconds since the epoch; undefined for anything else. */
export function microseconds(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Exchange clock minus receipt clock in µs: the median over prints that carry both, 0 without any.
 * A feed that tells its last minutes when it is joined delivers those prints minutes late, and they may be most of a
 * short recording: only the second of delays with most prints in it counts, of equals the least delayed.
 */
export function clockShift(prints: readonly Stamped[]): number {
  const shifts: number[] = [];
  for (const { time, received } of prints) {
    const [at, seen] = [microseconds(time), microseconds(received)];
    if (at !== undefined && seen !== undefined) shifts.push(at - seen);
  }
  shifts.sort((a, b) => a - b);
  const { first, count } = densest(shifts, LIVE_US);
  return shifts[first + Math.floor(count / 2)] ?? 0;
}

/** Where most of the ascending values lie within `width`; of equals the last. */
function densest(values: readonly number[], width: number): { first: number; count: number } {
  let best = { first: 0, count: 0 };
  let first = 0;
  for (const [last, value] of values.entries()) {
    while (value - (values[first] ?? value) > width) first++;
    const count = last - first + 1;
    if (count >= best.count) best = { first, count };
  }
  return best;
}
