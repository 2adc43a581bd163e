/** Units as types: mixing an instant with a duration does not compile, and costs nothing at run time. */

declare const unit: unique symbol;
type Unit<Base, Name extends string> = Base & { readonly [unit]: Name };

/** Integer microseconds since the Unix epoch, UTC. Exact in a number until the year 2255. */
export type EpochUs = Unit<number, "epoch-us">;
/** Integer microseconds between two instants. */
export type DurationUs = Unit<number, "duration-us">;
/** Basis points: 1 bps = 10⁻⁴ of the reference. */
export type Bps = Unit<number, "bps">;
/** A share in 0…1. */
export type Ratio = Unit<number, "ratio">;

export const SECOND_US = 1_000_000 as DurationUs;
export const MINUTE_US = 60_000_000 as DurationUs;
export const HOUR_US = 3_600_000_000 as DurationUs;
export const DAY_US = 86_400_000_000 as DurationUs;

/** @throws {RangeError} unless `value` is a non-negative safe integer */
export function epochUs(value: number): EpochUs {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`epochUs must be a non-negative integer of microseconds, was ${value}`);
  }
  return value as EpochUs;
}

/** @throws {RangeError} unless `value` is a safe integer */
export function durationUs(value: number): DurationUs {
  if (!Number.isSafeInteger(value)) {
    throw new RangeError(`durationUs must be an integer of microseconds, was ${value}`);
  }
  return value as DurationUs;
}

const UNIT_US = new Map<string, number>([
  ["us", 1],
  ["ms", 1_000],
  ["s", SECOND_US],
  ["m", MINUTE_US],
  ["h", HOUR_US],
  ["d", DAY_US],
]);

/**
 * Reads a duration such as `5s`, `250ms`, `24h` or `90d`.
 *
 * @returns microseconds, or `undefined` when the text is not a whole number followed by us, ms, s, m, h or d
 */
export function parseDuration(text: string): DurationUs | undefined {
  const match = /^(\d{1,12})(us|ms|s|m|h|d)$/.exec(text);
  const scale = UNIT_US.get(match?.[2] ?? "");
  if (match === null || scale === undefined) return undefined;
  const value = Number(match[1]) * scale;
  return Number.isSafeInteger(value) ? (value as DurationUs) : undefined;
}

/** The start of the half-open bucket of `width` that holds `time`; buckets tile from the epoch. */
export function bucketStart(time: number, width: number): EpochUs {
  return (time - (time % width)) as EpochUs;
}
