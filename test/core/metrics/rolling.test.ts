import { describe, expect, it } from "vitest";
import { rollingPnl } from "../../../lib/core/metrics/rolling.ts";

const WEEK = [100, -50, 150, 0, 50, 20, -10];

describe("rollingPnl", () => {
  it("annualises the worked example by √365: a Sharpe ratio of 12.0830", () => {
    const { sharpe, volatility } = rollingPnl([100, -50, 150, 0, 50]);
    expect(sharpe.value).toBeCloseTo(12.083045973594569, 9);
    expect(volatility.value).toBeCloseTo(Math.sqrt(6250 * 365), 9);
  });

  it("shows how little a week says: the interval is wider than the ratio", () => {
    const { sharpe } = rollingPnl(WEEK);
    const [low, high] = sharpe.interval ?? [0, 0];
    expect(high - low).toBeGreaterThan(20);
    expect((low + high) / 2).toBeCloseTo(sharpe.value ?? Number.NaN, 9);
  });

  it("is the same ratio in any currency", () => {
    const cents = rollingPnl(WEEK.map((day) => day * 100)).sharpe.value ?? Number.NaN;
    expect(cents).toBeCloseTo(rollingPnl(WEEK).sharpe.value ?? 0, 9);
  });

  it.each([
    { days: [], status: "empty", when: "there is no day" },
    { days: [...WEEK.slice(1), null], status: "insufficient", when: "a week lacks a day" },
    { days: [5, 5, 5, 5, 5, 5, 5], status: "zero-variance", when: "every day was the same" },
  ])("has no Sharpe ratio when $when", ({ days, status }) => {
    expect(rollingPnl(days).sharpe).toMatchObject({ value: null, status, interval: null });
  });

  it("measures the deepest fall from the start on", () => {
    expect(rollingPnl([-30, 10, -20, 5, 5, 5, 5]).maxDrawdown.value).toBe(40);
  });
});
