import { describe, expect, it } from "vitest";
import { kruskalWallis } from "../../../lib/core/stats/kruskal-wallis.ts";
import { present } from "./present.ts";

const mucociliary = [
  [2.9, 3.0, 2.5, 2.6, 3.2],
  [3.8, 2.7, 4.0, 2.4],
  [2.8, 3.4, 3.7, 2.2, 2.0],
];

describe("kruskalWallis", () => {
  it.each([
    { groups: mucociliary, h: 0.771428571428572, p: 0.679964773578894 },
    {
      groups: [
        [1, 3, 5, 7, 9],
        [2, 4, 6, 8, 10],
      ],
      h: 3 / 11,
      p: 0.60150813444059,
    },
    {
      groups: [
        [1, 1, 1],
        [2, 2, 2],
        [2, 2],
      ],
      h: 7,
      p: 0.0301973834223185,
    },
    { groups: [[1], [1, 2]], h: 0.5, p: 0.479500122186953 },
  ])("of $groups is $h, p = $p", ({ groups, h, p }) => {
    const test = present(kruskalWallis(groups));
    expect(test.h).toBeCloseTo(h, 12);
    expect(test.p).toBeCloseTo(p, 12);
    expect(test.degreesOfFreedom).toBe(groups.length - 1);
  });

  it("has the effect (H − k + 1) / (n − k), and none when every group is one value", () => {
    expect(present(kruskalWallis(mucociliary)).effect).toBeCloseTo((0.7714285714 - 2) / 11, 9);
    expect(present(kruskalWallis([[1], [2], [3]])).effect).toBeUndefined();
  });

  it("sees neither the order of groups nor empty ones", () => {
    const test = present(kruskalWallis(mucociliary));
    expect(present(kruskalWallis(mucociliary.toReversed())).h).toBeCloseTo(test.h, 12);
    expect(kruskalWallis([...mucociliary, []])).toEqual(test);
  });

  it.each([
    {
      groups: [
        [1, 1],
        [1, 1],
      ],
      when: "everything is tied",
    },
    { groups: [[1, 2, 3], []], when: "one group has values" },
    { groups: [], when: "there are no groups" },
  ])("is undefined when $when", ({ groups }) => {
    expect(kruskalWallis(groups)).toBeUndefined();
  });
});
