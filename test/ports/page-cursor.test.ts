import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidCursorError } from "../../lib/ports/invalid-cursor-error.ts";
import { decodeCursor, encodeCursor } from "../../lib/ports/page-cursor.ts";

const SHAPE = ["count", "text"] as const;
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }))
  .map((units) => String.fromCharCode(...units));

describe("a page cursor", () => {
  it("gives any position back, through what a URL takes as it is", () => {
    fc.assert(
      fc.property(anyText, fc.maxSafeNat(), fc.oneof(anyText, anyUnits), (list, count, text) => {
        const cursor = encodeCursor(list, [count, text]);
        expect(cursor).toMatch(/^[\w-]+$/);
        expect(decodeCursor(list, SHAPE, cursor)).toEqual([count, text]);
      }),
    );
  });

  it("is base64url of JSON", () => {
    fc.assert(
      fc.property(anyText, fc.maxSafeNat(), (text, count) => {
        const decoded = Buffer.from(encodeCursor("list", [count, text]), "base64url").toString();
        expect(JSON.parse(decoded)).toEqual(["list", count, text]);
      }),
    );
  });

  it("is refused, and never understood as another, when a character of it is changed or lost", () => {
    const cursor = encodeCursor("asc", [1_758_240_000_000_000, "BTC-PERP"]);
    const at = fc.integer({ min: 0, max: cursor.length - 1 });
    const character = fc.constantFrom("", " ", "=", "+", "/", "é");
    fc.assert(
      fc.property(at, character, (index, other) => {
        const damaged = cursor.slice(0, index) + other + cursor.slice(index + 1);
        const decoded = () => decodeCursor("asc", SHAPE, damaged);
        if (other === "")
          expect(decodedOrRefused(decoded)).not.toEqual([1_758_240_000_000_000, "BTC-PERP"]);
        else expect(decoded).toThrow(InvalidCursorError);
      }),
    );
  });

  it.each([
    { made: encodeCursor("desc", [1, "a"]), when: "another list" },
    { made: encodeCursor("asc", [1]), when: "a shorter position" },
    { made: encodeCursor("asc", [1, "a", 2]), when: "a longer position" },
    { made: encodeCursor("asc", ["1", "a"]), when: "a text for a count" },
    { made: encodeCursor("asc", [1, 2]), when: "a count for a text" },
    { made: encodeCursor("asc", [-1, "a"]), when: "a count below 0" },
    { made: encodeCursor("asc", [0.5, "a"]), when: "half a count" },
    { made: "", when: "no cursor" },
  ])("is refused when it was made of $when", ({ made }) => {
    expect(() => decodeCursor("asc", SHAPE, made)).toThrow(InvalidCursorError);
  });
});

function decodedOrRefused(decode: () => unknown): unknown {
  try {
    return decode();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidCursorError);
    return undefined;
  }
}
