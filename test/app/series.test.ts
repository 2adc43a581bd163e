/**
 * Goal: a series is its report, step by step: its columns add up to the report's figures of the same range.
 * Method: fast-check invents streams, ranges that cut buckets, and steps.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadStates } from "../../lib/app/committed-state.ts";
import { readSeries, type Series } from "../../lib/app/read-series.ts";
import type { SeriesMetric } from "../../lib/core/api/series.ts";
import { MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import { linesOf, stream } from "../arbitraries.ts";
import { DEFAULTS, folded, onlyInstrument } from "../fold.ts";

function sumOf({ columns }: Series, name: string): number {
  return (columns[name] ?? []).reduce<number>((sum, value) => sum + (value ?? 0), 0);
}

describe("the columns of a series", () => {
  it("add up to the report of the same range, counts exactly, amounts as far as floats can", async () => {
    const steps = fc.constantFrom(5 * SECOND_US, 30 * SECOND_US, MINUTE_US, 5 * MINUTE_US);
    const cuts = fc.record({ head: fc.nat({ max: 30 }), tail: fc.nat({ max: 30 }) });
    const streams = stream({ late: true, plainFees: true, length: { min: 20, max: 90 } });
    await fc.assert(
      fc.asyncProperty(streams, steps, cuts, async (told, stepUs, { head, tail }) => {
        await folded(linesOf(told), async ({ store, report }) => {
          const { window } = await report();
          const from = window.from + head * 5 * SECOND_US;
          const to = Math.ceil((window.to - tail * 5 * SECOND_US) / 5e6) * 5e6;
          if (from >= to) return;
          const whole = onlyInstrument(await report({ span: { kind: "range", from, to } }));
          const states = await loadStates(store);
          const series = (metric: SeriesMetric) =>
            readSeries(store, DEFAULTS, { metric, states, single: true, from, to, stepUs });
          const [pnl, activity, hits] = await Promise.all([
            series("pnl"),
            series("activity"),
            series("hit-rate"),
          ]);
          for (const name of ["spread", "inventory", "fees", "funding"] as const) {
            expect(sumOf(pnl, name)).toBeCloseTo(Number(whole.pnl[name]), 6);
          }
          expect(sumOf(activity, "trades")).toBe(whole.trades.count);
          expect(sumOf(activity, "notional")).toBeCloseTo(Number(whole.trades.notional), 4);
          expect(sumOf(hits, "closed")).toBe(whole.hitRate.closed);
          expect(sumOf(hits, "filled")).toBe(whole.hitRate.filled);
        });
      }),
      { numRuns: 40 },
    );
  });
});
