import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { trendOf } from "../../../lib/core/history/trend.ts";
import { hamedRao } from "../../../lib/core/stats/hamed-rao.ts";

const days = (count: number, valueAt: (day: number) => number) =>
  Array.from({ length: count }, (_, day) => valueAt(day));
/** Neither rises nor falls, and is never the same twice. */
const wobble = (day: number) => Math.sin(day * 12.9898) * 0.3;

describe("the trend of a daily figure", () => {
  it("is its planted slope, with an interval around it and a small p", () => {
    const trend = trendOf(days(60, (day) => 5 - 0.25 * day + wobble(day)));
    expect(trend.status).toBe("ok");
    expect(trend.slope).toBeCloseTo(-0.25, 2);
    const [low = 0, high = 0] = trend.interval ?? [];
    expect(low).toBeLessThanOrEqual(-0.25);
    expect(high).toBeGreaterThanOrEqual(-0.25);
    expect(trend.tau).toBeLessThan(-0.9);
    expect(trend.p).toBeLessThan(1e-6);
  });

  it("judges by Hamed and Rao's p", () => {
    const values = days(40, (day) => wobble(day) + 0.01 * day);
    expect(trendOf(values).p).toBe(hamedRao(values)?.p);
  });

  it("keeps a missing day's place in time", () => {
    const whole = days(40, (day) => 2 * day);
    const lacking = whole.map((value, day) => (day % 3 === 1 ? null : value));
    expect(trendOf(lacking)).toMatchObject({ n: 27, slope: 2, status: "ok" });
  });

  it.each([
    { values: [], n: 0, status: "insufficient" },
    { values: days(11, (day) => day), n: 11, status: "insufficient" },
    { values: [...days(11, (day) => day), null, null], n: 11, status: "insufficient" },
    { values: days(30, () => 7), n: 30, status: "zero-variance" },
  ])("says why there is none: $status of $n", ({ values, n, status }) => {
    expect(trendOf(values)).toEqual({ n, slope: null, interval: null, tau: null, p: null, status });
  });

  it("turns round with its values, and does not depend on their unit", () => {
    const value = fc.integer({ min: -1_000, max: 1_000 });
    fc.assert(
      fc.property(fc.array(value, { minLength: 12, maxLength: 60 }), (values) => {
        const trend = trendOf(values);
        const mirrored = trendOf(values.map((each) => -each));
        const scaled = trendOf(values.map((each) => 4 * each));
        expect(mirrored.p).toEqual(trend.p === null ? null : expect.closeTo(trend.p, 9));
        if (trend.slope === null) return;
        expect(mirrored.slope).toBeCloseTo(-trend.slope, 9);
        expect(mirrored.tau).toBeCloseTo(-(trend.tau ?? 0), 9);
        expect(scaled.slope).toBeCloseTo(4 * trend.slope, 9);
        expect(scaled.p).toBeCloseTo(trend.p ?? 0, 9);
      }),
    );
  });
});
