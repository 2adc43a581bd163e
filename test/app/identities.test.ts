/**
 * Goal: the identities of trading hold to the unit, whatever happens.
 * Method: fast-check invents streams (`test/arbitraries.ts`), the pipeline reports them; a second stream that must
 * mean the same, or the opposite, is reported beside it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PerformanceMetrics, PnlFigures } from "../../lib/core/metrics/performance-metrics.ts";
import { hundredths, LINEAR, linesOf, type Stream, stream, type Told } from "../arbitraries.ts";
import { figuresFrom } from "../fold.ts";
import { differences } from "./differences.ts";
import { total } from "./exact-text.ts";

const RUNS = { numRuns: 40 };

/** Amounts that must be 0, by what they are. */
function remainders(pnl: PnlFigures): Record<string, string> {
  const { spread, inventory, gross, realized, unrealized, funding, fees, net } = pnl;
  const byHorizon = Object.keys(pnl.beyond).map((label): [string, string] => {
    const parts = [pnl.adverseSelection[label], pnl.beyond[label], pnl.unattributed[label]];
    return [`inventory at ${label}`, total(parts, [inventory])];
  });
  return {
    residual: pnl.residual ?? "none",
    gross: total([spread, inventory], [gross]),
    split: total([realized, unrealized], [gross]),
    net: total([gross, funding], [fees, net]),
    ...Object.fromEntries(byHorizon),
  };
}

function mapPrices(told: Told, map: (price: number) => number): Told {
  const priced: Record<string, string> = {};
  for (const name of ["price", "bid", "ask", "mark"]) {
    const value = told[name];
    if (value !== undefined) priced[name] = hundredths(map(Math.round(Number(value) * 100)));
  }
  return { ...told, ...priced };
}

/** Buys become sells, and prices stand on their heads around 200. */
function mirrored(told: Told): Told {
  const turned = mapPrices(told, (price) => 40_000 - price);
  const { bid, ask, side } = turned;
  if (told.type === "reference") return { ...turned, bid: ask ?? "", ask: bid ?? "" };
  return side === undefined ? turned : { ...turned, side: side === "buy" ? "sell" : "buy" };
}

function scaled(told: Told, times: number): Told {
  const turned = mapPrices(told, (price) => price * times);
  return told.type === "trade"
    ? { ...turned, fee: (Number(told["fee"]) * times).toFixed(4) }
    : turned;
}

function changed(original: Stream, change: (told: Told) => Told): Stream {
  return { ...original, told: original.told.map(change) };
}

/** Every trade told in two parts. */
function split(original: Stream): Stream {
  return {
    ...original,
    told: original.told.flatMap((told) => {
      if (told.type !== "trade") return [told];
      const [whole, fee] = [Number(told["quantity"]) * 1000, Number(told["fee"]) * 1e4];
      const [half, halfFee] = [Math.floor(whole / 2), Math.floor(fee / 2)];
      if (half === 0) return [told];
      const part = (id: string, size: number, cost: number) => ({
        ...told,
        tradeId: `${told["tradeId"]}${id}`,
        quantity: (size / 1000).toFixed(3),
        fee: (cost / 1e4).toFixed(4),
      });
      return [part("a", half, halfFee), part("b", whole - half, fee - halfFee)];
    }),
  };
}

const bps = ({ markouts }: PerformanceMetrics) => markouts;

describe("a report", () => {
  it("adds up to the unit: residual, gross, net, realized and every horizon", async () => {
    await fc.assert(
      fc.asyncProperty(stream({ late: true }), async (events) => {
        const { pnl } = await figuresFrom(linesOf(events));
        const off = Object.entries(remainders(pnl)).filter(([, amount]) => amount !== "0");
        expect(off).toEqual([]);
      }),
      RUNS,
    );
  });

  it("is the same of the mirrored market: spread, inventory, adverse selection, drawdown", async () => {
    const plain = stream({ terms: LINEAR, funding: false, late: true });
    await fc.assert(
      fc.asyncProperty(plain, async (events) => {
        const ours = await figuresFrom(linesOf(events));
        const theirs = await figuresFrom(linesOf(changed(events, mirrored)));
        expect(theirs.pnl).toEqual(ours.pnl);
        expect(theirs.drawdown).toEqual(ours.drawdown);
        expect(theirs.inventory).toEqual(ours.inventory);
        expect(theirs.hitRate).toEqual(ours.hitRate);
        expect(theirs.position?.quantity).toBe(total([], [ours.position?.quantity]));
      }),
      RUNS,
    );
  });

  it("has the same basis points when every price is ten times as high", async () => {
    const plain = stream({ terms: LINEAR, plainFees: true, late: true });
    await fc.assert(
      fc.asyncProperty(plain, async (events) => {
        const ours = await figuresFrom(linesOf(events));
        const tenfold = await figuresFrom(linesOf(changed(events, (told) => scaled(told, 10))));
        const same = differences(
          { ...bps(tenfold), hitRate: tenfold.hitRate },
          { ...bps(ours), hitRate: ours.hitRate },
        );
        expect(same.filter(({ path }) => !isRounding(path))).toEqual([]);
        expect(Number(tenfold.pnl.gross)).toBeCloseTo(10 * Number(ours.pnl.gross), 6);
        expect(Number(tenfold.pnl.net)).toBeCloseTo(10 * Number(ours.pnl.net), 6);
      }),
      RUNS,
    );
  });

  it("changes in nothing but counts and the realized split when trades are told in halves", async () => {
    await fc.assert(
      fc.asyncProperty(stream({ terms: LINEAR, plainFees: true, late: true }), async (events) => {
        const whole = await figuresFrom(linesOf(events));
        const halves = await figuresFrom(linesOf(split(events)));
        const amounts = ({ pnl }: PerformanceMetrics) => {
          const { realized: _, unrealized: __, ...rest } = pnl;
          return rest;
        };
        expect(amounts(halves)).toEqual(amounts(whole));
        expect(halves.inventory).toEqual(whole.inventory);
        expect(halves.position?.quantity).toBe(whole.position?.quantity);
        // A unit is half a tick × a lot; each close may round once.
        const moved = Number(total([halves.pnl.realized], [whole.pnl.realized]));
        expect(Math.abs(moved)).toBeLessThanOrEqual(0.005 * 0.001 * halves.trades.count);
      }),
      RUNS,
    );
  });
});

/** Third and fourth moments of markouts that hardly differ are made of rounding. */
function isRounding(path: readonly string[]): boolean {
  return path.at(-1) === "skew" || path.at(-1) === "kurtosis";
}
