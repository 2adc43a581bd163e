import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editDistance, nearest } from "../../bin/nearest.ts";

describe("nearest", () => {
  const known = ["simulate", "replay", "report", "reset", "status"];

  it.each([
    { typed: "simulte", likely: "simulate" },
    { typed: "relpay", likely: "replay" },
    { typed: "raport", likely: "report" },
    { typed: "stauts", likely: "status" },
  ])("takes $typed for $likely", ({ typed, likely }) => {
    expect(nearest(typed, known)).toBe(likely);
  });

  it("suggests nothing for a word that resembles none", () => {
    expect(nearest("dashboard", known)).toBeUndefined();
  });
});

describe("editDistance", () => {
  it("counts the edits of the textbook's example", () => {
    expect(editDistance("kitten", "sitting")).toBe(3);
  });

  it("is a metric: symmetric, zero for equals only, never longer by a detour", () => {
    const word = fc.string({ maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, c)).toBeLessThanOrEqual(editDistance(a, b) + editDistance(b, c));
      }),
    );
  });
});
