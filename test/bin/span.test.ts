import { describe, expect, it } from "vitest";
import { spanOf } from "../../bin/span.ts";
import { DAY_US, epochUs } from "../../lib/core/units.ts";

const NONE = { window: undefined, from: undefined, to: undefined, asOf: undefined };
const ALL = { kind: "all" } as const;
const EARLY = epochUs(1_000_000);
const LATER = epochUs(2_000_000);

describe("spanOf", () => {
  it("is the standard span when nothing is said, else what is said", () => {
    const window = { kind: "last", lengthUs: DAY_US } as const;
    expect(spanOf(NONE, ALL)).toEqual(ALL);
    expect(spanOf({ ...NONE, window }, ALL)).toEqual(window);
    expect(spanOf({ ...NONE, from: EARLY, to: LATER }, ALL)).toEqual({
      kind: "range",
      from: EARLY,
      to: LATER,
    });
  });

  it.each([
    { flags: { from: EARLY }, says: "--from needs --to", when: "the end is missing" },
    { flags: { to: EARLY }, says: "--to needs --from", when: "the start is missing" },
    { flags: { from: LATER, to: EARLY }, says: "must lie before", when: "they are swapped" },
    { flags: { from: EARLY, to: EARLY }, says: "must lie before", when: "nothing lies between" },
    {
      flags: { from: EARLY, to: LATER, asOf: EARLY },
      says: "already say",
      when: "as-of is said too",
    },
    {
      flags: { from: EARLY, to: LATER, window: ALL },
      says: "already say",
      when: "a window is said too",
    },
  ])("refuses flags when $when", ({ flags, says }) => {
    expect(() => spanOf({ ...NONE, ...flags }, ALL)).toThrow(says);
  });
});
