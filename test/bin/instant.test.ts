import { describe, expect, it } from "vitest";
import { formatDuration, formatInstant } from "../../bin/instant.ts";

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
