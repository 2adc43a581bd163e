/** The truth file: what a run planted, when, how strongly, and what was bound to follow from it. */
import type { EpochUs } from "../units.ts";
import { instrumentProfile } from "./instrument-profile.ts";
import type { ExpectedMoves } from "./markout-truth.ts";
import { PAIR } from "./scenario.ts";
import type { PlantedTruth } from "./scenario-plan.ts";

/** What is true of one instrument, whoever measures it. */
export interface InstrumentTruth {
  readonly instrument: string;
  /** How long the whole market's move takes to arrive, unless a scenario says otherwise. */
  readonly lagMs: number;
  /** Decay of the chance of a fill per bps of distance, in a market of usual volatility. */
  readonly fillDecayPerBps: number;
  readonly positionLimitLots: number;
  /** Expected moves of the mid after Brawler's trades, in its favour. */
  readonly maker: ExpectedMoves;
  readonly taker: ExpectedMoves;
}

export interface SimulationTruth {
  readonly schema: "brawler.truth/1";
  readonly seed: number;
  readonly scenario: string;
  readonly from: EpochUs;
  /** The run is complete up to here. */
  readonly to: EpochUs;
  readonly planted: readonly PlantedTruth[];
  readonly instruments: readonly InstrumentTruth[];
  /** The two that `cointegrated-pair` ties together: ln follower = constant + β · ln leader + what halves in two hours. */
  readonly pair: {
    readonly follower: string;
    readonly leader: string;
    readonly beta: number;
    readonly halfLifeMinutes: number;
  };
}

/** @param expected what the run knows of each instrument */
export function instrumentTruth(
  name: string,
  expected: { readonly maker: ExpectedMoves; readonly taker: ExpectedMoves },
): InstrumentTruth {
  const { lagMs, flow, quoting } = instrumentProfile(name);
  return {
    instrument: name,
    lagMs,
    fillDecayPerBps: flow.fillDecay,
    positionLimitLots: quoting.positionLimitLots,
    ...expected,
  };
}

export function pairTruth(): SimulationTruth["pair"] {
  const { follower, leader } = PAIR;
  const daily = (name: string) => instrumentProfile(name).volatilityBpsPerDay;
  return { follower, leader, beta: daily(follower) / daily(leader), halfLifeMinutes: 120 };
}
