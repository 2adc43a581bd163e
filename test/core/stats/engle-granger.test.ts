import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normal, stream } from "../../../lib/core/simulator/rng.ts";
import { dickeyFuller } from "../../../lib/core/stats/dickey-fuller.ts";
import { engleGranger } from "../../../lib/core/stats/engle-granger.ts";
import { mackinnonCritical } from "../../../lib/core/stats/mackinnon.ts";

function walk(seed: number, n: number): number[] {
  const rng = stream(seed, "walk");
  let level = 0;
  return Array.from({ length: n }, () => {
    level += normal(rng);
    return level;
  });
}

/** Keeps a share of what was before. */
function reverting(seed: number, n: number, share: number): number[] {
  const rng = stream(seed, "reverting");
  let level = 0;
  return Array.from({ length: n }, () => {
    level = share * level + normal(rng);
    return level;
  });
}

const SEEDS = Array.from({ length: 200 }, (_, i) => i + 1);

describe("dickeyFuller", () => {
  it("is λ over its error: by hand, of 1, 0, 1, 0, 2", () => {
    // Δ = −1, 1, −1, 2 on 1, 0, 1, 0: λ = −2.5, residuals 0, −½, 0, ½, so se² = ¼ / Σ(x − ½)² = ¼.
    const test = dickeyFuller([1, 0, 1, 0, 2]);
    expect(test?.t).toBeCloseTo(-5, 12);
    expect(test).toMatchObject({ n: 4, halfLife: undefined });
  });

  it("finds a reverting series, and a random walk in one of twenty", () => {
    const [critical] = [mackinnonCritical(1, 249)[1]];
    const found = (make: (seed: number) => number[]) =>
      SEEDS.filter((seed) => (dickeyFuller(make(seed))?.t ?? 0) < critical).length;
    expect(found((seed) => reverting(seed, 250, 0.8))).toBeGreaterThan(195);
    expect(found((seed) => walk(seed, 250))).toBeLessThan(20);
  });

  it("says nothing of a series that does not vary, or of fewer than four values", () => {
    expect(dickeyFuller([3, 3, 3, 3, 3])).toBeUndefined();
    expect(dickeyFuller([1, 2, 1])).toBeUndefined();
  });
});

describe("engleGranger", () => {
  it("finds a planted pair, and two walks in one of twenty", () => {
    const [critical] = [mackinnonCritical(2, 249)[1]];
    const found = (y: (seed: number, x: readonly number[]) => number[]) =>
      SEEDS.filter((seed) => {
        const x = walk(seed, 250);
        return (engleGranger(y(seed, x), x)?.t ?? 0) < critical;
      }).length;
    const tied = (seed: number, x: readonly number[]) =>
      reverting(seed, 250, 0.7).map((each, i) => 3 + 1.5 * (x[i] ?? 0) + each);
    expect(found(tied)).toBeGreaterThan(195);
    expect(found((seed) => walk(seed + 1_000, 250))).toBeLessThan(22);
  });

  it("does not change with the unit of either series, and β does as it should", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (seed, k) => {
          const [y, x] = [walk(seed, 60), walk(seed + 1, 60)];
          const plain = engleGranger(y, x);
          const scaled = engleGranger(
            y.map((each) => k * each),
            x.map((each) => each + k),
          );
          expect(scaled?.t).toBeCloseTo(plain?.t ?? Number.NaN, 6);
          expect((scaled?.beta ?? 0) / k).toBeCloseTo(plain?.beta ?? Number.NaN, 6);
        },
      ),
      { numRuns: 50 },
    );
  });

  it("refuses to call a series and its multiple a pair: nothing is left between them", () => {
    const x = walk(3, 100);
    expect(
      engleGranger(
        x.map((each) => 2 * each + 1),
        x,
      ),
    ).toBeUndefined();
    expect(
      engleGranger(
        x,
        x.map(() => 1),
      ),
    ).toBeUndefined();
  });

  it("throws for series of different length", () => {
    expect(() => engleGranger([1, 2, 3, 4], [1, 2, 3])).toThrow("had 4 and 3 values");
  });
});
