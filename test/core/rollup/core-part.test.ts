/**
 * Goal: merging rollups is a homomorphism: however a span is cut and grouped, the merged part is the same.
 * Method: fast-check invents adjoining parts; money and counts must be bit-equal, floats within 1e-9.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeScale, type Scale } from "../../../lib/core/ledger/scale.ts";
import {
  addCore,
  type CorePart,
  carryLevels,
  copyCore,
  emptyCore,
  extendCore,
  hasSpan,
  mergeCore,
  rescaleCore,
} from "../../../lib/core/rollup/core-part.ts";
import { decodeCore, encodeCore } from "../../../lib/core/rollup/core-text.ts";
import { coreParts } from "./arbitrary-parts.ts";

const ONE = { mantissa: 1, decimals: 0 };
const linear = makeScale(1, 2, { inverse: false, multiplier: ONE });
const finer = makeScale(3, 5, { inverse: false, multiplier: ONE });

/** A part without its float, which merges within rounding only. */
function exact({ realizedVariance: _, ...rest }: CorePart) {
  return rest;
}

function merged(parts: readonly CorePart[]): CorePart {
  return parts.reduce(mergeCore, emptyCore());
}

function rescaled(part: CorePart, from: Scale, to: Scale): CorePart {
  const copy = copyCore(part);
  rescaleCore(copy, from, to);
  return copy;
}

describe("core parts", () => {
  it("merge to the same, however the merging is grouped", () => {
    fc.assert(
      fc.property(coreParts, fc.nat({ max: 6 }), fc.nat({ max: 6 }), (parts, i, j) => {
        const [first, second] = [Math.min(i, j), Math.max(i, j)];
        const groups = [parts.slice(0, first), parts.slice(first, second), parts.slice(second)];
        const [a, b, c] = groups.map(merged);
        if (a === undefined || b === undefined || c === undefined) throw new Error("three groups");
        const left = mergeCore(mergeCore(a, b), c);
        const right = mergeCore(a, mergeCore(b, c));
        expect(exact(left)).toEqual(exact(right));
        expect(exact(left)).toEqual(exact(merged(parts)));
        expect(left.realizedVariance).toBeCloseTo(right.realizedVariance, 12);
      }),
    );
  });

  it("do not change when nothing is merged with them", () => {
    fc.assert(
      fc.property(coreParts, (parts) => {
        for (const part of parts) {
          const { highs: _, ...plain } = part;
          expect(mergeCore(emptyCore(), part)).toMatchObject(plain);
          expect(mergeCore(part, emptyCore())).toMatchObject(plain);
        }
      }),
    );
  });

  it("are themselves after encoding and decoding", () => {
    fc.assert(
      fc.property(coreParts, (parts) => {
        for (const part of parts) {
          const { part: read, scale } = decodeCore(encodeCore(part, linear));
          expect(read).toEqual(part);
          expect(scale).toEqual(linear);
        }
      }),
    );
  });

  it("are as well expressed in a finer scale before merging as after", () => {
    fc.assert(
      fc.property(coreParts, (parts) => {
        const before = merged(parts.map((part) => rescaled(part, linear, finer)));
        const after = rescaled(merged(parts), linear, finer);
        expect(exact(before)).toEqual(exact(after));
      }),
    );
  });

  it("leave what they are merged from as it was", () => {
    fc.assert(
      fc.property(coreParts, (parts) => {
        const before = parts.map((part) => encodeCore(part, linear));
        merged(parts);
        expect(parts.map((part) => encodeCore(part, linear))).toEqual(before);
      }),
    );
  });
});

describe("a span", () => {
  const held = Object.assign(emptyCore(), { from: 100, to: 200, position: -3, mid: 7 });

  it("is extended at the levels held", () => {
    const part = copyCore(held);
    extendCore(part, 250);
    expect([part.to, part.absoluteTime]).toEqual([250, 150n]);
    extendCore(part, 240);
    expect(part.to).toBe(250);
  });

  it("carries its levels into a window, and nothing else", () => {
    const part = Object.assign(copyCore(held), { gross: 9n, trades: 2, maximumLots: 8 });
    const levels = carryLevels(part, 300);
    expect(levels).toMatchObject({ from: 300, to: 300, position: -3, mid: 7, maximumLots: 3 });
    expect([levels.gross, levels.trades]).toEqual([0n, 0]);
  });

  it("fills the silence between two spans at the earlier one's levels", () => {
    const later = Object.assign(emptyCore(), { from: 230, to: 260, position: 5 });
    const sum = copyCore(held);
    addCore(sum, later);
    expect(sum).toMatchObject({ from: 100, to: 260, position: 5, absoluteTime: 90n });
  });

  it("is not touched by a row of late flows", () => {
    const late = Object.assign(emptyCore(), { gross: 4n, trades: 1 });
    expect(hasSpan(late)).toBe(false);
    const sum = mergeCore(held, late);
    expect(sum).toMatchObject({ from: 100, to: 200, position: -3, mid: 7, gross: 4n, trades: 1 });
  });
});
