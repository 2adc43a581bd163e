/**
 * Goal: the accumulator is the two-pass definition, however the sample is cut and merged.
 * Method: the oracle computes every central moment from the whole sample.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addToMoments,
  emptyMoments,
  kurtosisBiased,
  kurtosisG2,
  type Moments,
  mergeMoments,
  momentsOf,
  sampleVariance,
  skewBiased,
  skewG1,
  standardDeviation,
} from "../../../lib/core/stats/moments.ts";
import { isClose } from "./close-to.ts";
import { present } from "./present.ts";
import { sample } from "./samples.ts";

function twoPass(values: readonly number[]): Moments {
  const n = values.length;
  const mean = n === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / n;
  const central = (k: number) => values.reduce((sum, x) => sum + (x - mean) ** k, 0);
  return { n, mean, m2: central(2), m3: central(3), m4: central(4) };
}

/** Each moment within 10⁻⁹ of Σ|x|ᵏ. */
function expectSame(a: Moments, b: Moments, values: readonly number[]): void {
  const scale = (k: number) => values.reduce((sum, x) => sum + Math.abs(x) ** k, 1e-300);
  expect(a.n).toBe(b.n);
  expect(isClose(a.mean, b.mean, 1e-9, scale(1))).toBe(true);
  expect(isClose(a.m2, b.m2, 1e-9, scale(2))).toBe(true);
  expect(isClose(a.m3, b.m3, 1e-9, scale(3))).toBe(true);
  expect(isClose(a.m4, b.m4, 1e-9, scale(4))).toBe(true);
}

describe("addToMoments", () => {
  it("arrives at the two-pass moments", () => {
    fc.assert(
      fc.property(sample, (values) => expectSame(momentsOf(values), twoPass(values), values)),
    );
  });

  it("keeps the spread of values with a large mean (NIST NumAcc4)", () => {
    const moments = emptyMoments();
    addToMoments(moments, 10_000_000.2);
    for (let i = 0; i < 500; i += 1) {
      addToMoments(moments, 10_000_000.1);
      addToMoments(moments, 10_000_000.3);
    }
    expect(moments.mean).toBeCloseTo(10_000_000.2, 7);
    expect(standardDeviation(moments)).toBeCloseTo(0.1, 8);
  });

  it.each([Number.NaN, Infinity, -Infinity])("refuses %s and stays as it was", (value) => {
    const moments = { ...momentsOf([1, 2]) };
    expect(() => addToMoments(moments, value)).toThrow(RangeError);
    expect(moments).toEqual(momentsOf([1, 2]));
  });
});

describe("mergeMoments", () => {
  it("is the moments of both samples together, in either order", () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const both = [...a, ...b];
        expectSame(mergeMoments(momentsOf(a), momentsOf(b)), twoPass(both), both);
        expectSame(mergeMoments(momentsOf(b), momentsOf(a)), twoPass(both), both);
      }),
    );
  });

  it("is associative", () => {
    fc.assert(
      fc.property(sample, sample, sample, (a, b, c) => {
        const [ma, mb, mc] = [momentsOf(a), momentsOf(b), momentsOf(c)];
        const left = mergeMoments(mergeMoments(ma, mb), mc);
        const right = mergeMoments(ma, mergeMoments(mb, mc));
        expectSame(left, right, [...a, ...b, ...c]);
      }),
    );
  });

  it("takes the empty sample as neutral, bit for bit", () => {
    fc.assert(
      fc.property(sample, (values) => {
        const moments = momentsOf(values);
        expect(mergeMoments(moments, emptyMoments())).toEqual(moments);
        expect(mergeMoments(emptyMoments(), moments)).toEqual(moments);
      }),
    );
  });

  it("changes neither of its arguments", () => {
    const [a, b] = [Object.freeze(momentsOf([1, 5])), Object.freeze(momentsOf([2, 9]))];
    mergeMoments(a, b);
    expect([a, b]).toEqual([momentsOf([1, 5]), momentsOf([2, 9])]);
  });
});

describe("figures of moments", () => {
  it("are those of scipy for [1, 2, 3, 4, 10]", () => {
    const moments = momentsOf([1, 2, 3, 4, 10]);
    expect(moments.mean).toBe(4);
    expect(sampleVariance(moments)).toBeCloseTo(12.5, 12);
    expect(standardDeviation(moments)).toBeCloseTo(3.5355339059327378, 12);
    expect(skewG1(moments)).toBeCloseTo(1.6970562748477143, 12);
    expect(kurtosisG2(moments)).toBeCloseTo(3.152, 12);
    expect(skewBiased(moments)).toBeCloseTo(1.1384199576606167, 12);
    expect(kurtosisBiased(moments)).toBeCloseTo(-0.212, 12);
  });

  it.each([
    { values: [], defined: [], when: "there are no values" },
    { values: [3], defined: [], when: "there is one value" },
    { values: [1, 2], defined: ["variance", "g1", "g2"], when: "there are two values" },
    { values: [1, 2, 4], defined: ["variance", "g1", "g2", "G1"], when: "there are three values" },
    { values: [0.1, 0.1, 0.1, 0.1], defined: ["variance"], when: "all values are equal" },
    { values: [1e155, -1e155, 0, 1], defined: [], when: "the squares overflow" },
  ])("are $defined when $when", ({ values, defined }) => {
    const moments = momentsOf(values);
    const figures = {
      variance: sampleVariance(moments),
      g1: skewBiased(moments),
      g2: kurtosisBiased(moments),
      G1: skewG1(moments),
      G2: kurtosisG2(moments),
    };
    const present = Object.entries(figures).filter(([, figure]) => figure !== undefined);
    expect(present.map(([name]) => name)).toEqual(defined);
  });

  it("keep their shape when the unit changes, and mirror when the sign does", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 4, maxLength: 40 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (values, unit) => {
          const plain = momentsOf(values);
          const scaled = momentsOf(values.map((x) => -x * unit));
          const [skew, kurtosis] = [skewG1(plain), kurtosisG2(plain)];
          if (skew === undefined || kurtosis === undefined) {
            expect(skewG1(scaled)).toBeUndefined();
            return;
          }
          expect(skewG1(scaled)).toBeCloseTo(-skew, 8);
          expect(kurtosisG2(scaled)).toBeCloseTo(kurtosis, 7);
          expect(present(standardDeviation(scaled)) / unit).toBeCloseTo(
            present(standardDeviation(plain)),
            8,
          );
        },
      ),
    );
  });
});
