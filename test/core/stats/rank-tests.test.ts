/**
 * Goal: the rank statistics are those of the peers, ties and short series included.
 * Method: random samples, computed by scipy or counted over all orderings (test/golden/rank-tests.py).
 */
import { describe, expect, it } from "vitest";
import { anova } from "../../../lib/core/stats/anova.ts";
import { kendall } from "../../../lib/core/stats/kendall.ts";
import { kruskalWallis } from "../../../lib/core/stats/kruskal-wallis.ts";
import { mannKendall } from "../../../lib/core/stats/mann-kendall.ts";
import { pearson } from "../../../lib/core/stats/pearson.ts";
import { spearman } from "../../../lib/core/stats/spearman.ts";
import { theilSen } from "../../../lib/core/stats/theil-sen.ts";
import { readGolden } from "./golden.ts";
import { present } from "./present.ts";

interface TrendCase {
  readonly values: number[];
  readonly s: number;
  readonly exactP: number | null;
  readonly slope: number;
  readonly intercept: number;
  readonly interval: readonly [number, number];
}

interface GroupCase {
  readonly groups: number[][];
  readonly kruskal: readonly [number, number];
  readonly anova: readonly [number, number];
}

interface PairCase {
  readonly x: number[];
  readonly y: number[];
  readonly pearson: number;
  readonly spearman: number;
  readonly kendall: number;
}

const golden = readGolden<{
  readonly trend: readonly TrendCase[];
  readonly groups: readonly GroupCase[];
  readonly correlation: readonly PairCase[];
}>("rank-tests.json");

describe("trend", () => {
  it.each(golden.trend)("of $values is that of scipy", (given) => {
    const line = present(theilSen(given.values));
    expect(present(mannKendall(given.values)).s).toBe(given.s);
    expect(line.slope).toBeCloseTo(given.slope, 10);
    expect(line.intercept).toBeCloseTo(given.intercept, 10);
    expect(line.interval[0]).toBeCloseTo(given.interval[0], 10);
    expect(line.interval[1]).toBeCloseTo(given.interval[1], 10);
  });

  it.each(golden.trend.filter(({ exactP }) => exactP !== null))(
    "of $values has the exact p counted over all orderings, $exactP",
    ({ values, exactP }) => {
      expect(present(mannKendall(values)).p).toBeCloseTo(present(exactP ?? undefined), 12);
    },
  );
});

describe("groups", () => {
  it.each(golden.groups)("$groups differ as scipy says", (given) => {
    const ranks = present(kruskalWallis(given.groups));
    const means = present(anova(given.groups));
    expect(ranks.h).toBeCloseTo(given.kruskal[0], 9);
    expect(ranks.p).toBeCloseTo(given.kruskal[1], 12);
    expect(means.f).toBeCloseTo(given.anova[0], 9);
    expect(means.p).toBeCloseTo(given.anova[1], 12);
  });
});

describe("correlation", () => {
  it.each(golden.correlation)("of $x and $y is that of scipy", (given) => {
    expect(pearson(given.x, given.y)).toBeCloseTo(given.pearson, 12);
    expect(spearman(given.x, given.y)).toBeCloseTo(given.spearman, 12);
    expect(kendall(given.x, given.y)).toBeCloseTo(given.kendall, 12);
  });
});
