/** When perpetuals pay funding, and how much: an autoregressive premium through the venues' usual formula. */
import { MINUTE_US } from "../units.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import { type RngState, stream, studentT } from "./rng.ts";

export interface FundingState {
  /** The next funding time; past all times for spot. */
  next: number;
  /** Premium per eight hours, mean 0.01 %. */
  premium: number;
  readonly rng: RngState;
}

const INTEREST = 0.0001;
const CLAMP = 0.0005;
const MEMORY_8H = 0.9;
/** Scale of the premium's shocks: Student's t with three degrees of freedom. */
const SHOCK_8H = 0.00011;
const EIGHT_HOURS = 480;

/** The first multiple of the interval after `time`. */
export function nextFunding(time: number, minutes: number): number {
  const interval = minutes * MINUTE_US;
  return time - (time % interval) + interval;
}

export function initialFunding(
  seed: number,
  profile: InstrumentProfile,
  time: number,
): FundingState {
  const rng = stream(seed, profile.name, "funding");
  const minutes = profile.fundingMinutes;
  const next = minutes === undefined ? Number.MAX_SAFE_INTEGER : nextFunding(time, minutes);
  return { next, premium: INTEREST, rng };
}

/**
 * Draws the premium onward and returns the rate of one interval, in 10⁻⁸:
 *
 *     rate = P + clamp(I − P, ±0.05 %)      per eight hours, shared out over shorter intervals
 *
 * @param extra added to the rate per eight hours, beyond what the formula gives
 */
export function fundingRateE8(state: FundingState, minutes: number, extra: number): number {
  const share = minutes / EIGHT_HOURS;
  const memory = Math.exp(Math.log(MEMORY_8H) * share);
  const shock = SHOCK_8H * Math.sqrt(share) * studentT(state.rng, 3);
  state.premium = INTEREST + memory * (state.premium - INTEREST) + shock;
  const { premium } = state;
  const rate = premium + Math.min(CLAMP, Math.max(-CLAMP, INTEREST - premium));
  return Math.round((rate + extra) * share * 1e8);
}
