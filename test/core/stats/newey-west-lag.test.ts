import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neweyWestLag } from "../../../lib/core/stats/newey-west-lag.ts";
import { present } from "./present.ts";

describe("neweyWestLag", () => {
  it.each([
    { times: [], h: 5, lag: 0, when: "there is no trade" },
    { times: [3], h: 5, lag: 0, when: "there is one trade" },
    { times: [0, 1, 2, 3], h: 1, lag: 1, when: "each trade but the last has one follower" },
    { times: [0, 10, 20], h: 1, lag: 1, when: "trades lie apart: the rule of thumb holds" },
    { times: [0, 0, 0, 0, 0, 0], h: 0, lag: 3, when: "six trades share an instant" },
    { times: [0, 5], h: 5, lag: 1, when: "a later trade lies exactly at the horizon" },
    { times: [0, 0, 0], h: 9, lag: 1, when: "every later trade is within" },
  ])("is $lag when $when", ({ times, h, lag }) => {
    expect(neweyWestLag(times, h)).toBe(lag);
  });

  it("is the larger of overlap and rule of thumb, counted by brute force", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(200), { minLength: 2, maxLength: 150 }),
        fc.nat(80),
        (unsorted, h) => {
          const times = unsorted.toSorted((a, b) => a - b);
          const n = times.length;
          let later = 0;
          for (let i = 0; i < n; i += 1) {
            for (let j = i + 1; j < n; j += 1)
              later += present(times[j]) - present(times[i]) <= h ? 1 : 0;
          }
          const rule = Math.floor(4 * (n / 100) ** (2 / 9));
          const expected = Math.min(n - 1, Math.max(Math.ceil(later / n), rule));
          expect(neweyWestLag(times, h)).toBe(expected);
        },
      ),
    );
  });
});
