/**
 * Goal: whoever measures the simulated market finds the stylised facts of a real one.
 * Method: three weeks of the mid on a one-minute grid, and two days of every taker, for fixed seeds.
 */
import { describe, expect, it } from "vitest";
import { instrumentProfile } from "../../../lib/core/simulator/instrument-profile.ts";
import { initialWorld, PriceWorld } from "../../../lib/core/simulator/price-world.ts";
import { scenarioByName, USUAL } from "../../../lib/core/simulator/scenario.ts";
import { initialMarket, SyntheticMarket } from "../../../lib/core/simulator/synthetic-market.ts";
import { DAY, HOUR, START } from "./run.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;

interface Watched {
  /** Log mid at each minute. */
  readonly mids: Float64Array;
  /** Sign of each taker, and takers per minute. */
  readonly signs: readonly number[];
  readonly counts: Float64Array;
}

/** One instrument, alone, `stepUs` at a time. */
function watch(
  name: string,
  days: number,
  stepUs: number,
  { scenarioName = "normal", seed = 8 } = {},
): Watched {
  const profile = instrumentProfile(name);
  const scenario = scenarioByName(scenarioName);
  const world = new PriceWorld(
    { scenario, anchor: START },
    [profile.base],
    initialWorld(seed, [profile.base], START),
  );
  const state = initialMarket(seed, name, START);
  const market = new SyntheticMarket(profile, world.follow(profile), state, scenario.isNull);
  const mids = new Float64Array((days * DAY) / MINUTE);
  const counts = new Float64Array(mids.length);
  const signs: number[] = [];
  for (let minute = 0; minute < mids.length; minute++) {
    const from = START + minute * MINUTE;
    world.ensure(from + MINUTE);
    for (let time = from + stepUs; time <= from + MINUTE; time += stepUs) {
      market.advance(time, USUAL);
      counts[minute] = (counts[minute] ?? 0) + market.arrivals.length;
      for (const { sign } of market.arrivals) signs.push(sign);
    }
    mids[minute] = Math.log((state.bid + state.ask) / 2);
  }
  return { mids, signs, counts };
}

function returns(mids: Float64Array, step = 1): Float64Array {
  const length = Math.floor((mids.length - 1) / step);
  return Float64Array.from(
    { length },
    (_, i) => (mids[(i + 1) * step] ?? 0) - (mids[i * step] ?? 0),
  );
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, each) => sum + each, 0) / values.length;
}

function kurtosis(values: Float64Array): number {
  const centre = mean(values);
  const variance = mean(values.map((each) => (each - centre) ** 2));
  return mean(values.map((each) => (each - centre) ** 4)) / variance ** 2 - 3;
}

function autocorrelation(values: Float64Array, lag: number): number {
  const centre = mean(values);
  let product = 0;
  let square = 0;
  values.forEach((each, i) => {
    square += (each - centre) ** 2;
    if (i >= lag) product += (each - centre) * ((values[i - lag] ?? 0) - centre);
  });
  return product / square;
}

function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = mean(a.map((each, i) => (each - meanA) * ((b[i] ?? 0) - meanB)));
  const spread = (v: Float64Array, m: number) => Math.sqrt(mean(v.map((each) => (each - m) ** 2)));
  return product / (spread(a, meanA) * spread(b, meanB));
}

/** Hill's estimate of the tail index from the largest one in a hundred. */
function tailIndex(values: Float64Array): number {
  const sizes = values.map(Math.abs).sort().reverse();
  const count = Math.floor(sizes.length / 100);
  const edge = Math.log(sizes[count] ?? 1);
  return 1 / mean(sizes.slice(0, count).map((each) => Math.log(each) - edge));
}

