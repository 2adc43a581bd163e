import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "../../lib/adapters/local/system-clock.ts";
import { epochUs } from "../../lib/core/units.ts";

describe("systemClock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("tells the machine's time in microseconds since the epoch", () => {
    vi.useFakeTimers({ now: Date.UTC(2026, 0, 1, 5, 0, 0, 123) });
    expect(systemClock.now()).toBe(epochUs(1_767_243_600_123_000));
  });
});
