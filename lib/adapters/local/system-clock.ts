import type { EpochUs } from "../../core/units.ts";
import type { Clock } from "../../ports/clock.ts";

/** The machine's clock, to the millisecond that it is kept to. */
export const systemClock: Clock = { now: () => (Date.now() * 1_000) as EpochUs };
