import { describe, expect, it } from "vitest";
import { drawdownFigures } from "../../../lib/core/metrics/drawdown.ts";

const FALL = {
  amount: { units: 1250n, decimals: 2 },
  peakTime: 5,
  troughTime: 7,
  recoveredTime: null,
  resolution: "event",
};

describe("drawdownFigures", () => {
  it("writes the fall and its times", () => {
    expect(drawdownFigures(FALL, 1)).toEqual({ ...FALL, amount: "12.5" });
  });

  it("puts a peak at the start of the path at the window's start", () => {
    expect(drawdownFigures({ ...FALL, peakTime: null }, 1).peakTime).toBe(1);
  });

  it("has no times when nothing fell", () => {
    expect(drawdownFigures({ ...FALL, amount: { units: 0n, decimals: 2 } }, 1)).toEqual({
      amount: "0",
      peakTime: null,
      troughTime: null,
      recoveredTime: null,
      resolution: "event",
    });
  });
});
