import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { packText, unpackText } from "../../../lib/adapters/dynamodb/packed-text.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.json(),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.tuple(fc.string(), fc.integer({ min: 0, max: 2_000 })).map(([text, n]) => text.repeat(n)),
);

describe("packed text", () => {
  it("comes back as it was, halves of characters too", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(unpackText(packText(text))).toBe(text);
      }),
    );
  });

  it("takes at most a byte more than the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const encoding = text.isWellFormed() ? "utf8" : "utf16le";
        expect(packText(text).length).toBeLessThanOrEqual(1 + Buffer.byteLength(text, encoding));
      }),
    );
  });

  it("is small where the text repeats itself", () => {
    expect(packText('{"trades":1}'.repeat(100)).length).toBeLessThan(50);
  });

  it.each([
    { bytes: [], when: "there are no bytes" },
    { bytes: [4, 65], when: "the format is unknown" },
    { bytes: [1, 255, 255], when: "the bytes are no compressed text" },
  ])("is refused when $when", ({ bytes }) => {
    expect(() => unpackText(Uint8Array.from(bytes))).toThrow(RangeError);
  });
});
