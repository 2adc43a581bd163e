import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseUrl, RANGES, writeUrl } from "../../dashboard/model/url-state.ts";

const state = fc.record({
  range: fc.constantFrom(...RANGES),
  instrument: fc.constantFrom(null, "BTC-PERP", "hedge/BTC-PERP"),
  horizon: fc.constantFrom("0s", "5s", "1m"),
  sort: fc.constantFrom("net", "-net", "key", "-use"),
  frozenAt: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 0, max: 4e12 }).map((ms) => ms * 1_000 + 999),
  ),
});

describe("the page's URL", () => {
  it("opens as the page that wrote it", () => {
    fc.assert(
      fc.property(state, (one) => {
        expect(parseUrl(writeUrl(one))).toEqual(one);
      }),
    );
  });

  it("is empty for the default page", () => {
    expect(writeUrl(parseUrl(""))).toBe("");
    expect(parseUrl("")).toMatchObject({ range: "24h", instrument: null, frozenAt: null });
  });

  it.each([
    "?r=2y",
    "?i=<img src=x onerror=alert(1)>",
    "?h=soon",
    "?sort=net;drop",
    "?freeze=yesterday",
    "?unknown=1",
  ])("opens as the default page where it is damaged: %s", (search) => {
    expect(parseUrl(search)).toEqual(parseUrl(""));
  });

  it("opens whatever stands in it", () => {
    fc.assert(
      fc.property(fc.string(), (search) => {
        expect(RANGES).toContain(parseUrl(search).range);
      }),
    );
  });
});
