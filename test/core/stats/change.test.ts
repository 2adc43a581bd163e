import { describe, expect, it } from "vitest";
import { cusum } from "../../../lib/core/stats/cusum.ts";
import { pageHinkley } from "../../../lib/core/stats/page-hinkley.ts";

const step = [1, 1, 1, 1, -1, -1, -1, -1];
/** Montgomery and Runger, example 16-6. */
const viscosity = [
  102.0, 94.8, 98.3, 98.4, 102.0, 98.5, 99.0, 97.7, 100.0, 98.1, 101.3, 98.7, 101.1, 98.4, 97.0,
  96.7, 100.3, 101.4, 97.2, 101.0,
];

describe("cusum", () => {
  it("never signals on Montgomery's twenty batches", () => {
    const { high, low, signal } = cusum(viscosity, { target: 99, slack: 1, threshold: 10 });
    expect(signal).toBeUndefined();
    expect(high.slice(0, 6).map((sum) => Number(sum.toFixed(9)))).toEqual([2, 0, 0, 0, 2, 0.5]);
    expect(low.slice(0, 6).map((sum) => Number(sum.toFixed(9)))).toEqual([0, 3.2, 2.9, 2.5, 0, 0]);
  });

  it("signals a fall of two at the seventh value, and a rise alike", () => {
    const setting = { target: 1, slack: 0.5, threshold: 4 };
    expect(cusum(step, setting).signal).toBe(6);
    const mirrored = step.map((x) => -x);
    expect(cusum(mirrored, { ...setting, target: -1 }).signal).toBe(6);
  });

  it("does not signal at the threshold itself", () => {
    expect(cusum([2, 2], { target: 0, slack: 0, threshold: 4 }).signal).toBeUndefined();
    expect(cusum([2, 2.1], { target: 0, slack: 0, threshold: 4 }).signal).toBe(1);
  });
});

describe("pageHinkley", () => {
  it("signals the fall at the sixth value, one before CUSUM", () => {
    const { statistic, signal } = pageHinkley(step, 0, 2);
    expect(signal).toBe(5);
    expect(statistic.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(statistic[4]).toBeCloseTo(1.6, 12);
    expect(statistic[5]).toBeCloseTo(2.9333333333333, 12);
  });

  it("lets a rise pass, and a fall within its tolerance", () => {
    expect(
      pageHinkley(
        step.map((x) => -x),
        0,
        2,
      ).signal,
    ).toBeUndefined();
    expect(pageHinkley(step, 2, 2).signal).toBeUndefined();
    expect(pageHinkley([], 0, 1)).toEqual({ statistic: [], signal: undefined });
  });
});
