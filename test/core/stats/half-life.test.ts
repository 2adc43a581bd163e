import { describe, expect, it } from "vitest";
import { halfLife } from "../../../lib/core/stats/half-life.ts";

describe("halfLife", () => {
  it("of a series that halves is one step, wherever it settles", () => {
    const halving = [1, 0.5, 0.25, 0.125, 0.0625, 0.03125];
    expect(halfLife(halving)).toBeCloseTo(1, 12);
    expect(halfLife(halving.map((x) => 100 - 8 * x))).toBeCloseTo(1, 9);
  });

  it("is −ln 2 / ln φ, not its continuous approximation: 1.898 for φ = 0.694", () => {
    const decaying = Array.from({ length: 12 }, (_, i) => 0.694 ** i);
    expect(halfLife(decaying)).toBeCloseTo(1.898, 3);
  });

  it.each([
    { values: [1, 2, 4, 8], when: "the series runs away" },
    { values: [1, -1, 1, -1, 1], when: "it swings to and fro" },
    { values: [0, 1, 2, 3, 4], when: "it wanders off in a line" },
    { values: [5, 5, 5, 5], when: "it does not vary" },
    { values: [1, 0.5], when: "there are two values" },
  ])("is undefined when $when", ({ values }) => {
    expect(halfLife(values)).toBeUndefined();
  });
});
