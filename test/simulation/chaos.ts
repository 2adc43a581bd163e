/**
 * What can go wrong, and how often. Each run draws a subset of the faults and an intensity for each ("swarm testing"): a
 * bug that needs one fault alone is not drowned by the others.
 */
import { below, chance, type RngState, stream, uniform } from "../../lib/core/simulator/rng.ts";

export const FAULTS = [
  // The producer.
  "producer-duplicate",
  "partial-failure",
  "lost-event",
  "no-event",
  "no-frame",
  "sequence-conflict",
  "trade-again",
  "second-source",
  "future-event",
  "late-trade",
  "clock-jump",
  "times-out-of-order",
  // The stream and its mapping.
  "split",
  "merge",
  "delayed-visibility",
  "redelivery",
  "second-poller",
  "second-mapping",
  "few-retries",
  // The process.
  "kill",
  "freeze",
  "cold-start",
  "slow-store",
  "skewed-clock",
  "older-version",
  "fold-fault",
  // The stores.
  "state-throttle",
  "state-unknown-applied",
  "state-unknown-later",
  "state-unknown-never",
  "metric-throttle",
  "metric-unknown-applied",
  "metric-unknown-later",
  "metric-partial",
  "archive-throttle",
  "quarantine-throttle",
  // What a venue takes back or puts right. Last, so that older seeds still draw what they drew.
  "bust",
  "correction",
  // What becomes of a stored state.
  "state-lost",
  "state-damaged",
] as const;

export type Fault = (typeof FAULTS)[number];

/** Things that must happen now and then, or the simulation proves less than it seems to. */
export const SOMETIMES = [
  "commit lost to another writer",
  "commit by a process that was given up",
  "rows by a process that was given up",
  "event waited for a gap",
  "gap was given up",
  "gap was filled after it was given up",
  "batch of duplicates only",
  "batch answered in part",
  "batch stopped by its time",
  "rows written by the sweeper",
  "late flow in a row of its own",
  "records given up and redriven",
  "event set aside after five attempts",
  "trade amended from its stored row",
  "amendment refused",
  "past folded anew",
  "lost state made anew",
  "past not folded anew",
  "state written by the older version",
  "two batches of one shard at once",
  "reader lost beside a batch",
  "instrument compared bit for bit",
  "instrument compared by its totals",
] as const;

export type Sometimes = (typeof SOMETIMES)[number];

/** How often each fault of a run occurs where it could; absent ones never do. */
export type Intensities<Name extends string = Fault> = Partial<Record<Name, number>>;

/** @typeParam Name of a fault, @typeParam Point that must be seen now and then */
export interface Chaos<Name extends string = Fault, Point extends string = Sometimes> {
  /** False once the run is to come to rest. */
  isOn: boolean;
  readonly intensities: Intensities<Name>;
  readonly injected: Map<Name, number>;
  readonly seen: Map<Point, number>;
  /** Whether the fault occurs here. */
  strikes(fault: Name): boolean;
  has(fault: Name): boolean;
  /** Counts a fault that somebody else drew. */
  struck(fault: Name): void;
  saw(point: Point, times?: number): void;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  readonly rng: RngState;
}

const SHARE = 0.3;

export function drawIntensities(seed: number): Intensities {
  return drawOf(FAULTS, seed);
}

export function drawOf<Name extends string>(
  faults: readonly Name[],
  seed: number,
): Intensities<Name> {
  const rng = stream(seed, "swarm");
  const drawn: Intensities<Name> = {};
  // One run in twenty is without faults.
  if (chance(rng, 0.05)) return drawn;
  for (const fault of faults) {
    const isDrawn = chance(rng, SHARE);
    const intensity = 0.01 * 30 ** uniform(rng);
    if (isDrawn) drawn[fault] = intensity;
  }
  return drawn;
}

export function createChaos<Name extends string = Fault, Point extends string = Sometimes>(
  seed: number,
  intensities: Intensities<Name>,
): Chaos<Name, Point> {
  const rng = stream(seed, "chaos");
  const injected = new Map<Name, number>();
  const seen = new Map<Point, number>();
  const chaos: Chaos<Name, Point> = {
    isOn: true,
    intensities,
    injected,
    seen,
    rng,
    has: (fault) => intensities[fault] !== undefined,
    strikes: (fault) => {
      const intensity = intensities[fault];
      if (intensity === undefined || !chaos.isOn || !chance(rng, intensity)) return false;
      chaos.struck(fault);
      return true;
    },
    struck: (fault) => void injected.set(fault, (injected.get(fault) ?? 0) + 1),
    saw: (point, times = 1) => void seen.set(point, (seen.get(point) ?? 0) + times),
    between: (from, to) => from + below(rng, Math.max(1, Math.round(to - from))),
  };
  return chaos;
}
