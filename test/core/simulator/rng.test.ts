import { describe, expect, it } from "vitest";
import {
  below,
  exponential,
  next32,
  normal,
  pareto,
  poisson,
  type RngState,
  stream,
  studentT,
  uniform,
} from "../../../lib/core/simulator/rng.ts";

const N = 200_000;

function sample(draw: (rng: RngState) => number, n = N): Float64Array {
  const rng = stream(7, "sample");
  return Float64Array.from({ length: n }, () => draw(rng));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function moment(values: Float64Array, power: number): number {
  const centre = mean(values);
  return values.reduce((sum, x) => sum + (x - centre) ** power, 0) / values.length;
}

describe("next32", () => {
  it("follows the published xoshiro128** from state 1, 2, 3, 4", () => {
    const rng = { a: 1, b: 2, c: 3, d: 4 };
    const drawn = Array.from({ length: 8 }, () => next32(rng) >>> 0);
    expect(drawn).toEqual([
      11_520, 0, 5_927_040, 70_819_200, 2_031_721_883, 1_637_235_492, 1_287_239_034, 3_734_860_849,
    ]);
  });
});

describe("stream", () => {
  it("gives the same numbers for the same seed and path, others for others", () => {
    const first = (seed: number, ...path: readonly string[]) => next32(stream(seed, ...path));
    expect(first(1, "BTC-PERP", "maker")).toBe(first(1, "BTC-PERP", "maker"));
    const all = [first(1, "a"), first(2, "a"), first(1, "b"), first(1, "a", "b"), first(12, "a")];
    expect(new Set(all).size).toBe(all.length);
  });

  it("goes on from a copy of its state as JSON", () => {
    const rng = stream(3, "x");
    normal(rng);
    const copy = JSON.parse(JSON.stringify(rng)) as RngState;
    expect(Array.from({ length: 9 }, () => normal(copy))).toEqual(
      Array.from({ length: 9 }, () => normal(rng)),
    );
  });

  it("does not correlate neighbouring streams", () => {
    const [a, b] = [stream(1, "a"), stream(2, "a")];
    let sum = 0;
    for (let i = 0; i < N; i++) sum += normal(a) * normal(b);
    expect(Math.abs(sum / N)).toBeLessThan(4 / Math.sqrt(N));
  });
});

describe("draws", () => {
  it("uniform stays inside (0, 1) and fills it evenly", () => {
    const values = sample(uniform);
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThan(0);
    expect(Math.max(...values.slice(0, 50_000))).toBeLessThan(1);
    expect(mean(values)).toBeCloseTo(0.5, 2);
    expect(moment(values, 2)).toBeCloseTo(1 / 12, 3);
  });

  it("below gives every integer under its bound", () => {
    expect([...new Set(sample((rng) => below(rng, 5), 500))].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  it("normal has the moments and the tails of the normal law", () => {
    const values = sample(normal);
    expect(mean(values)).toBeCloseTo(0, 2);
    expect(moment(values, 2)).toBeCloseTo(1, 1);
    expect(moment(values, 4)).toBeCloseTo(3, 0);
    const beyond = values.filter((x) => x > 1.959964).length / N;
    expect(beyond).toBeGreaterThan(0.0235);
    expect(beyond).toBeLessThan(0.0265);
  });

  it("exponential has its mean as its standard deviation", () => {
    const values = sample((rng) => exponential(rng, 3));
    expect(mean(values)).toBeCloseTo(3, 1);
    expect(Math.sqrt(moment(values, 2))).toBeCloseTo(3, 1);
  });

  it("pareto is beyond 4 with probability 4^-alpha", () => {
    const values = sample((rng) => pareto(rng, 1.5));
    expect(Math.min(...values.slice(0, 50_000))).toBeGreaterThanOrEqual(1);
    expect(values.filter((x) => x > 4).length / N).toBeCloseTo(0.125, 2);
  });

  it("studentT with 5 degrees of freedom has variance 5/3 and fat tails", () => {
    const values = sample((rng) => studentT(rng, 5));
    expect(moment(values, 2)).toBeGreaterThan(1.6);
    expect(moment(values, 2)).toBeLessThan(1.74);
    expect(moment(values, 4) / moment(values, 2) ** 2).toBeGreaterThan(5);
  });

  it.each([0.02, 0.7, 5, 40])("poisson has mean and variance %s", (rate) => {
    const values = sample((rng) => poisson(rng, rate), 100_000);
    const error = 5 * Math.sqrt(rate / 100_000);
    expect(Math.abs(mean(values) - rate)).toBeLessThan(error);
    expect(Math.abs(moment(values, 2) / rate - 1)).toBeLessThan(0.05);
  });
});