describe("the mid of the usual market", () => {
  const { mids } = watch("ETH-PERP", 21, 20 * SECOND);
  const minutes = returns(mids);
  const absolute = minutes.map(Math.abs);

  it("has fat tails that thin out as returns add up", () => {
    expect(tailIndex(minutes)).toBeGreaterThan(2.2);
    expect(tailIndex(minutes)).toBeLessThan(4.5);
    const paths = [1, 2, 3, 4].map((seed) => watch("ETH-PERP", 21, MINUTE, { seed }).mids);
    const [one, five, sixty] = [1, 5, 60].map((step) =>
      mean(paths.map((path) => kurtosis(returns(path, step)))),
    );
    expect(one).toBeGreaterThan(five ?? Infinity);
    expect(five).toBeGreaterThan(sixty ?? Infinity);
    expect(one).toBeGreaterThan(4);
  });

  it("leaves no trace of its direction from one minute to the next", () => {
    for (let lag = 1; lag <= 10; lag++) {
      expect(Math.abs(autocorrelation(minutes, lag))).toBeLessThan(0.04);
    }
  });

  it("keeps its volatility for hours", () => {
    const [one, ten, hour] = [1, 10, 60].map((lag) => autocorrelation(absolute, lag));
    expect(one).toBeGreaterThan(ten ?? Infinity);
    expect(ten).toBeGreaterThan(hour ?? Infinity);
    expect(hour).toBeGreaterThan(0.03);
  });

  it("moves most in the afternoon of UTC, least early in the morning", () => {
    const byHour = Array.from({ length: 24 }, (_, hour) => {
      const own = minutes.filter((_value, i) => Math.floor((i % 1_440) / 60) === hour);
      return Math.sqrt(mean(own.map((each) => each * each)));
    });
    expect(mean(byHour.slice(13, 18))).toBeGreaterThan(1.2 * mean(byHour.slice(3, 8)));
    expect(Math.max(...byHour) / Math.min(...byHour)).toBeGreaterThan(1.5);
  });

  it("moves with the others: two coins by 0.6 to 0.95 at five minutes, one coin's two markets by more", () => {
    const btc = returns(watch("BTC-PERP", 21, 20 * SECOND).mids, 5);
    const spot = returns(watch("ETH-SPOT", 21, 20 * SECOND).mids, 5);
    const perp = returns(mids, 5);
    expect(correlation(btc, perp)).toBeGreaterThan(0.6);
    expect(correlation(btc, perp)).toBeLessThan(0.95);
    expect(correlation(spot, perp)).toBeGreaterThan(correlation(btc, perp));
  });

  it("is cointegrated with the same coin's other market: their difference comes back", () => {
    const spot = watch("ETH-SPOT", 21, 20 * SECOND).mids;
    const difference = mids.map((each, i) => each - (spot[i] ?? 0));
    const hourly = difference.filter((_, i) => i % 60 === 0);
    const memory = autocorrelation(hourly, 1);
    // A half-life of two hours would be 0.71 exactly.
    expect(memory).toBeGreaterThan(0.5);
    expect(memory).toBeLessThan(0.85);
  });
});

describe("the takers of the usual market", () => {
  const { signs, counts } = watch("BTC-PERP", 2, SECOND);
  const series = Float64Array.from(signs);

  it("arrive in clusters: the variance of a minute's count is several times its mean", () => {
    const average = mean(counts);
    const fano = mean(counts.map((each) => (each - average) ** 2)) / average;
    expect(fano).toBeGreaterThan(3);
  });

  it("remember their side for hundreds of orders, ever more faintly", () => {
    const lags = [1, 2, 4, 8, 16, 32, 64, 128];
    const memory = lags.map((lag) => autocorrelation(series, lag));
    expect(memory[0]).toBeGreaterThan(0.05);
    expect(memory.every((each) => each > 0)).toBe(true);
    const x = lags.map(Math.log);
    const y = memory.map(Math.log);
    const [mx, my] = [mean(x), mean(y)];
    const slope =
      mean(x.map((each, i) => (each - mx) * ((y[i] ?? 0) - my))) /
      mean(x.map((each) => (each - mx) ** 2));
    expect(slope).toBeGreaterThan(-0.8);
    expect(slope).toBeLessThan(-0.1);
  });
});

describe("the null world", () => {
  const { mids, signs, counts } = watch("BTC-PERP", 4, SECOND, { scenarioName: "null" });

  it("is a Gaussian walk of constant volatility", () => {
    const minutes = returns(mids);
    expect(Math.abs(kurtosis(minutes))).toBeLessThan(0.3);
    expect(Math.abs(autocorrelation(minutes.map(Math.abs), 1))).toBeLessThan(0.06);
    const [morning, evening] = [0, 12].map((hour) => {
      const own = minutes.filter((_value, i) => Math.floor((i % 1_440) / 720) * 12 === hour);
      return Math.sqrt(mean(own.map((each) => each * each)));
    });
    expect(Math.abs((morning ?? 0) / (evening ?? 1) - 1)).toBeLessThan(0.08);
  });

  it("has takers who neither cluster nor remember", () => {
    const average = mean(counts);
    expect(mean(counts.map((each) => (each - average) ** 2)) / average).toBeLessThan(1.15);
    const series = Float64Array.from(signs);
    expect(Math.abs(autocorrelation(series, 1))).toBeLessThan(4 / Math.sqrt(signs.length));
    expect(signs.length).toBeGreaterThan(HOUR / SECOND);
  });
});
