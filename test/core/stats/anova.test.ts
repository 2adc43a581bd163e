import { describe, expect, it } from "vitest";
import { anova } from "../../../lib/core/stats/anova.ts";
import { present } from "./present.ts";

describe("anova", () => {
  it("of the mucociliary groups is F = 0.560073, p = 0.586633", () => {
    const test = present(
      anova([
        [2.9, 3, 2.5, 2.6, 3.2],
        [3.8, 2.7, 4, 2.4],
        [2.8, 3.4, 3.7, 2.2, 2],
      ]),
    );
    expect(test.f).toBeCloseTo(0.56007326007326, 12);
    expect(test.p).toBeCloseTo(0.5866329910417377, 12);
  });

  it.each([
    {
      groups: [
        [0.1, 0.1, 0.1],
        [0.3, 0.3, 0.3],
      ],
      when: "no group varies",
    },
    { groups: [[1], [2]], when: "every group is one value" },
    { groups: [[1, 2], []], when: "one group has values" },
    { groups: [], when: "there are no groups" },
  ])("is undefined when $when", ({ groups }) => {
    expect(anova(groups)).toBeUndefined();
  });
});
