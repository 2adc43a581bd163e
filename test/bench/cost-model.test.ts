import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { costTables } from "../../bench/cost.ts";
import { ASSUMED, costOfDay, PRICES, sum } from "../../bench/cost-model.ts";

const PAGE = fileURLToPath(new URL("../../docs/reference/cost.md", import.meta.url));
const day = (eventsPerSecond: number, instruments: number) =>
  costOfDay({ name: "test", eventsPerSecond, instruments });

describe("the cost model", () => {
  it("prints the tables that the page has: npm run cost", () => {
    expect(readFileSync(PAGE, "utf8")).toContain(costTables());
  });

  it("takes from the page what was counted there", () => {
    const page = readFileSync(PAGE, "utf8");
    const units = /\| one instrument, 24 h \| 10 s \| ([\d,]+) \| ([\d,]+) \|/.exec(page);
    const [state, rows] = [units?.[1], units?.[2]].map((text) => Number(text?.replaceAll(",", "")));
    expect(ASSUMED.stateUnits * 8_640).toBeCloseTo(state ?? Number.NaN, 6);
    expect(ASSUMED.rowUnits * 8_640).toBeCloseTo(rows ?? Number.NaN, 6);
  });

  it("adds up by hand for one shard and eight instruments", () => {
    const { shards, invocations, lines, total } = day(1_000, 8);
    expect(shards).toBe(1);
    expect(invocations).toBe(8_640);
    const of = (what: string) => lines.find((line) => line.what.includes(what))?.dollars;
    expect(of("shards")).toBeCloseTo(0.36, 10);
    expect(of("seven days")).toBeCloseTo(0.48, 10);
    expect(of("records")).toBeCloseTo((8 * 86_400 * 0.014) / 1e6, 10);
    // 8,640 times 50 ms, and 86.4 million times 10 µs.
    const seconds = 432 + 864;
    const expected = seconds * (1_769 / 1_024) * 0.000_013_333_4 + 8_640 * 0.2e-6;
    expect(of("processor")).toBeCloseTo(expected, 10);
    expect(of("state")).toBeCloseTo((8 * 39_110 * 0.625) / 1e6, 10);
    expect(of("rows")).toBeCloseTo((8 * 64_964 * 0.625) / 1e6, 10);
    expect(total).toBe(sum(lines));
  });

  it("commits more often where a batch is full before its window is over", () => {
    // 400 instruments a shard send 400 records a second: 500 are there after 1.25 s.
    const { shards, invocations } = day(40_000, 800);
    expect(shards).toBe(2);
    expect(invocations / 86_400).toBeCloseTo(1.6, 10);
  });

  it("needs shards for bytes, or for records, whichever is more", () => {
    expect(day(1_000_000, 8).shards).toBe(50);
    expect(day(1_000, 8_000).shards).toBe(10);
  });

  it("is above 0 in every price and every line", () => {
    for (const price of Object.values(PRICES)) expect(price).toBeGreaterThan(0);
    for (const { dollars } of day(1, 1).lines) expect(dollars).toBeGreaterThan(0);
  });
});
