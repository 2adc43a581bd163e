import { describe, expect, it } from "vitest";
import { momentsOf } from "../../../lib/core/stats/moments.ts";
import {
  minimumTrackRecord,
  probabilisticSharpe,
  sharpeShape,
  sharpeStandardError,
} from "../../../lib/core/stats/sharpe-error.ts";
import { present } from "./present.ts";

/** The published example: skewed, fat-tailed, five years of months. */
const fatTailed = { sharpe: 0.5, n: 60, skew: -2, kurtosis: 12 };

describe("probabilisticSharpe", () => {
  it("takes Pearson's kurtosis: 0.9904283, and 0.9924 only by mistake", () => {
    expect(probabilisticSharpe(fatTailed)).toBeCloseTo(0.9904283201958598, 12);
    expect(probabilisticSharpe({ ...fatTailed, kurtosis: 9 })).toBeCloseTo(0.9924, 4);
  });

  it("is 0.6106204 for eight mixed returns, from biased moments", () => {
    const moments = momentsOf([0.01, 0.1, -0.04, 0.02, 0.03, 0.02, 0.01, -0.1]);
    expect(probabilisticSharpe(present(sharpeShape(moments)))).toBeCloseTo(0.6106203604025079, 12);
  });

  it("is 0.9004 against the best of 100 strategies without skill (deflated Sharpe, 2014)", () => {
    const strategy = { sharpe: 2.5 / Math.sqrt(250), n: 1250, skew: -3, kurtosis: 10 };
    expect(probabilisticSharpe(strategy, 0.1132)).toBeCloseTo(0.9004, 3);
  });

  it("is a half at the ratio itself, and falls as the benchmark rises", () => {
    expect(probabilisticSharpe(fatTailed, 0.5)).toBe(0.5);
    expect(probabilisticSharpe(fatTailed, 0.4)).toBeGreaterThan(0.5);
    expect(probabilisticSharpe(fatTailed, 0.6)).toBeLessThan(0.5);
  });
});

describe("sharpeStandardError", () => {
  it("of a normal sample is √((1 + SR²/2) / (n − 1))", () => {
    const error = sharpeStandardError({ sharpe: 0.5, n: 60, skew: 0, kurtosis: 3 });
    expect(error).toBeCloseTo(Math.sqrt(1.125 / 59), 14);
  });

  it.each([
    { shape: { ...fatTailed, n: 1 }, when: "there is one period" },
    { shape: { sharpe: 2, n: 9, skew: 3, kurtosis: 1 }, when: "no sample has these moments" },
  ])("is undefined when $when", ({ shape }) => {
    expect(sharpeStandardError(shape)).toBeUndefined();
    expect(probabilisticSharpe(shape)).toBeUndefined();
  });
});

describe("minimumTrackRecord", () => {
  it("is 30.1 periods for the fat-tailed example at 95 %", () => {
    expect(minimumTrackRecord(fatTailed)).toBeCloseTo(30.08, 2);
  });

  it("is 59.9 months, 4.99 years, for the hedge funds of Bailey and López de Prado (2012)", () => {
    const funds = { sharpe: 2 / Math.sqrt(12), n: 59, skew: -0.72, kurtosis: 5.78 };
    const benchmark = 1 / Math.sqrt(12);
    expect(present(minimumTrackRecord(funds, benchmark)) / 12).toBeCloseTo(4.99, 2);
    const normalTails = { ...funds, kurtosis: 3 };
    expect(minimumTrackRecord(normalTails, benchmark)).toBeCloseTo(52.3736879, 6);
    expect(probabilisticSharpe(normalTails, benchmark)).toBeCloseTo(0.959743399, 8);
  });

  it("is the length at which the probability reaches the confidence", () => {
    const n = present(minimumTrackRecord(fatTailed, 0.1, 0.9));
    expect(probabilisticSharpe({ ...fatTailed, n }, 0.1)).toBeCloseTo(0.9, 12);
  });

  it("does not exist for a ratio that does not exceed the benchmark", () => {
    expect(minimumTrackRecord(fatTailed, 0.5)).toBeUndefined();
    expect(minimumTrackRecord({ ...fatTailed, sharpe: -1 })).toBeUndefined();
  });
});

describe("sharpeShape", () => {
  it("is undefined for one value and for equal ones", () => {
    expect(sharpeShape(momentsOf([1]))).toBeUndefined();
    expect(sharpeShape(momentsOf([1, 1, 1]))).toBeUndefined();
  });
});
