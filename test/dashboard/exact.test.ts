import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactSum, negated } from "../../dashboard/model/exact.ts";

const decimal = fc
  .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.integer({ min: 0, max: 12 }))
  .map(([mantissa, decimals]) => {
    const digits = (mantissa < 0n ? -mantissa : mantissa).toString().padStart(decimals + 1, "0");
    const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
    const whole = digits.slice(0, digits.length - decimals);
    const text = decimals === 0 || fraction === "" ? whole : `${whole}.${fraction}`;
    return mantissa < 0n && text !== "0" ? `-${text}` : text;
  });

describe("exactSum", () => {
  it("keeps what floating point loses", () => {
    expect(exactSum(["0.1", "0.2", "-0.3"])).toBe("0");
    expect(exactSum(["9007199254740993", "-9007199254740992"])).toBe("1");
    expect(exactSum(["-0.05", "0.05"])).toBe("0");
    expect(exactSum([])).toBe("0");
  });

  it("is unknown as soon as one term is", () => {
    expect(exactSum(["1", null])).toBeNull();
  });

  it("of a figure and its opposite is nothing, at any size", () => {
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        expect(exactSum([a, b, negated(a), negated(b)])).toBe("0");
        expect(exactSum([a])).toBe(a);
      }),
    );
  });
});

describe("negated", () => {
  it.each([
    ["1.5", "-1.5"],
    ["-1.5", "1.5"],
    ["0", "0"],
    [null, null],
  ])("of %s is %s", (text, expected) => {
    expect(negated(text)).toBe(expected);
  });
});
