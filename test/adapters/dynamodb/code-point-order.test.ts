import fc from "fast-check";
import { expect, it } from "vitest";
import { byCodePoint } from "../../../lib/adapters/dynamodb/code-point-order.ts";

it("orders texts as their UTF-8 bytes do", () => {
  const text = fc.string({ unit: "binary" });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a), Buffer.from(b));
      expect(Math.sign(byCodePoint(a, b))).toBe(expected);
    }),
  );
});

it("puts the beginning of a text before the text", () => {
  expect(["ab", "a", "", "b"].sort(byCodePoint)).toEqual(["", "a", "ab", "b"]);
});
