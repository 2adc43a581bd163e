import type { EpochUs } from "../core/units.ts";

/** The wall clock, or a virtual one under `--speed` and in simulation. */
export interface Clock {
  now(): EpochUs;
}
