import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openPacedClock } from "../../bin/paced-clock.ts";

const START = 1_767_225_600_000_000;

describe("openPacedClock", () => {
  it("runs at its speed from where it starts", () => {
    let wall = 5_000_000;
    const clock = openPacedClock(START, 60, () => wall);
    expect(clock.now()).toBe(START);
    wall += 1_000_000;
    expect(clock.now()).toBe(START + 60_000_000);
  });

  it("keeps what has passed when its speed changes", () => {
    let wall = 0;
    const clock = openPacedClock(START, 1, () => wall);
    wall = 10_000_000;
    clock.setSpeed(100);
    expect(clock.now()).toBe(START + 10_000_000);
    wall = 11_000_000;
    expect(clock.now()).toBe(START + 110_000_000);
    expect(clock.speed()).toBe(100);
  });

  it("moves on by all of a pause", () => {
    let wall = 0;
    const clock = openPacedClock(START, 1, () => wall);
    wall = 8 * 3_600_000_000;
    expect(clock.now()).toBe(START + 8 * 3_600_000_000);
  });

  it("never goes backwards, whatever the machine's clock and the speed do", () => {
    const step = fc.record({
      wallUs: fc.integer({ min: -10_000_000, max: 10_000_000 }),
      speed: fc.option(fc.double({ min: 0.01, max: 1_000, noNaN: true })),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let wall = 0;
        const clock = openPacedClock(START, 1, () => wall);
        let before = clock.now();
        for (const { wallUs, speed } of steps) {
          wall += wallUs;
          if (speed !== null) clock.setSpeed(speed);
          const now = clock.now();
          expect(now).toBeGreaterThanOrEqual(before);
          expect(Number.isSafeInteger(now)).toBe(true);
          before = now;
        }
      }),
    );
  });
});
