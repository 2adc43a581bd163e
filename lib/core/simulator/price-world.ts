/** All price paths of one simulation: the market's, and one for each asset that an instrument follows. */
import { MINUTE_US, SECOND_US } from "../units.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import { initialPath, type PathState, type PathStyle, PricePath } from "./price-path.ts";
import { type Effects, effectsAt, type Scenario } from "./scenario.ts";

/** When a scenario's clock starts. */
export interface Plan {
  readonly scenario: Scenario;
  readonly anchor: number;
}

/** Each path's state, by name; `market` is the whole market's. */
export type WorldState = Readonly<Record<string, PathState>>;

/** A day's move of the market path, in basis points of nothing in particular: instruments scale it. */
const MARKET_STYLE: PathStyle = {
  volatilityPerDay: 1,
  volOfVol: [0.5, 0.45, 0.4],
  jumpsPerDay: 8,
  jumpSize: 0.05,
};

const ASSET_STYLE: PathStyle = {
  volatilityPerDay: 1,
  volOfVol: [0.33, 0.31, 0.22],
  jumpsPerDay: 14,
  jumpSize: 0.05,
};

/** Variance of the market's log volatility. */
const MARKET_VARIANCE = MARKET_STYLE.volOfVol.reduce((sum, sd) => sum + sd * sd, 0);
/** Share of the market's log volatility that every asset feels in its own moves. */
const SHARED_VOLATILITY = 0.8;
/** An instrument looks back at most this far: its lag, and the second before. */
const LOOK_BACK_US = 2 * SECOND_US;

const MARKET = "market";

export class PriceWorld {
  private readonly plan: Plan;
  private readonly market: PricePath;
  private readonly assets = new Map<string, PricePath>();

  constructor(plan: Plan, assets: readonly string[], state: WorldState) {
    this.plan = plan;
    this.market = new PricePath(MARKET_STYLE, requirePath(state, MARKET));
    for (const asset of assets) {
      this.assets.set(asset, new PricePath(ASSET_STYLE, requirePath(state, asset)));
    }
  }

  /** Draws every path up to and including the minute of `untilUs`, and one more for its end. */
  ensure(untilUs: number): void {
    const last = Math.floor(untilUs / MINUTE_US) + 1;
    while (this.market.nextMinute <= last) {
      const minute = this.market.nextMinute;
      const effects = effectsAt(this.plan.scenario, this.plan.anchor, minute * MINUTE_US);
      this.drawMinute(minute, effects);
    }
  }

  private drawMinute(minute: number, effects: Effects): void {
    const isNull = this.plan.scenario.isNull;
    const volatility = effects.volatility;
    this.market.drawMinute({ logVolatility: 0, volatility, isNull });
    const shared = SHARED_VOLATILITY * this.market.logVolatilityAt(minute);
    const logVolatility = shared - (SHARED_VOLATILITY ** 2 * MARKET_VARIANCE) / 2;
    for (const path of this.assets.values()) {
      path.drawMinute({ logVolatility, volatility, isNull });
    }
  }

  /** The world as one instrument sees it. */
  follow(profile: InstrumentProfile): FollowedPrice {
    const asset = this.assets.get(profile.base);
    if (asset === undefined) throw new RangeError(`no price path of ${profile.base}`);
    return new FollowedPrice(this.market, asset, profile);
  }

  /** @param timeUs the instrument that lags most goes on from here */
  export(timeUs: number): WorldState {
    const state: Record<string, PathState> = {
      [MARKET]: this.market.stateAt(timeUs - LOOK_BACK_US),
    };
    for (const [name, path] of this.assets) state[name] = path.stateAt(timeUs - LOOK_BACK_US);
    return state;
  }
}

/** The part of the world that moves one instrument. */
export class FollowedPrice {
  private readonly market: PricePath;
  private readonly asset: PricePath;
  private readonly lagUs: number;
  private readonly marketShare: number;
  private readonly assetShare: number;
  private readonly daily: number;

  constructor(market: PricePath, asset: PricePath, profile: InstrumentProfile) {
    const rho = profile.marketCorrelation;
    this.market = market;
    this.asset = asset;
    this.lagUs = profile.lagMs * 1_000;
    this.marketShare = rho;
    this.assetShare = Math.sqrt(1 - rho * rho);
    this.daily = profile.volatilityBpsPerDay / 10_000;
  }

  /** Log price relative to the start price, the market's part a little late. */
  logPrice(timeUs: number): number {
    const market = this.market.at(timeUs - this.lagUs);
    return this.daily * (this.marketShare * market + this.assetShare * this.asset.at(timeUs));
  }

  /** Volatility of a minute relative to the usual one. */
  volatility(minute: number): number {
    const market = this.marketShare * this.market.volatilityAt(minute);
    const asset = this.assetShare * this.asset.volatilityAt(minute);
    return Math.sqrt(market * market + asset * asset);
  }
}

function requirePath(state: WorldState, name: string): PathState {
  const path = state[name];
  if (path === undefined) throw new RangeError(`the state holds no price path of ${name}`);
  return path;
}

/** The paths as they are before anything happened; `assets` without repetition. */
export function initialWorld(seed: number, assets: readonly string[], fromUs: number): WorldState {
  const minute = Math.floor((fromUs - LOOK_BACK_US) / MINUTE_US);
  const state: Record<string, PathState> = {
    [MARKET]: initialPath(seed, MARKET, MARKET_STYLE, minute),
  };
  for (const asset of assets) state[asset] = initialPath(seed, asset, ASSET_STYLE, minute);
  return state;
}
