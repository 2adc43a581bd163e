/** When the market is busy: hour of the day, weekend, the first minute of the hour, funding times. */

const DAY_MINUTES = 1_440;
const EIGHT_HOURS = 480;

/** Relative volatility at each full hour of UTC: a peak when New York opens into Europe's afternoon, a trough before Europe wakes. */
const AT_HOUR = [
  0.95, 0.94, 0.87, 0.79, 0.72, 0.69, 0.75, 0.89, 1.0, 1.0, 0.95, 0.97, 1.1, 1.42, 1.73, 1.67, 1.4,
  1.2, 1.15, 1.06, 1.0, 0.93, 0.88, 0.9,
] as const;

/** Straight between full hours. */
function hourOfDay(minute: number): number {
  const hour = Math.floor(minute / 60);
  const from = AT_HOUR[hour] ?? 1;
  const to = AT_HOUR[(hour + 1) % 24] ?? 1;
  return from + (to - from) * ((minute % 60) / 60);
}

/** Bursts where algorithms wake: funding times, the full hour, its quarters. */
function bursts(minute: number): number {
  const toFunding = Math.min(minute % EIGHT_HOURS, EIGHT_HOURS - 1 - (minute % EIGHT_HOURS));
  if (toFunding === 0) return 1.8;
  if (minute % 60 === 0) return 1.3;
  if (minute % 15 === 0) return 1.12;
  return minute % 5 === 0 ? 1.05 : 1;
}

/** Root mean square 1 over the day: the usual volatility of a day stays the usual one. */
const BY_MINUTE = normalised(
  Float64Array.from({ length: DAY_MINUTES }, (_, minute) => hourOfDay(minute) * bursts(minute)),
);

function normalised(factors: Float64Array): Float64Array {
  const square = factors.reduce((sum, each) => sum + each * each, 0) / factors.length;
  return factors.map((each) => each / Math.sqrt(square));
}

/** Factor on volatility and activity, about 1 on average. @param minute whole minutes since the epoch */
export function season(minute: number): number {
  const weekday = (Math.floor(minute / DAY_MINUTES) + 4) % 7;
  const week = weekday === 0 || weekday === 6 ? 0.8 : 1.06;
  return (BY_MINUTE[minute % DAY_MINUTES] ?? 1) * week;
}
