import { describe, expect, it } from "vitest";
import { freshState, staleSources } from "../../dashboard/model/freshness.ts";

const NOW = 1_767_945_600_000_000;
const SECOND = 1e6;

describe("freshState", () => {
  it.each([
    { age: 0, cadence: 1, state: "fresh" },
    { age: 3, cadence: 1, state: "fresh" },
    { age: 4, cadence: 1, state: "late" },
    { age: 60, cadence: 1, state: "late" },
    { age: 61, cadence: 1, state: "stale" },
    { age: 290, cadence: 30, state: "late" },
    { age: 301, cadence: 30, state: "stale" },
    { age: -5, cadence: 1, state: "fresh" },
  ])("is $state at an age of $age s where $cadence s are expected", ({ age, cadence, state }) => {
    expect(freshState(NOW - age * SECOND, cadence * SECOND, NOW)).toBe(state);
  });

  it.each([null, 0])("is none before the first event (%s)", (asOf) => {
    expect(freshState(asOf, SECOND, NOW)).toBe("none");
  });
});

describe("staleSources", () => {
  it("names the feeds that fell silent, not those that never spoke", () => {
    const sources = [
      { id: "BTC-PERP", lastAt: NOW },
      { id: "ETH-PERP", lastAt: NOW - 240 * SECOND },
      { id: "SOL-PERP", lastAt: null },
    ];
    const fresh = { asOf: NOW, cadenceUs: SECOND, coverage: 1, sources };
    expect(staleSources(fresh, NOW)).toEqual(["ETH-PERP"]);
  });
});
