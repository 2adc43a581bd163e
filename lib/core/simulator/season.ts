/** When the market is busy: hour of the day, weekend, the first minute of the hour, funding times. */

const PEAK_MINUTE = 15 * 60;
const TROUGH_MINUTE = 5 * 60;
const DAY_MINUTES = 1_440;
const EIGHT_HOURS = 480;

/** 1.35 at 15:00 UTC, 0.85 at 05:00, half a cosine up and half a cosine down. */
function hourOfDay(minute: number): number {
  const sinceTrough = (minute - TROUGH_MINUTE + DAY_MINUTES) % DAY_MINUTES;
  const rise = PEAK_MINUTE - TROUGH_MINUTE;
  const phase =
    sinceTrough < rise ? sinceTrough / rise : 1 - (sinceTrough - rise) / (DAY_MINUTES - rise);
  return 1.1 - 0.25 * Math.cos(Math.PI * phase);
}

/** Bursts where algorithms wake: funding times, the full hour, its quarters. */
function bursts(minute: number): number {
  const toFunding = Math.min(minute % EIGHT_HOURS, EIGHT_HOURS - 1 - (minute % EIGHT_HOURS));
  if (toFunding === 0) return 1.8;
  if (minute % 60 === 0) return 1.3;
  if (minute % 15 === 0) return 1.12;
  return minute % 5 === 0 ? 1.05 : 1;
}

const BY_MINUTE = Float64Array.from(
  { length: DAY_MINUTES },
  (_, minute) => (hourOfDay(minute) * bursts(minute)) / 1.1,
);

/** Factor on volatility and activity, about 1 on average. @param minute whole minutes since the epoch */
export function season(minute: number): number {
  const weekday = (Math.floor(minute / DAY_MINUTES) + 4) % 7;
  const week = weekday === 0 || weekday === 6 ? 0.8 : 1.06;
  return (BY_MINUTE[minute % DAY_MINUTES] ?? 1) * week;
}
