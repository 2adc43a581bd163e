import { describe, expect, it } from "vitest";
import { hitRateFigures, lotsAsNumber } from "../../../lib/core/metrics/hit-rate.ts";

const NONE = {
  closed: 0,
  filled: 0,
  full: 0,
  cancelledUnfilled: 0,
  rejected: 0,
  open: 0,
  quotedQuantity: 0,
  filledQuantity: 0,
};

describe("hitRateFigures", () => {
  it("gives the worked example: 8 closed, 3 traded, 2 in full, 5 cancelled untouched", () => {
    const figures = hitRateFigures({
      ...NONE,
      closed: 8,
      filled: 3,
      full: 2,
      cancelledUnfilled: 5,
      open: 2,
      quotedQuantity: 8,
      filledQuantity: 2.4,
    });
    expect(figures).toMatchObject({ value: 0.375, n: 8, status: "ok", fullFill: 0.25, open: 2 });
    expect(figures.byQuantity).toBeCloseTo(0.3, 12);
    expect(figures.cancelledUnfilled).toBe(0.625);
    expect(figures.interval?.[0]).toBeCloseTo(0.137, 3);
    expect(figures.interval?.[1]).toBeCloseTo(0.694, 3);
  });

  it("has no value, and no interval, when no quote has closed", () => {
    const figures = hitRateFigures({ ...NONE, open: 3, rejected: 1 });
    expect(figures).toMatchObject({
      value: null,
      interval: null,
      status: "empty",
      byQuantity: null,
    });
    expect(figures).toMatchObject({
      fullFill: null,
      cancelledUnfilled: null,
      open: 3,
      rejected: 1,
    });
  });

  it("never says more than all was filled", () => {
    const figures = {
      ...NONE,
      closed: 1,
      filled: 1,
      full: 1,
      quotedQuantity: 1,
      filledQuantity: 2,
    };
    expect(hitRateFigures(figures).byQuantity).toBe(1);
  });
});

describe("lotsAsNumber", () => {
  it("reads lots in their unit", () => {
    expect(lotsAsNumber(1_234n, 3)).toBe(1.234);
  });
});
