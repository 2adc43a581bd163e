import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../lib/core/api/config.ts";
import {
  coverOf,
  DEFAULT_RETENTION,
  finestHeld,
  floorHeld,
  pathStep,
} from "../../../lib/core/rollup/ladder.ts";
import { RESOLUTION_US, RESOLUTIONS } from "../../../lib/core/rollup/row.ts";
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../../lib/core/units.ts";

const FIVE = 5 * SECOND_US;
const BASE = 1_758_240_000_000_000;
const edge = fc.integer({ min: 0, max: 200 * 17_280 }).map((steps) => BASE + steps * FIVE);

/** Buckets of a window's cover that are no days. */
function edgeBuckets(from: number, to: number): number {
  return coverOf(from, to)
    .filter(({ resolution }) => resolution !== "1d")
    .reduce((sum, range) => sum + (range.to - range.from) / RESOLUTION_US[range.resolution], 0);
}

describe("coverOf", () => {
  it("tiles the window, in time order and without gaps", () => {
    fc.assert(
      fc.property(edge, edge, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        let at = from;
        for (const range of coverOf(from, to)) {
          const width = RESOLUTION_US[range.resolution];
          expect([range.from, range.from % width, range.to % width]).toEqual([at, 0, 0]);
          expect(range.to).toBeGreaterThan(range.from);
          at = range.to;
        }
        expect(at).toBe(to);
      }),
    );
  });

  it("takes at most 186 buckets beside whole days", () => {
    fc.assert(
      fc.property(edge, edge, (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(edgeBuckets(from, to)).toBeLessThanOrEqual(186);
      }),
      { numRuns: 500 },
    );
    expect(edgeBuckets(BASE + FIVE, BASE + 2 * DAY_US - FIVE)).toBe(186);
    expect(edgeBuckets(BASE + FIVE, BASE + 90 * DAY_US - FIVE)).toBe(186);
  });

  it("takes the coarsest bucket that fits", () => {
    const from = BASE + HOUR_US - MINUTE_US - FIVE;
    const to = BASE + 3 * HOUR_US + 2 * MINUTE_US;
    expect(coverOf(from, to).map(({ resolution }) => resolution)).toEqual(["5s", "1m", "1h", "1m"]);
  });

  it("rounds an end that is no boundary up to the finest bucket", () => {
    expect(coverOf(BASE, BASE + 1)).toEqual([{ resolution: "5s", from: BASE, to: BASE + FIVE }]);
  });
});

describe("what is held", () => {
  it.each([
    { age: 47 * HOUR_US, finest: "5s" },
    { age: 48 * HOUR_US, finest: "5s" },
    { age: 48 * HOUR_US + FIVE, finest: "1m" },
    { age: 35 * DAY_US, finest: "1m" },
    { age: 36 * DAY_US, finest: "1h" },
    { age: 400 * DAY_US, finest: "1h" },
    { age: 402 * DAY_US, finest: "1d" },
  ] as const)("$age µs before the newest event is $finest", ({ age, finest }) => {
    const newest = BASE + 500 * DAY_US;
    expect(finestHeld(newest - age, newest, DEFAULT_RETENTION)).toBe(finest);
    const floored = floorHeld(newest - age + 1, newest, DEFAULT_RETENTION);
    expect(floored % RESOLUTION_US[finest]).toBe(0);
    expect(newest - age + 1 - floored).toBeLessThan(RESOLUTION_US[finest]);
  });

  it("sets the step of the portfolio's path: a minute, or what is left", () => {
    const newest = BASE + 500 * DAY_US;
    const at = (age: number) => pathStep(newest - age, newest, DEFAULT_RETENTION);
    expect([HOUR_US, 3 * DAY_US, 40 * DAY_US, 450 * DAY_US].map(at)).toEqual([
      "1m",
      "1m",
      "1h",
      "1d",
    ]);
  });

  it("is what the configuration says where it is silent", () => {
    expect(resolveConfig({}).retention).toEqual(DEFAULT_RETENTION);
    expect(RESOLUTIONS.map((resolution) => RESOLUTION_US[resolution])).toEqual([
      FIVE,
      MINUTE_US,
      HOUR_US,
      DAY_US,
    ]);
  });
});
