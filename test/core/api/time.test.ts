import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseInstant } from "../../../lib/core/api/time.ts";

describe("parseInstant", () => {
  it.each([
    ["1970-01-01T00:00:00Z", 0],
    ["2026-01-01T00:00:00Z", 1_767_225_600_000_000],
    ["2026-01-01T00:00Z", 1_767_225_600_000_000],
    ["2026-01-01T01:00:00+01:00", 1_767_225_600_000_000],
    ["2025-12-31T19:00:00-05:00", 1_767_225_600_000_000],
    ["2026-01-01T00:00:00.123456Z", 1_767_225_600_123_456],
    ["2026-01-01T00:00:00.5Z", 1_767_225_600_500_000],
    ["2024-02-29T00:00:00Z", 1_709_164_800_000_000],
    ["1767225600000000", 1_767_225_600_000_000],
  ])("reads %s as %d µs", (text, us) => {
    expect(parseInstant(text)).toBe(us);
  });

  it.each([
    ["", "nothing"],
    ["2026-01-01T00:00:00", "a time without a zone"],
    ["2026-01-01", "a day without a time"],
    ["2026-02-30T00:00:00Z", "a day that February never has"],
    ["2025-02-29T00:00:00Z", "29 February outside a leap year"],
    ["1900-02-29T00:00:00Z", "29 February of a century year"],
    ["2026-13-01T00:00:00Z", "a thirteenth month"],
    ["2026-01-01T24:00:00Z", "a 24th hour"],
    ["2026-01-01T00:60:00Z", "a 60th minute"],
    ["2026-01-01T00:00:00+25:00", "a zone of 25 hours"],
    ["1969-12-31T23:59:59Z", "an instant before 1970"],
    ["1970-01-01T00:00:00+01:00", "an instant that its zone puts before 1970"],
    ["9999999999999999", "microseconds beyond the safe integers"],
    ["-1", "a sign"],
    ["1e3", "an exponent"],
  ])("refuses %j: %s", (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it("agrees with the platform on every millisecond up to the year 2255", () => {
    const ms = fc.integer({ min: 0, max: 8_990_000_000_000 });
    fc.assert(
      fc.property(ms, (value) => {
        expect(parseInstant(new Date(value).toISOString())).toBe(value * 1_000);
      }),
    );
  });
});
