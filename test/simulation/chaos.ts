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
export type Intensities = Partial<Record<Fault, number>>;

export interface Chaos {
  /** False once the run is to come to rest. */
  isOn: boolean;
  readonly intensities: Intensities;
  readonly injected: Map<Fault, number>;
  readonly seen: Map<Sometimes, number>;
  /** Whether the fault occurs here. */
  strikes(fault: Fault): boolean;
  has(fault: Fault): boolean;
  /** Counts a fault that somebody else drew. */
  struck(fault: Fault): void;
  saw(point: Sometimes, times?: number): void;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  readonly rng: RngState;
}

const SHARE = 0.3;

export function drawIntensities(seed: number): Intensities {
  const rng = stream(seed, "swarm");
  const drawn: Intensities = {};
  // One run in twenty is without faults.
  if (chance(rng, 0.05)) return drawn;
  for (const fault of FAULTS) {
    const isDrawn = chance(rng, SHARE);
    const intensity = 0.01 * 30 ** uniform(rng);
    if (isDrawn) drawn[fault] = intensity;
  }
  return drawn;
}

export function createChaos(seed: number, intensities: Intensities): Chaos {
  const rng = stream(seed, "chaos");
  const injected = new Map<Fault, number>();
  const seen = new Map<Sometimes, number>();
  const chaos: Chaos = {
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
