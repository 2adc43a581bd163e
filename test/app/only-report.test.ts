/**
 * Goal: where one report of everything is all that will be read, leaving out rows of 5 s changes no byte of it.
 * Method: fast-check invents streams, an end of the window and a cut of the input; the same is folded with every row.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US } from "../../lib/core/units.ts";
import { linesOf, STREAM_START, stream } from "../arbitraries.ts";
import { type FoldOptions, folded, type Line } from "../fold.ts";

const FROM = epochUs(1_767_225_600_000_000);

/** The report, and how many rows of 5 s it could have read. */
async function reported(lines: readonly Line[], asOf: number | undefined, options: FoldOptions) {
  return folded(
    lines,
    async ({ report, store }) => {
      const text = JSON.stringify(await report(asOf === undefined ? {} : { asOf }));
      const [key] = await store.state.keys();
      if (key === undefined) return { text, rows: 0 };
      const range = { resolution: "5s", from: 0, to: 2 ** 52, ...key } as const;
      return { text, rows: (await store.metrics.readRollups(range)).length };
    },
    options,
  );
}

async function bothWays(lines: readonly Line[], asOf: number | undefined, batch: number) {
  return [
    await reported(lines, asOf, { batch }),
    await reported(lines, asOf, { batch, onlyReport: { asOf } }),
  ] as const;
}

describe("the report of a replay that nothing else is asked", () => {
  it("is the one of all rows, to the byte", async () => {
    const events = stream({ late: true, length: { min: 60, max: 400 } });
    const end = fc.option(fc.integer({ min: 0, max: 900_000_000 }), { nil: undefined });
    const batch = fc.integer({ min: 1, max: 500 });
    await fc.assert(
      fc.asyncProperty(events, end, batch, async (drawn, after, size) => {
        const asOf = after === undefined ? undefined : STREAM_START + after;
        const [all, few] = await bothWays(linesOf(drawn), asOf, size);
        expect(few.text).toBe(all.text);
        expect(few.rows).toBeLessThanOrEqual(all.rows);
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    { scenario: "normal", hours: 3, asOfMinutes: undefined },
    { scenario: "normal", hours: 3, asOfMinutes: 97.3 },
    { scenario: "flash-crash", hours: 3, asOfMinutes: undefined },
    { scenario: "data-faults", hours: 1, asOfMinutes: 31.02 },
  ])("takes few rows for $hours h of $scenario, up to minute $asOfMinutes", async (told) => {
    const durationUs = (told.hours * HOUR_US) as DurationUs;
    const simulation = simulate({ seed: 7, from: FROM, durationUs, scenario: told.scenario });
    const lines: string[] = [];
    for (let line = simulation.next(); line !== undefined; line = simulation.next()) {
      lines.push(line.line);
    }
    const minutes = told.asOfMinutes;
    const asOf = minutes === undefined ? undefined : FROM + minutes * 60_000_000;
    const [all, few] = await bothWays(lines, asOf, 1_000);
    expect(few.text).toBe(all.text);
    expect(few.rows).toBeLessThan(all.rows / 4);
  });
});
