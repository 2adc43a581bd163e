import { describe, expect, it } from "vitest";
import { isZeroVariance } from "../../../lib/core/stats/zero-variance.ts";

describe("isZeroVariance", () => {
  it.each([
    { sd: 0, mean: 5, expected: true, when: "there is no deviation" },
    { sd: 1.7e-18, mean: 0.01, expected: true, when: "the deviation is rounding" },
    { sd: 1e-13, mean: 0.01, expected: false, when: "the deviation is small but real" },
    { sd: 1e-20, mean: 0, expected: false, when: "tiny values vary around zero" },
    { sd: 1e-25, mean: 0, expected: true, when: "the deviation is below any mean's rounding" },
    { sd: Number.NaN, mean: 1, expected: true, when: "there is no number" },
  ])("is $expected when $when", ({ sd, mean, expected }) => {
    expect(isZeroVariance(sd, mean)).toBe(expected);
  });
});
