/**
 * Goal: maker markouts follow their closed form. Method: the product's own estimates, through the real replay, against
 * what the price was bound to do (normal market), and against a formula of planted constants alone (null world).
 */
import { describe, expect, it } from "vitest";
import type { MarkoutFigures } from "../../../lib/core/metrics/performance-metrics.ts";
import { HISTORY_GRID_US, simulate } from "../../../lib/core/simulator/simulation.ts";
import { Z95 } from "../../../lib/core/stats/z95.ts";
import { folded } from "../../fold.ts";
import { hours, START } from "./run.ts";

const LABELS: Readonly<Record<number, string>> = {
  1: "1s",
  5: "5s",
  10: "10s",
  30: "30s",
  60: "1m",
  300: "5m",
};

function standardError({ interval }: MarkoutFigures): number {
  if (interval === null) throw new Error("expected an interval");
  return (interval[1] - interval[0]) / 2 / Z95;
}

function lived(scenario: string, days: number, instruments: readonly string[]) {
  const simulation = simulate({
    seed: 1,
    from: START,
    durationUs: hours(24 * days),
    gridUs: HISTORY_GRID_US,
    instruments,
    scenario,
  });
  const lines = Array.from(simulation, ({ line }) => line);
  return { lines, truth: simulation.truth() };
}

describe("the maker's markout", { timeout: 180_000 }, () => {
  it("is its edge and the move that was bound to follow, at every horizon", async () => {
    const instruments = ["BTC-PERP", "ETH-PERP", "SOL-PERP", "BTC-INV"];
    const { lines, truth } = lived("normal", 8, instruments);
    const z = await folded(lines, async ({ report }) => {
      const figures = (await report()).instruments;
      return truth.instruments.flatMap(({ instrument, maker }) => {
        const markouts = figures[instrument]?.markouts.maker ?? {};
        const edge = markouts["0s"]?.value ?? Number.NaN;
        return maker.moves.map(({ horizonUs, bps }) => {
          const figure = markouts[LABELS[horizonUs / 1e6] ?? ""];
          if (figure === undefined) throw new Error(`no horizon of ${horizonUs} µs`);
          return ((figure.value ?? Number.NaN) - edge - bps) / standardError(figure);
        });
      });
    });
    expect(z).toHaveLength(24);
    expect(Math.max(...z.map(Math.abs))).toBeLessThan(3.5);
    expect(z.filter((each) => Math.abs(each) < Z95).length).toBeGreaterThanOrEqual(20);
  });

  it("falls by planted · √size · (1 − e^(−h / 10 s)) in a world without anything else", async () => {
    const { lines, truth } = lived("null,size-experiment", 8, ["ETH-PERP"]);
    const [only] = truth.instruments;
    const share = (seconds: number) => 1 - Math.exp(-seconds / 10);
    const at = (seconds: number) =>
      only?.maker.moves.find(({ horizonUs }) => horizonUs === seconds * 1e6)?.bps ?? Number.NaN;
    const markouts = await folded(lines, async ({ report }) => {
      const { instruments } = await report();
      return instruments["ETH-PERP"]?.markouts.maker ?? {};
    });
    const planted = at(30) - at(1);
    expect(planted).toBeLessThan(-0.5);
    for (const [from, to] of [
      [1, 5],
      [5, 10],
      [10, 30],
    ] as const) {
      const [early, late] = [markouts[LABELS[from] ?? ""], markouts[LABELS[to] ?? ""]];
      if (!early || !late) throw new Error("a horizon is missing");
      const expected = (planted * (share(to) - share(from))) / (share(30) - share(1));
      const found = (late.value ?? Number.NaN) - (early.value ?? Number.NaN);
      expect(Math.abs(found - expected)).toBeLessThan(3.5 * standardError(late));
      expect(Math.abs(at(to) - at(from) - expected)).toBeLessThan(0.05 * Math.abs(planted));
    }
  });
});
