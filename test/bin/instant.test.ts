import { describe, expect, it } from "vitest";
import { formatDuration, formatInstant, parseInstant } from "../../bin/instant.ts";

describe("parseInstant", () => {
  it.each([
    { typed: "2026-01-01T00:00:00Z", us: 1_767_225_600_000_000, when: "it is UTC" },
    { typed: "2026-01-01Z", us: 1_767_225_600_000_000, when: "only a day is named" },
    { typed: "2026-01-01T02:00+02:00", us: 1_767_225_600_000_000, when: "the zone is an offset" },
    {
      typed: "2025-12-31T19:00:00.000001-05:00",
      us: 1_767_225_600_000_001,
      when: "decimals reach microseconds",
    },
    { typed: "1767225600000001", us: 1_767_225_600_000_001, when: "it is in microseconds" },
    { typed: "0", us: 0, when: "it is the epoch" },
  ])("reads $typed when $when", ({ typed, us }) => {
    expect(parseInstant(typed)).toBe(us);
  });

  it.each([
    { typed: "2026-01-01T00:00:00", when: "no zone is named" },
    { typed: "2026-02-30T00:00:00Z", when: "the day does not exist" },
    { typed: "2026-01-01T25:00:00Z", when: "the hour does not exist" },
    { typed: "1969-12-31T23:59:59Z", when: "it lies before the epoch" },
    { typed: "2026-01-01T00:00:00.0000001Z", when: "it is finer than a microsecond" },
    { typed: "9999999999999999", when: "it leaves the safe integers" },
    { typed: "-5", when: "it is negative" },
    { typed: "yesterday", when: "it is a word" },
    { typed: "", when: "it is empty" },
  ])("refuses $typed when $when", ({ typed }) => {
    expect(parseInstant(typed)).toBeUndefined();
  });
});

describe("formatInstant", () => {
  it("shows decimals only where there are any", () => {
    expect(formatInstant(1_767_225_600_000_000)).toBe("2026-01-01 00:00:00 UTC");
    expect(formatInstant(1_767_225_600_250_000)).toBe("2026-01-01 00:00:00.25 UTC");
    expect(formatInstant(1_767_225_600_000_001)).toBe("2026-01-01 00:00:00.000001 UTC");
  });
});

describe("formatDuration", () => {
  it.each([
    { us: 90 * 86_400_000_000, text: "90 d" },
    { us: 30 * 3_600_000_000, text: "1 d 6 h" },
    { us: 125_000_000, text: "2 m 5 s" },
    { us: 250_000, text: "0.25 s" },
    { us: 1, text: "0.000001 s" },
  ])("says $text for $us µs", ({ us, text }) => {
    expect(formatDuration(us)).toBe(text);
  });
});
