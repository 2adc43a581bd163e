import { describe, expect, it } from "vitest";
import { equityOfPnl, equityOfReturns } from "../../../lib/core/stats/equity.ts";

describe("equityOfPnl", () => {
  it("starts at the start, so that a first loss is a fall", () => {
    expect(equityOfPnl([-5, 3], 100)).toEqual([100, 95, 98]);
    expect(equityOfPnl([], 100)).toEqual([100]);
  });

  it("keeps the digits of a long series", () => {
    expect(equityOfPnl(new Array(1000).fill(0.1), 0).at(-1)).toBe(100);
  });
});

describe("equityOfReturns", () => {
  it("compounds from 1", () => {
    expect(equityOfReturns([1, -0.5, 0.5])).toEqual([1, 2, 1, 1.5]);
  });
});
