/** An axis for rates, on whole fives of percent around what is shown, so that intervals can be compared. */

interface Rate {
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
}

export interface RateScale {
  readonly from: number;
  readonly to: number;
  /** Share of the axis. */
  at(rate: number): number;
}

const STEP = 0.05;

export function rateScale(rates: readonly Rate[]): RateScale {
  const bounds = rates.flatMap(
    ({ value, interval }) => interval ?? (value === null ? [] : [value]),
  );
  const from = Math.max(0, Math.floor(Math.min(...bounds, 1) / STEP) * STEP);
  const to = Math.min(
    1,
    Math.max(from + 2 * STEP, Math.ceil(Math.max(...bounds, 0) / STEP) * STEP),
  );
  const start = Math.min(from, to - STEP);
  return { from: start, to, at: (rate) => (rate - start) / (to - start) };
}
