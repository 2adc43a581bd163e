import { describe, expect, it } from "vitest";
import { inversionShares } from "../../../lib/core/stats/inversion-counts.ts";

describe("inversionShares", () => {
  it.each([
    { groups: [1, 1, 1], counts: [1, 2, 2, 1], when: "three values differ" },
    { groups: [2, 1], counts: [1, 1, 1], when: "two of three are equal" },
    { groups: [2, 2], counts: [1, 1, 2, 1, 1], when: "there are two pairs" },
    { groups: [3], counts: [1], when: "all are equal" },
    { groups: [1, 1, 1, 1], counts: [1, 3, 5, 6, 5, 3, 1], when: "four values differ" },
  ])("counts the orderings as $counts when $when", ({ groups, counts }) => {
    const total = counts.reduce((sum, count) => sum + count, 0);
    const shares = inversionShares(groups);
    expect(shares.length).toBe(counts.length);
    for (const [i, share] of shares.entries()) {
      expect(share).toBeCloseTo((counts[i] ?? Number.NaN) / total, 14);
    }
  });
});
