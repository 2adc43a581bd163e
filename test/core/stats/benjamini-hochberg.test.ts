import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { benjaminiHochberg } from "../../../lib/core/stats/benjamini-hochberg.ts";
import { present } from "./present.ts";

describe("benjaminiHochberg", () => {
  it("adjusts [.01, .04, .03, .20] to [.04, .0533, .0533, .20]", () => {
    const adjusted = benjaminiHochberg([0.01, 0.04, 0.03, 0.2]);
    for (const [i, q] of [0.04, 0.16 / 3, 0.16 / 3, 0.2].entries()) {
      expect(adjusted[i]).toBeCloseTo(q, 12);
    }
    expect(benjaminiHochberg([])).toEqual([]);
    expect(benjaminiHochberg([0.9])).toEqual([0.9]);
  });

  it("rejects exactly what the step-up rule rejects", () => {
    const level = 0.1;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 }), (thousandths) => {
        const ps = thousandths.map((p) => p / 1000);
        const ascending = ps.toSorted((a, b) => a - b);
        const last = ascending.findLastIndex((p, i) => p <= (level * (i + 1)) / ps.length + 1e-12);
        const limit = last === -1 ? -1 : present(ascending[last]);
        const rejected = benjaminiHochberg(ps).map((q) => q <= level + 1e-12);
        expect(rejected).toEqual(ps.map((p) => p <= limit));
      }),
    );
  });
});
