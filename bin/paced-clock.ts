import type { EpochUs } from "../lib/core/units.ts";
import type { Clock } from "../lib/ports/clock.ts";

/** A clock that starts anywhere and runs at any speed; it never goes backwards. */
export interface PacedClock extends Clock {
  readonly speed: () => number;
  /** From now on; what has passed stands. */
  readonly setSpeed: (speed: number) => void;
}

/**
 * @param start what it shows now
 * @param wall µs of the machine's clock, which also counts while the machine sleeps: after a pause, the clock has
 *   moved on by all of it, and whoever follows it catches up exactly
 */
export function openPacedClock(start: number, speed: number, wall: () => number): PacedClock {
  let anchor = start;
  let anchoredAt = wall();
  let pace = speed;
  let shown = start;
  const now = (): EpochUs => {
    const passed = Math.max(0, wall() - anchoredAt);
    shown = Math.max(shown, Math.floor(anchor + passed * pace));
    return shown as EpochUs;
  };
  return {
    now,
    speed: () => pace,
    setSpeed: (next) => {
      anchor = now();
      anchoredAt = wall();
      pace = next;
    },
  };
}
