/** Runs that have found a mistake of ours once; those with a parallelization of 1 did so before any other was drawn. */
import { drawIntensities, type Intensities } from "./chaos.ts";
import type { SimulationOptions } from "./simulate.ts";

export interface Regression {
  readonly showed: string;
  readonly options: SimulationOptions;
}

export const REGRESSIONS: readonly Regression[] = [
  {
    showed: "late rows kept in the state for as long as a clock that was set back had to catch up",
    options: { parallelization: 1, seed: 6, intensities: { "clock-jump": 0.3 }, events: 400 },
  },
  {
    showed: "a trade that was busted twice, in the wrong order, and taken back twice",
    options: drawnBefore(826),
  },
  {
    showed: "a correction that was taken for known, because a later one was",
    options: drawnBefore(8375),
  },
  {
    showed: "a bust that was told while the past was folded anew, and forgotten",
    options: drawnBefore(3326),
  },
  {
    showed: "an event that waited, was refused by the fold of the past, and set aside by nobody",
    options: drawnBefore(4205),
  },
  {
    showed:
      "a trade that was told twice, taken under its other sequence by the fold of the past, and refused",
    options: drawnBefore(1662),
  },
  {
    showed:
      "a correction taken by what had begun without its past, refused when it was made anew, and set aside by nobody",
    options: {
      parallelization: 1,
      seed: 8,
      intensities: { "state-lost": 0.5, correction: 0.3, bust: 0.3 },
    },
  },
  {
    showed: "the same fault at an earlier place, after another writer had brought it forward",
    options: {
      parallelization: 1,
      seed: 3,
      intensities: { "fold-fault": 0.13, "second-mapping": 1, kill: 0.06 },
    },
  },
  {
    showed: "a fault laid to the event that was offered instead of the one that it set free",
    options: {
      parallelization: 1,
      seed: 1,
      intensities: { "fold-fault": 0.05, "partial-failure": 0.3, "few-retries": 0.1 },
    },
  },
];

/** What the seed drew before states could be lost. */
function drawnBefore(seed: number): SimulationOptions {
  const {
    "state-lost": _,
    "state-damaged": __,
    ...intensities
  }: Intensities = drawIntensities(seed);
  return { parallelization: 1, seed, intensities };
}
