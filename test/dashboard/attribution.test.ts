import { describe, expect, it } from "vitest";
import { attributionOf } from "../../dashboard/model/attribution.ts";
import type { MetricsBody } from "../../lib/core/api/report.ts";

type Pnl = MetricsBody["pnl"];

const PNL: Pnl = {
  spread: "9930",
  inventory: "-2204.5",
  adverseSelection: { "5s": "-1500.25" },
  beyond: { "5s": "-704.25" },
  unattributed: { "5s": "0" },
  gross: "7725.5",
  funding: "-304",
  fees: "2610.125",
  feesUnconverted: {},
  net: "4811.375",
  realized: "7000",
  unrealized: "725.5",
  residual: "0",
  status: "ok",
};

describe("attributionOf", () => {
  it("walks from spread capture to net, each step starting where the last ended", () => {
    const { steps } = attributionOf(PNL, "5s");
    expect(steps.map(({ id, start, end }) => [id, start, end])).toEqual([
      ["spread", 0, 9930],
      ["inventory", 9930, 7725.5],
      ["gross", 0, 7725.5],
      ["fees", 7725.5, 5115.375],
      ["funding", 5115.375, 4811.375],
      ["net", 0, 4811.375],
    ]);
  });

  it("splits inventory by the chosen horizon, and knows nothing of a horizon that is not configured", () => {
    expect(attributionOf(PNL, "5s").split).toEqual({
      adverse: -1500.25,
      beyond: -704.25,
      unattributed: 0,
    });
    expect(attributionOf(PNL, "7s").split).toEqual({
      adverse: null,
      beyond: null,
      unattributed: null,
    });
  });

  it.each([
    { change: {}, closes: true, when: "every identity holds" },
    { change: { residual: "0.000000000001" }, closes: false, when: "the engine found a residual" },
    { change: { net: "4811.375000000001" }, closes: false, when: "net is off by the last digit" },
    { change: { gross: "7725.6", residual: "0" }, closes: false, when: "gross is not the sum" },
    { change: { unrealized: "725.4" }, closes: false, when: "realised and unrealised miss gross" },
    { change: { net: null }, closes: null, when: "net is not known" },
    { change: { spread: null }, closes: null, when: "spread is not known" },
  ] satisfies readonly { change: Partial<Pnl>; closes: boolean | null; when: string }[])(
    "says $closes when $when",
    ({ change, closes }) => {
      expect(attributionOf({ ...PNL, ...change }, "5s").closes).toBe(closes);
    },
  );

  it("shows fees paid as negative and a rebate as positive", () => {
    const fees = (text: string) =>
      attributionOf({ ...PNL, fees: text }, "5s").steps.find(({ id }) => id === "fees")?.value;
    expect(fees("2610.125")).toBe(-2610.125);
    expect(fees("-12")).toBe(12);
  });
});
