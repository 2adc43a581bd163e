/**
 * Goal: a long life leaves no trace in the figures.
 * Method: 300,000 events, kept a second time in integers and arrays; `bench/long-run.ts` does it with ten million.
 */
import { describe, expect, it } from "vitest";
import { longWalk } from "../../bench/long-walk.ts";

describe("after 300,000 events", () => {
  it("the ledger closes to the unit, and statistics are those taken at once", async () => {
    const comparisons = await longWalk(300_000, 7);
    const money = comparisons.filter(({ kept }) => typeof kept === "string");
    const statistics = comparisons.filter(({ kept }) => typeof kept === "number");
    expect([money.length, statistics.length]).toEqual([7, 70]);
    expect(money.filter(({ reported, kept }) => reported !== kept)).toEqual([]);
    expect(statistics.filter(({ difference }) => !(difference <= 1e-9))).toEqual([]);
    const counts = statistics.filter(({ figure }) => figure.endsWith(" n"));
    expect(counts.every(({ kept }) => Number(kept) > 1000)).toBe(true);
  });
});
