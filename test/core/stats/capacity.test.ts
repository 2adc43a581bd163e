import { describe, expect, it } from "vitest";
import { capacity } from "../../../lib/core/stats/capacity.ts";
import { present } from "./present.ts";

const sizes = [1, 2, 4, 8, 16];

describe("capacity", () => {
  it("of m = 2 − 0.5 √Q breaks even at 16 and earns most at 7.11", () => {
    const fit = present(
      capacity(
        sizes,
        sizes.map((size) => 2 - 0.5 * Math.sqrt(size)),
      ),
    );
    expect(fit.a).toBeCloseTo(2, 10);
    expect(fit.b).toBeCloseTo(0.5, 10);
    expect(fit.breakEven).toBeCloseTo(16, 8);
    expect(fit.best).toBeCloseTo(64 / 9, 8);
  });

  it("takes another exponent", () => {
    const fit = present(
      capacity(
        sizes,
        sizes.map((size) => 3 - 0.25 * size),
        { gamma: 1 },
      ),
    );
    expect(fit.breakEven).toBeCloseTo(12, 8);
    expect(fit.best).toBeCloseTo(6, 8);
  });

  it.each([
    { margins: [1, 1.2, 1.4, 1.7, 2], when: "margins rise with size" },
    { margins: [2, 1, 2, 1, 1.9], when: "the interval of b holds 0" },
  ])("names no size when $when", ({ margins }) => {
    const fit = present(capacity(sizes, margins));
    expect(fit.breakEven).toBeUndefined();
    expect(fit.best).toBeUndefined();
  });

  it("is 0 where even the smallest size loses", () => {
    const fit = present(
      capacity(
        sizes,
        sizes.map((size) => -1 - Math.sqrt(size)),
      ),
    );
    expect([fit.breakEven, fit.best]).toEqual([0, 0]);
  });

  it("lets a heavy bucket pull the fit", () => {
    const margins = [1.5, 1.3, 1, 0.6, 0.4];
    const light = present(capacity(sizes, margins));
    const heavy = present(capacity(sizes, margins, { weights: [1, 1, 1, 1, 50] }));
    const residual = (fit: typeof light) => Math.abs(fit.a - fit.b * 4 - 0.4);
    expect(residual(heavy)).toBeLessThan(residual(light) / 5);
  });

  it("is undefined for one size", () => {
    expect(capacity([4, 4], [1, 2])).toBeUndefined();
    expect(capacity([], [])).toBeUndefined();
  });
});
