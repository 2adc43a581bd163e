/**
 * Goal: windows tile. What adjoining windows report adds up to what the whole reports, and a window's end is the next
 * one's beginning.
 * Method: fast-check invents streams and cuts; every sum is exact.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PerformanceMetrics } from "../../lib/core/metrics/performance-metrics.ts";
import { linesOf, STREAM_START, stream } from "../arbitraries.ts";
import { folded, onlyInstrument } from "../fold.ts";
import { total } from "./exact-text.ts";

const CUT = 5_000_000;
const RUNS = { numRuns: 40 };
const AMOUNTS = [
  "spread",
  "inventory",
  "gross",
  "funding",
  "fees",
  "net",
  "realized",
  "unrealized",
] as const;

function amounts({ pnl, trades }: PerformanceMetrics): Record<string, string | null> {
  const adverse = Object.entries(pnl.adverseSelection).map(([label, amount]) => {
    return [`adverse selection at ${label}`, amount];
  });
  return {
    ...Object.fromEntries(AMOUNTS.map((name) => [name, pnl[name]])),
    ...Object.fromEntries(adverse),
    notional: trades.notional,
    bought: trades.buyQuantity,
    sold: trades.sellQuantity,
  };
}

function counts({ trades, hitRate, markouts }: PerformanceMetrics): number[] {
  const matured = Object.values(markouts.maker).map(({ n }) => n);
  return [trades.count, trades.maker, hitRate.closed, hitRate.filled, hitRate.rejected, ...matured];
}

describe("adjoining windows", () => {
  it("add up to the whole, in every amount and count", async () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(stream({ late: true }), cuts, async (events, gaps) => {
        await folded(linesOf(events), async ({ report }) => {
          const whole = await report();
          const edges = edgesOf(whole.window, gaps);
          const parts: PerformanceMetrics[] = [];
          for (const [index, from] of edges.slice(0, -1).entries()) {
            const to = edges[index + 1] ?? whole.window.to;
            parts.push(onlyInstrument(await report({ span: { kind: "range", from, to } })));
          }
          const expected = onlyInstrument(whole);
          const sums = Object.keys(amounts(expected)).map((name): [string, string] => {
            return [name, total(parts.map((part) => amounts(part)[name]))];
          });
          expect(Object.fromEntries(sums)).toEqual(amounts(expected));
          const summed = parts.map(counts).reduce((a, b) => a.map((n, i) => n + (b[i] ?? 0)));
          expect(summed).toEqual(counts(expected));
          expect(parts.at(-1)?.position).toEqual(expected.position);
        });
      }),
      RUNS,
    );
  });

  it("print the bucket boundaries that they were floored to", async () => {
    const lines = linesOf({
      instrument: "X",
      terms: { kind: "perp", contract: "linear", multiplier: "1", settle: "USD" },
      told: [
        { type: "reference", time: STREAM_START, bid: "99", ask: "101" },
        { type: "heartbeat", time: STREAM_START + 60_000_000 },
      ],
    });
    await folded(lines, async ({ report }) => {
      const from = STREAM_START + 7_000_000;
      const to = STREAM_START + 23_000_000;
      const { window } = await report({ span: { kind: "range", from, to } });
      expect(window).toEqual({ from: STREAM_START + CUT, to: STREAM_START + 4 * CUT });
      const { window: last, asOf } = await report({ span: { kind: "last", lengthUs: 9_000_000 } });
      expect(asOf).toBe(STREAM_START + 60_000_000);
      expect(last).toEqual({ from: STREAM_START + 10 * CUT, to: asOf + 1 });
    });
  });
});

function edgesOf(
  { from, to }: { readonly from: number; readonly to: number },
  gaps: readonly number[],
): number[] {
  const edges = [from];
  for (const gap of gaps) {
    const next = (edges.at(-1) ?? from) + gap * CUT;
    if (next < to) edges.push(next);
  }
  return [...edges, to];
}
