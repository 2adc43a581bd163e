import { describe, expect, it } from "vitest";
import { sorted } from "../../../lib/core/stats/quantile.ts";
import { robustScale, robustZ } from "../../../lib/core/stats/robust-z.ts";
import { present } from "./present.ts";

describe("robustZ", () => {
  it("of [1, 2, 3, 4, 100] is −1.349, −.674, 0, .674 and 65.43", () => {
    const scale = present(robustScale(sorted([1, 2, 3, 4, 100])));
    const told = [1, 2, 3, 4, 100].map((value) => robustZ(value, scale));
    for (const [i, z] of [-1.349, -0.6745, 0, 0.6745, 65.4265].entries()) {
      expect(told[i]).toBeCloseTo(z, 9);
    }
  });

  it("falls back to the mean deviation where half of the sample is equal", () => {
    const { center, scale } = present(robustScale(sorted([5, 5, 5, 5, 13])));
    expect(center).toBe(5);
    expect(scale).toBeCloseTo((1.2533 * 8) / 5, 12);
  });

  it("is undefined where nothing varies, and for nothing", () => {
    expect(robustScale(sorted([2, 2, 2]))).toBeUndefined();
    expect(robustScale(sorted([]))).toBeUndefined();
  });
});
