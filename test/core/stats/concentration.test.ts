import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concentration } from "../../../lib/core/stats/concentration.ts";
import { present } from "./present.ts";

describe("concentration", () => {
  it("of shares .5, .3, .2 is HHI .38, as 2.63 equal positions", () => {
    const figures = present(concentration([0.3, -0.5, 0.2]));
    expect(figures.herfindahl).toBeCloseTo(0.38, 12);
    expect(figures.effectiveCount).toBeCloseTo(2.6315789473684212, 12);
    expect(figures.normalized).toBeCloseTo(0.07, 12);
    expect(figures.entropy).toBeCloseTo(1.0296530140645737, 12);
    expect(figures.entropyCount).toBeCloseTo(2.8000940728538315, 12);
    expect(figures.top1).toBeCloseTo(0.5, 12);
    expect(figures.top3).toBeCloseTo(1, 12);
    expect(figures.netToGross).toBeCloseTo(0, 12);
  });

  it("of one asset is 1, normalised only where others could be held", () => {
    const alone = present(concentration([7]));
    expect(alone).toMatchObject({ herfindahl: 1, effectiveCount: 1, normalized: undefined });
    expect(present(concentration([7], 4)).normalized).toBe(1);
  });

  it("of a flat book is undefined, not 0", () => {
    expect(concentration([])).toBeUndefined();
    expect(concentration([0, 0])).toBeUndefined();
  });

  it("stays between 1/n and 1 and sees neither currency nor order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1 }), (book) => {
        const figures = concentration(book);
        if (figures === undefined) return;
        expect(figures.herfindahl).toBeGreaterThanOrEqual(1 / book.length - 1e-12);
        expect(figures.herfindahl).toBeLessThanOrEqual(1 + 1e-12);
        const other = present(concentration(book.map((x) => 8 * x).reverse()));
        expect(other.herfindahl).toBeCloseTo(figures.herfindahl, 12);
        expect(other.netToGross).toBeCloseTo(figures.netToGross, 12);
      }),
    );
  });
});
