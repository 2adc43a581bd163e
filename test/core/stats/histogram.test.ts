/**
 * Goal: a sketch may stand in for the sample.
 * Method: the oracle is the sorted sample; every order statistic is compared, at every scale.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addToHistogram,
  emptyHistogram,
  type Histogram,
  histogramQuantile,
  histogramSigns,
  mergeHistograms,
} from "../../../lib/core/stats/histogram.ts";
import { quantile, sorted } from "../../../lib/core/stats/quantile.ts";
import { present } from "./present.ts";
import { sample } from "./samples.ts";

function sketch(values: readonly number[]): Histogram {
  const histogram = emptyHistogram();
  for (const value of values) addToHistogram(histogram, value);
  return histogram;
}

const magnitude = fc.double({ min: -300, max: 300, noNaN: true }).map((exponent) => 10 ** exponent);
const anyScale = fc.array(
  fc.tuple(magnitude, fc.constantFrom(-1, 0, 1)).map(([size, sign]) => size * sign),
  { minLength: 1, maxLength: 60 },
);

describe("histogramQuantile", () => {
  it("gives every order statistic within 1 % of itself, at any scale and sign", () => {
    fc.assert(
      fc.property(fc.oneof(sample, anyScale), (values) => {
        const histogram = sketch(values);
        sorted(values).forEach((exact, rank, all) => {
          const p = all.length === 1 ? 0 : rank / (all.length - 1);
          const between = p * (all.length - 1);
          if (between !== rank) return;
          const told = present(histogramQuantile(histogram, p));
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(0.01 * Math.abs(exact));
        });
      }),
    );
  });

  it("interpolates like the exact quantile, within 1 % of the values around it", () => {
    fc.assert(
      fc.property(
        sample.filter((values) => values.length > 0),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, p) => {
          const ascending = sorted(values);
          const rank = (values.length - 1) * p;
          const around = [
            present(ascending[Math.floor(rank)]),
            present(ascending[Math.ceil(rank)]),
          ];
          const allowed = 0.01 * Math.max(...around.map(Math.abs)) + 1e-12;
          const error =
            present(histogramQuantile(sketch(values), p)) - present(quantile(ascending, p));
          expect(Math.abs(error)).toBeLessThanOrEqual(allowed);
        },
      ),
    );
  });

  it("is undefined for an empty sketch and refuses a level outside 0…1", () => {
    expect(histogramQuantile(emptyHistogram(), 0.5)).toBeUndefined();
    expect(() => histogramQuantile(sketch([1]), 1.5)).toThrow(RangeError);
    expect(() => histogramQuantile(sketch([1]), Number.NaN)).toThrow(RangeError);
  });

  it("stays finite at the ends of the number line", () => {
    const histogram = sketch([Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE]);
    for (const p of [0, 0.25, 0.5, 0.75, 1]) {
      expect(Number.isFinite(histogramQuantile(histogram, p))).toBe(true);
    }
  });
});

describe("addToHistogram", () => {
  it("keeps no trace of the order of the values", () => {
    fc.assert(
      fc.property(sample, (values) => {
        expect(sketch(values.toReversed())).toEqual(sketch(values));
      }),
    );
  });

  it.each([Number.NaN, Infinity, -Infinity])("refuses %s and stays as it was", (value) => {
    const histogram = { ...emptyHistogram() };
    expect(() => addToHistogram(histogram, value)).toThrow(RangeError);
    expect(histogram).toEqual(emptyHistogram());
  });

  it("needs one bucket per 2 %: a million values of five decades fit into 600", () => {
    const histogram = emptyHistogram();
    for (let i = 0; i < 100_000; i += 1) addToHistogram(histogram, 10 ** ((5 * i) / 100_000));
    expect(histogram.n).toBe(100_000);
    expect(histogram.buckets.length).toBeLessThanOrEqual(600);
  });
});

describe("mergeHistograms", () => {
  it("is the sketch of both samples together, whatever the cut", () => {
    fc.assert(
      fc.property(sample, sample, sample, (a, b, c) => {
        const whole = sketch([...a, ...b, ...c]);
        const [ha, hb, hc] = [sketch(a), sketch(b), sketch(c)];
        expect(mergeHistograms(mergeHistograms(ha, hb), hc)).toEqual(whole);
        expect(mergeHistograms(ha, mergeHistograms(hc, hb))).toEqual(whole);
        expect(mergeHistograms(ha, emptyHistogram())).toEqual(ha);
        expect(mergeHistograms(emptyHistogram(), ha)).toEqual(ha);
      }),
    );
  });

  it("survives JSON", () => {
    fc.assert(
      fc.property(sample, (values) => {
        const histogram = sketch(values);
        expect(JSON.parse(JSON.stringify(histogram))).toEqual(histogram);
      }),
    );
  });
});

describe("histogramSigns", () => {
  it("counts what lies below, at and above zero exactly", () => {
    fc.assert(
      fc.property(sample, (values) => {
        expect(histogramSigns(sketch(values))).toEqual({
          negative: values.filter((x) => x < 0).length,
          zero: values.filter((x) => x === 0).length,
          positive: values.filter((x) => x > 0).length,
        });
      }),
    );
  });
});
