/** Samples of the simulated market: every taker and the book once a second, without Brawler in it. */
import {
  INSTRUMENT_NAMES,
  instrumentProfile,
} from "../../lib/core/simulator/instrument-profile.ts";
import { initialWorld, PriceWorld } from "../../lib/core/simulator/price-world.ts";
import type { Effects } from "../../lib/core/simulator/scenario.ts";
import { plannedEffects, planScenarios } from "../../lib/core/simulator/scenario-plan.ts";
import { initialMarket, SyntheticMarket } from "../../lib/core/simulator/synthetic-market.ts";
import { epochUs, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import type { MarketSample } from "./sample.ts";

/** Thursday, 2026-01-01T00:00:00Z. */
export const START = epochUs(1_767_225_600_000_000);
const DAY_S = 86_400;

export interface World {
  readonly seed: number;
  readonly days: number;
  readonly scenario?: string;
  /** All unless given. */
  readonly instruments?: readonly string[];
}

/** One sample per instrument, of the same world. */
export function simulatedSamples(world: World): readonly MarketSample[] {
  const { seed, days, scenario = "normal", instruments = INSTRUMENT_NAMES } = world;
  const plan = planScenarios(scenario, START);
  const profiles = instruments.map(instrumentProfile);
  const assets = [...new Set(profiles.map(({ base }) => base))];
  const paths = new PriceWorld(plan, assets, initialWorld(seed, assets, START));
  const watched = profiles.map((profile) => {
    const state = initialMarket(seed, profile.name, START);
    const market = new SyntheticMarket(profile, paths.follow(profile), state, plan.isNull);
    return new Watch(profile.name, market, days * DAY_S);
  });
  for (let second = 0; second < days * DAY_S; second += 1) {
    if (second % 60 === 0) paths.ensure(START + second * SECOND_US + MINUTE_US);
    const effects = plannedEffects(plan, START + second * SECOND_US);
    for (const watch of watched) watch.look(second, effects);
  }
  return watched.map((watch) => watch.sample());
}

class Watch {
  private readonly name: string;
  private readonly market: SyntheticMarket;
  private readonly mids: Float64Array;
  private readonly spreads: Float64Array;
  private readonly times: number[] = [];
  private readonly signs: number[] = [];
  private readonly sizes: number[] = [];

  constructor(name: string, market: SyntheticMarket, seconds: number) {
    this.name = name;
    this.market = market;
    this.mids = new Float64Array(seconds);
    this.spreads = new Float64Array(seconds);
  }

  /** Moves to the end of this second. */
  look(second: number, effects: Effects): void {
    const { market } = this;
    market.advance(START + (second + 1) * SECOND_US, effects);
    const { bid, ask } = market.state;
    this.mids[second] = Math.log((bid + ask) / 2);
    this.spreads[second] = ask - bid;
    for (const { time, sign, lots } of market.arrivals) {
      this.times.push((time - START) / SECOND_US);
      this.signs.push(sign);
      this.sizes.push(lots);
    }
  }

  sample(): MarketSample {
    return {
      name: this.name,
      start: START / SECOND_US + 1,
      mids: this.mids,
      spreads: this.spreads,
      orders: {
        times: Float64Array.from(this.times),
        signs: Int8Array.from(this.signs),
        sizes: Float64Array.from(this.sizes),
      },
    };
  }
}
