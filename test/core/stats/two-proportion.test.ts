import { describe, expect, it } from "vitest";
import { twoProportionZ } from "../../../lib/core/stats/two-proportion.ts";

describe("twoProportionZ", () => {
  it("of 80/1000 against 120/1000 is −2.9814, and mirrors", () => {
    const [low, high] = [
      { successes: 80, n: 1000 },
      { successes: 120, n: 1000 },
    ];
    expect(twoProportionZ(low, high)).toBeCloseTo(-2.9814239699997187, 12);
    expect(twoProportionZ(high, low)).toBeCloseTo(2.9814239699997187, 12);
    expect(twoProportionZ(low, low)).toBe(0);
  });

  it.each([
    { first: { successes: 0, n: 0 }, second: { successes: 1, n: 2 }, when: "one has no trials" },
    { first: { successes: 0, n: 5 }, second: { successes: 0, n: 9 }, when: "none succeeds" },
    { first: { successes: 5, n: 5 }, second: { successes: 9, n: 9 }, when: "all succeed" },
  ])("is undefined when $when", ({ first, second }) => {
    expect(twoProportionZ(first, second)).toBeUndefined();
  });
});
