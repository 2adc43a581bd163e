/** A world in which there is nothing to find, as a series of hours. */
import { at, centred, type MarketSample, meanOf, returnsOf } from "./sample.ts";
import { simulatedSamples } from "./simulated.ts";

export interface NullWorld {
  /** Mean 1-min move of each hour, in standard deviations of such means; not centred. */
  readonly moves: readonly number[];
  /** The same, centred: what a chart of control is set up on. */
  readonly hourly: readonly number[];
  /** Log price at the end of each hour, of two coins. */
  readonly levels: readonly [readonly number[], readonly number[]];
  /** Log volatility of each hour, by hour of the day. */
  readonly byHour: readonly (readonly number[])[];
  /** Signs of the orders, oldest first, and those of each hour. */
  readonly signs: Int8Array;
  readonly signsByHour: readonly Int8Array[];
  /** Move of the mid over the 5 s after an order, in its direction and in bps, by eight sizes, smallest first. */
  readonly bySize: readonly {
    readonly size: number;
    readonly mean: number;
    readonly error: number;
  }[];
}

const DAYS = 5;
export const HOURS = DAYS * 24;
const HOUR_S = 3_600;

export function nullWorld(seed: number): NullWorld {
  const instruments = ["ETH-PERP", "SOL-PERP"];
  const samples = simulatedSamples({ seed, days: DAYS, scenario: "null", instruments });
  const [sample, other] = samples;
  if (sample === undefined || other === undefined) throw new Error("two samples were asked for");
  const hours = hoursOf(sample);
  const means = Float64Array.from(hours, meanOf);
  const drifts = centred(means);
  const sd = Math.sqrt(meanOf(drifts.map((each) => each * each)));
  const { times, signs } = sample.orders;
  return {
    moves: Array.from(means, (each) => each / sd),
    hourly: Array.from(drifts, (each) => each / sd),
    levels: [levelsOf(sample), levelsOf(other)],
    byHour: Array.from({ length: 24 }, (_, hour) =>
      hours.filter((_moves, i) => i % 24 === hour).map(logVolatility),
    ),
    signs,
    signsByHour: Array.from({ length: HOURS }, (_, hour) =>
      signs.filter((_sign, i) => Math.floor(at(times, i) / HOUR_S) === hour),
    ),
    bySize: movesBySize(sample),
  };
}

function hoursOf(sample: MarketSample): readonly Float64Array[] {
  const minutes = returnsOf(sample, 60);
  return Array.from({ length: HOURS }, (_, hour) => minutes.subarray(hour * 60, hour * 60 + 60));
}

function levelsOf({ mids }: MarketSample): readonly number[] {
  return Array.from({ length: HOURS }, (_, hour) => at(mids, (hour + 1) * HOUR_S - 1));
}

function logVolatility(moves: Float64Array): number {
  return 0.5 * Math.log(meanOf(moves.map((move) => move * move)));
}

const SIZES = 8;
const AFTER_S = 5;

function movesBySize({ orders, mids }: MarketSample): NullWorld["bySize"] {
  const { times, signs, sizes } = orders;
  const bySize = Array.from(sizes.keys()).sort((i, j) => at(sizes, i) - at(sizes, j));
  return Array.from({ length: SIZES }, (_, k) => {
    const part = (of: number) => Math.floor((bySize.length * of) / SIZES);
    const own = bySize.slice(part(k), part(k + 1));
    const moves = own
      .map((i) => {
        const second = Math.floor(at(times, i));
        return at(signs, i) * (at(mids, second + AFTER_S) - at(mids, second)) * 1e4;
      })
      .filter(Number.isFinite);
    const mean = meanOf(moves);
    const variance = meanOf(moves.map((move) => (move - mean) ** 2));
    return {
      size: meanOf(own.map((i) => at(sizes, i))),
      mean,
      error: Math.sqrt(variance / moves.length),
    };
  });
}
