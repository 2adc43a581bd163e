/** Instants as users write them. Exact to the microsecond, which `Date` is not. */
import { DAY_US, type EpochUs, HOUR_US, MINUTE_US, SECOND_US } from "../units.ts";

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Reads ISO 8601 with a zone (`2026-01-01T00:00:00Z`, `2026-01-01T01:00+01:00`) or integer microseconds.
 *
 * @returns `undefined` for anything else, a day that no month has, and instants before 1970
 */
export function parseInstant(text: string): EpochUs | undefined {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : isoUs(text);
  return value !== undefined && Number.isSafeInteger(value) && value >= 0
    ? (value as EpochUs)
    : undefined;
}

function isoUs(text: string): number | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const part = (index: number) => Number(match[index] ?? 0);
  const [year, month, day] = [part(1), part(2), part(3)];
  const [hour, minute, second] = [part(4), part(5), part(6)];
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (part(9) > 23 || part(10) > 59) return undefined;
  const zoneUs = (part(9) * HOUR_US + part(10) * MINUTE_US) * (match[8] === "-" ? -1 : 1);
  const fractionUs = Number((match[7] ?? "").padEnd(6, "0"));
  const clockUs = hour * HOUR_US + minute * MINUTE_US + second * SECOND_US + fractionUs;
  return daysFromEpoch(year, month, day) * DAY_US + clockUs - zoneUs;
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isDate(year: number, month: number, day: number): boolean {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && leap ? 29 : (MONTH_DAYS[month - 1] ?? 0);
  return day >= 1 && day <= days;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar, counted in years that begin in March. */
function daysFromEpoch(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leaps = Math.floor(shifted / 4) - Math.floor(shifted / 100) + Math.floor(shifted / 400);
  return shifted * 365 + leaps + dayOfYear - 719_468;
}
