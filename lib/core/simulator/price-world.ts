/** All price paths of one simulation: the market's, and one for each asset that an instrument follows. */
import { MINUTE_US, SECOND_US } from "../units.ts";
import { type InstrumentProfile, instrumentProfile } from "./instrument-profile.ts";
import { initialPath, type PathState, type PathStyle, PricePath } from "./price-path.ts";
import { type Effects, PAIR } from "./scenario.ts";
import { type Plan, plannedEffects } from "./scenario-plan.ts";

/** Each path's state, by name; `market` is the whole market's. */
export type WorldState = Readonly<Record<string, PathState>>;

/** A day's move of the market path, in basis points of nothing in particular: instruments scale it. */
const MARKET_STYLE: PathStyle = {
  volatilityPerDay: 1,
  volOfVol: [0.42, 0.28, 0.4],
  jumpsPerDay: 8,
  jumpSize: 0.05,
};

const ASSET_STYLE: PathStyle = {
  volatilityPerDay: 1,
  volOfVol: [0.33, 0.22, 0.22],
  jumpsPerDay: 14,
  jumpSize: 0.05,
};

/** Variance of the market's log volatility. */
const MARKET_VARIANCE = MARKET_STYLE.volOfVol.reduce((sum, sd) => sum + sd * sd, 0);
/** Share of the market's log volatility that every asset feels in its own moves. */
const SHARED_VOLATILITY = 0.8;
/** An instrument looks back at most this far: its lag, four times as long in `lead-lag`, and the second before. */
const LOOK_BACK_US = 5 * SECOND_US;

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
      this.drawMinute(minute, plannedEffects(this.plan, minute * MINUTE_US));
    }
  }

  private drawMinute(minute: number, effects: Effects): void {
    const { isNull } = this.plan;
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
    const own = this.blend(profile);
    if (own === undefined) throw new RangeError(`no price path of ${profile.base}`);
    const isFollower = profile.name === PAIR.follower;
    const leader = isFollower ? this.blend(instrumentProfile(PAIR.leader)) : undefined;
    return new FollowedPrice(profile, own, leader);
  }

  private blend({ base, marketCorrelation: rho }: InstrumentProfile): Blend | undefined {
    const asset = this.assets.get(base);
    if (asset === undefined) return undefined;
    return { market: this.market, marketShare: rho, asset, assetShare: Math.sqrt(1 - rho * rho) };
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

/** Two paths, and how much of each: the squares of the shares add up to 1. */
interface Blend {
  readonly market: PricePath;
  readonly marketShare: number;
  readonly asset: PricePath;
  readonly assetShare: number;
}

/** In which of its ways an instrument follows the world. */
export interface Following {
  /** The whole market's move arrives after so many usual lags. */
  readonly lag: number;
  /** It moves as its leader does. */
  readonly isPaired: boolean;
}

/** The part of the world that moves one instrument. */
export class FollowedPrice {
  private readonly own: Blend;
  private readonly leader: Blend | undefined;
  private readonly lagUs: number;
  private readonly daily: number;

  /** @param leader whose moves it may take over, at its own volatility */
  constructor(profile: InstrumentProfile, own: Blend, leader: Blend | undefined) {
    this.own = own;
    this.leader = leader;
    this.lagUs = profile.lagMs * 1_000;
    this.daily = profile.volatilityBpsPerDay / 10_000;
  }

  /** There is somebody to follow. */
  get isFollower(): boolean {
    return this.leader !== undefined;
  }

  /** Log price relative to the start price, the market's part a little late. */
  logPrice(timeUs: number, { lag, isPaired }: Following): number {
    const { market, marketShare, asset, assetShare } = this.blend(isPaired);
    const late = market.at(timeUs - this.lagUs * lag);
    return this.daily * (marketShare * late + assetShare * asset.at(timeUs));
  }

  /** The same, so much later, as far as it is settled: paths run straight to their next whole second. */
  settledLogPrice(timeUs: number, aheadUs: number, { lag, isPaired }: Following): number {
    const { market, marketShare, asset, assetShare } = this.blend(isPaired);
    const late = market.at(settled(timeUs - this.lagUs * lag, aheadUs));
    return this.daily * (marketShare * late + assetShare * asset.at(settled(timeUs, aheadUs)));
  }

  private blend(isPaired: boolean): Blend {
    return isPaired ? (this.leader ?? this.own) : this.own;
  }

  /** Volatility of a minute relative to the usual one. */
  volatility(minute: number): number {
    const { market, marketShare, asset, assetShare } = this.own;
    const common = marketShare * market.volatilityAt(minute);
    const specific = assetShare * asset.volatilityAt(minute);
    return Math.sqrt(common * common + specific * specific);
  }
}

/** So much later, or the next whole second if that comes first. */
function settled(timeUs: number, aheadUs: number): number {
  return Math.min(timeUs + aheadUs, Math.ceil(timeUs / SECOND_US) * SECOND_US);
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
