import { describe, expect, it } from "vitest";
import { rollingPnl } from "../../../lib/core/metrics/rolling.ts";

describe("rollingPnl", () => {
  it("has the Sharpe ratio of the worked example: mean 50, sd √6250, annual 12.0830", () => {
    const { sharpe, volatility, maxDrawdown } = rollingPnl([100, -50, 150, 0, 50]);
    expect(sharpe.value).toBeCloseTo(12.083, 4);
    expect(volatility.value).toBeCloseTo(Math.sqrt(6250 * 365), 9);
    expect(maxDrawdown).toMatchObject({ value: 50, n: 5, status: "ok" });
  });

  it("has an interval of 1.96 Mertens errors about it, which 7 days do not make narrow", () => {
    const { sharpe } = rollingPnl([100, -50, 150, 0, 50, 30, -60]);
    const [low = 0, high = 0] = sharpe.interval ?? [];
    expect((low + high) / 2).toBeCloseTo(sharpe.value ?? 0, 9);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(0);
  });

  it("does not depend on the unit of money", () => {
    const days = [100, -50, 150, 0, 50, 30, -60];
    const [one, other] = [days, days.map((day) => day / 1e5)].map(rollingPnl);
    expect(other?.sharpe.value).toBeCloseTo(one?.sharpe.value ?? 0, 9);
  });

  it.each([
    { days: 7, known: 6, status: "insufficient" },
    { days: 7, known: 7, status: "ok" },
    { days: 30, known: 24, status: "insufficient" },
    { days: 30, known: 25, status: "ok" },
    { days: 90, known: 74, status: "insufficient" },
    { days: 90, known: 75, status: "ok" },
    { days: 30, known: 0, status: "empty" },
  ])("of $known days of $days is $status", ({ days, known, status }) => {
    const series = Array.from({ length: days }, (_, i) => (i < known ? (i % 3) - 1 : null));
    const { sharpe, volatility, maxDrawdown } = rollingPnl(series);
    for (const figure of [sharpe, volatility, maxDrawdown]) {
      expect(figure).toMatchObject({ n: known, status });
      expect(figure.value === null).toBe(status !== "ok");
    }
  });

  it("calls days that never differ zero-variance, not infinitely good", () => {
    const { sharpe } = rollingPnl([5, 5, 5, 5, 5, 5, 5]);
    expect(sharpe).toEqual({ value: null, n: 7, status: "zero-variance", interval: null });
  });
});
