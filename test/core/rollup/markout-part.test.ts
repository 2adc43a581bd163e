/** Goal and method as for core parts: merging is associative and commutative, money bit-equal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeScale } from "../../../lib/core/ledger/scale.ts";
import {
  addMarkout,
  decodeMarkoutPart,
  emptyMarkoutPart,
  emptyMarkoutStats,
  encodeMarkoutPart,
  type MarkoutPart,
  mergeMarkoutParts,
  rescaleMarkoutPart,
} from "../../../lib/core/rollup/markout-part.ts";
import { differences } from "../../app/differences.ts";
import { markoutPart } from "./arbitrary-parts.ts";

const ONE = { mantissa: 1, decimals: 0 };
const linear = makeScale(1, 2, { inverse: false, multiplier: ONE });
const finer = makeScale(2, 4, { inverse: false, multiplier: ONE });
const inverse = makeScale(1, 2, { inverse: true, multiplier: ONE });
const finerInverse = makeScale(3, 4, { inverse: true, multiplier: ONE });

function money({ maker: _, taker: __, ...sums }: MarkoutPart) {
  return sums;
}

/** Third and fourth moments lose more than the others where they nearly cancel. */
function sameStatistics(a: MarkoutPart, b: MarkoutPart): boolean {
  const places = differences(
    { maker: a.maker, taker: a.taker },
    { maker: b.maker, taker: b.taker },
  );
  return places.every(({ path, actual, expected }) => {
    if (path.at(-1) === "m3" || path.at(-1) === "m4") return true;
    return Math.abs(Number(actual) - Number(expected)) <= 1e-6;
  });
}

describe("markout parts", () => {
  it("merge to the same in any grouping and order", () => {
    fc.assert(
      fc.property(markoutPart, markoutPart, markoutPart, (a, b, c) => {
        const left = mergeMarkoutParts(mergeMarkoutParts(a, b), c);
        const right = mergeMarkoutParts(a, mergeMarkoutParts(b, c));
        const turned = mergeMarkoutParts(c, mergeMarkoutParts(b, a));
        expect(money(left)).toEqual(money(right));
        expect(money(left)).toEqual(money(turned));
        expect(sameStatistics(left, right)).toBe(true);
        expect(sameStatistics(left, turned)).toBe(true);
      }),
    );
  });

  it("do not change when nothing is merged with them", () => {
    fc.assert(
      fc.property(markoutPart, (part) => {
        expect(mergeMarkoutParts(part, emptyMarkoutPart())).toEqual(part);
        expect(mergeMarkoutParts(emptyMarkoutPart(), part)).toEqual(part);
      }),
    );
  });

  it("are themselves after encoding and decoding", () => {
    fc.assert(
      fc.property(markoutPart, (part) => {
        expect(decodeMarkoutPart(encodeMarkoutPart(part, inverse))).toEqual({
          part,
          scale: inverse,
        });
      }),
    );
  });

  it.each([
    { from: linear, to: finer, lots: 100n, money: 1000n },
    { from: inverse, to: finerInverse, lots: 100n, money: 100n },
  ])("are as well expressed in a finer scale before merging as after", ({ from, to, ...by }) => {
    fc.assert(
      fc.property(markoutPart, markoutPart, (a, b) => {
        const sum = mergeMarkoutParts(a, b);
        const expected = { adverse: sum.adverse * by.money, lostLots: sum.lostLots * by.lots };
        for (const part of [a, b, sum]) rescaleMarkoutPart(part, from, to);
        expect(money(mergeMarkoutParts(a, b))).toEqual(money(sum));
        expect(sum).toMatchObject(expected);
      }),
    );
  });

  it("count gross by sign, and net only where the fee is known", () => {
    const stats = emptyMarkoutStats();
    addMarkout(stats, 2, 1.5, 100);
    addMarkout(stats, -1, undefined, 300);
    addMarkout(stats, 0, -0.5, 600);
    expect(stats).toMatchObject({ positive: 1, negative: 1, net: 1, netCount: 2, netWeight: 700 });
    expect([stats.weight, stats.weighted, stats.netWeighted]).toEqual([1000, -100, -150]);
    expect(stats.moments.n).toBe(3);
    expect(stats.moments.mean).toBeCloseTo(1 / 3, 12);
  });
});
