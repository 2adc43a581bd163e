import { describe, expect, it } from "vitest";
import { hamedRao } from "../../../lib/core/stats/hamed-rao.ts";
import { readGolden } from "./golden.ts";
import { present } from "./present.ts";

interface Dependent {
  readonly values: number[];
  readonly z: number | null;
  readonly p: number | null;
  readonly variance: number;
  readonly plain: number;
}

const { dependent } = readGolden<{ readonly dependent: readonly Dependent[] }>("rank-tests.json");
const inflated = dependent.filter(({ variance, plain }) => variance > plain);
const deflated = dependent.filter(({ variance, plain }) => variance < plain);

describe("hamedRao", () => {
  it.each(inflated)("raises the variance as the peer does, to $variance", (given) => {
    const test = present(hamedRao(given.values));
    expect(test.z).toBeCloseTo(given.z ?? Number.NaN, 9);
    expect(test.p).toBeCloseTo(given.p ?? Number.NaN, 9);
    expect(test.variance).toBeCloseTo(given.variance, 6);
    expect(test.inflation).toBeCloseTo(given.variance / given.plain, 9);
  });

  it.each(deflated)("never lowers the variance, where the peer does: $plain stands", (given) => {
    const test = present(hamedRao(given.values));
    expect(test.inflation).toBe(1);
    expect(test.variance).toBeCloseTo(given.plain, 9);
  });

  it("has been shown both kinds of series", () => {
    expect(inflated.length).toBeGreaterThanOrEqual(3);
    expect(deflated.length).toBeGreaterThanOrEqual(2);
  });

  it("keeps p = 0.00128 for ten markouts that zigzag downwards", () => {
    const test = present(hamedRao([-0.5, -0.8, -0.6, -1.1, -1, -1.4, -1.3, -1.9, -1.7, -2.2]));
    expect(test.p).toBeCloseTo(0.0012821837418053317, 12);
    expect(test.inflation).toBe(1);
  });

  it("is undefined for one value and sees no trend in equal ones", () => {
    expect(hamedRao([1])).toBeUndefined();
    expect(hamedRao([1, 2])).toMatchObject({ s: 1, inflation: 1 });
    expect(hamedRao(new Array(20).fill(3))).toMatchObject({ s: 0, z: 0, p: 1, inflation: 1 });
  });
});
