/** How busy each hour of the day is, in cells of one hour of one day, each day's own level taken out. */
import { at, known, type MarketSample, meanOf, returnsOf } from "./sample.ts";

const HOUR_S = 3_600;
const MINUTES = 60;
/** A cell with fewer minutes than this tells nothing. */
const LEAST_MINUTES = 30;
const LEAST_DAYS = 7;

/**
 * Log realised volatility of each hour less its day's mean, by hour of the day.
 *
 * @returns 24 lists; undefined below seven whole days
 */
export function hourCells(sample: MarketSample): readonly (readonly number[])[] | undefined {
  const moves = returnsOf(sample, 60);
  const offset = Math.ceil(((HOUR_S * 24 - (sample.start % (HOUR_S * 24))) % (HOUR_S * 24)) / 60);
  const days = Math.floor((moves.length - offset) / (24 * MINUTES));
  if (days < LEAST_DAYS) return undefined;
  const byHour: number[][] = Array.from({ length: 24 }, () => []);
  for (let day = 0; day < days; day += 1) {
    const cells = dayCells(moves, offset + day * 24 * MINUTES);
    const level = meanOf(known(cells));
    cells.forEach((cell, hour) => {
      if (Number.isFinite(cell)) byHour[hour]?.push(cell - level);
    });
  }
  return byHour;
}

function dayCells(moves: Float64Array, from: number): readonly number[] {
  return Array.from({ length: 24 }, (_, hour) => {
    const first = from + hour * MINUTES;
    const own = known(moves.subarray(first, first + MINUTES));
    if (own.length < LEAST_MINUTES) return Number.NaN;
    return 0.5 * Math.log(meanOf(own.map((move) => move * move)));
  });
}

/** The day's profile: geometric means of the hours' volatilities. */
export function hourlyShape(
  sample: MarketSample,
): { readonly ratio: number; readonly busiest: number } | undefined {
  const cells = hourCells(sample);
  if (cells === undefined) return undefined;
  const levels = cells.map(meanOf);
  const most = Math.max(...levels);
  const least = Math.min(...levels.filter(Number.isFinite));
  return {
    ratio: Math.exp(most - least),
    busiest: levels.findIndex((_, i) => at(levels, i) === most),
  };
}
