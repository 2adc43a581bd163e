import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mannKendall } from "../../../lib/core/stats/mann-kendall.ts";
import { present } from "./present.ts";

const markouts = [-0.5, -0.8, -0.6, -1.1, -1.0, -1.4, -1.3, -1.9, -1.7, -2.2];

describe("mannKendall", () => {
  it("finds the fall of ten markouts: S = −37, Z = −3.2199, p = 0.00128", () => {
    const test = present(mannKendall(markouts));
    expect(test).toMatchObject({ s: -37, variance: 125 });
    expect(test.z).toBeCloseTo(-3.219937887599697, 12);
    expect(test.p).toBeCloseTo(0.0012821837418053317, 12);
    expect(test.tau).toBeCloseTo(-37 / 45, 12);
  });

  it.each([
    { values: [1, 2, 3, 4], s: 6, exact: 2 / 24, normal: 0.0894 },
    { values: [1, 2, 3, 4, 5], s: 10, exact: 2 / 120, normal: 0.0274863361115103 },
    { values: [1, 2, 2, 3, 3, 4], s: 13, exact: 2 / 180, normal: 0.019363849765463348 },
  ])("of $values has p = $exact exactly, $normal to a peer", ({ values, s, exact, normal }) => {
    expect(present(mannKendall(values)).s).toBe(s);
    expect(present(mannKendall(values)).p).toBeCloseTo(exact, 12);
    expect(present(mannKendall(values, 0)).p).toBeCloseTo(normal, 4);
  });

  it("approximates from eight values on", () => {
    const eight = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(present(mannKendall(eight)).p).toBeCloseTo(0.21248644570250086, 12);
    expect(mannKendall(eight)).toEqual(mannKendall(eight, 0));
    expect(present(mannKendall(eight, 9)).p).not.toBeCloseTo(0.2124, 4);
  });

  it("sees no trend where everything is tied, at any length", () => {
    const nothing = { s: 0, variance: 0, z: 0, p: 1, tau: 0 };
    expect(mannKendall([1, 1, 1, 1])).toEqual(nothing);
    expect(mannKendall(new Array(12).fill(1))).toEqual(nothing);
  });

  it.each([[[]], [[1]]])("is undefined for %s", (values) => {
    expect(mannKendall(values)).toBeUndefined();
  });

  it("mirrors with the sign and with time, and sees only the order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 2 }), (values) => {
        const test = present(mannKendall(values));
        const mirrored = present(mannKendall(values.map((x) => -x)));
        const backward = present(mannKendall(values.toReversed()));
        expect(mirrored.s + test.s).toBe(0);
        expect(backward.s + test.s).toBe(0);
        expect(mirrored.p).toBeCloseTo(test.p, 12);
        expect(mannKendall(values.map((x) => x ** 3 + 7))).toEqual(test);
        expect(test.p).toBeGreaterThan(0);
        expect(test.p).toBeLessThanOrEqual(1);
      }),
    );
  });
});
