/**
 * One instrument's market: best bid and ask around a shared price path, and the takers who trade into it.
 *
 * Takers arrive in clusters (a Hawkes process) and with long memory of sign (each order is a slice of one of
 * ten hidden meta-orders of Pareto length). Some are informed: their news moves the price within seconds, by
 * the root of their size and as much as their sign *surprises*: remembered signs leave returns uncorrelated.
 */
import type { InstrumentProfile } from "./instrument-profile.ts";
import type { FollowedPrice, Following } from "./price-world.ts";
import {
  chance,
  exponential,
  normal,
  pareto,
  poisson,
  type RngState,
  stream,
  uniform,
} from "./rng.ts";
import type { Effects } from "./scenario.ts";
import { season } from "./season.ts";

/** Everything that changes; numbers, lists and a random stream, so that it travels as JSON. */
export interface MarketState {
  /** Microseconds; the market stands as it is since then. */
  time: number;
  minute: number;
  /** Log price that this instrument's own takers moved; it fades within hours. */
  deviation: number;
  /** News that informed takers brought and the price has not taken up yet. */
  pressure: number;
  /** Self-excited part of the arrival rate, orders per second. */
  excitation: number;
  readonly metaSigns: number[];
  readonly metaLeft: number[];
  /** Log spread around its usual width. */
  spreadNoise: number;
  /** Best bid and ask, in ticks. */
  bid: number;
  ask: number;
  /** How it follows the world, and what keeps its price where it was when that changed. */
  following: Following;
  offset: number;
  readonly draws: MarketDraws;
}

/** One stream of randomness per purpose: who comes, on which side, how large, with which news, how the book looks. */
export interface MarketDraws {
  readonly arrivals: RngState;
  readonly signs: RngState;
  readonly sizes: RngState;
  readonly news: RngState;
  readonly spreads: RngState;
  readonly depths: RngState;
  readonly drift: RngState;
}

/** Who trades against the book, and when. */
interface Taker {
  readonly time: number;
  /** +1 the taker bought, and may lift our ask; −1 it sold. */
  readonly sign: number;
}

/** A taker order that reached the market during a step, strictly inside of it. */
export interface Arrival extends Taker {
  readonly lots: number;
  readonly counterparty: string;
}

const BRANCHING = 0.7;
const EXCITATION_DECAY = 0.05;
const INFORMED_SHARE = 0.3;
const PRICE_TAKES_UP_S = 10;
const DEVIATION_HALF_LIFE_S = 7_200;
const META_ORDERS = 10;
const META_LENGTH_ALPHA = 1.5;
const META_LENGTH_MAX = 20_000;
/** Variance of a sign's surprise times the root of its relative size, about. */
const NEWS_VARIANCE = 1.35;
/** Order sizes: Lomax's law with this tail, in units of its median, cut far out. */
const SIZE_ALPHA = 2.1;
const SIZE_MEDIAN = 2 ** (1 / SIZE_ALPHA) - 1;
const SIZE_MAX = 400;
/** Mean root of a size in medians. */
const ROOT_SIZE_MEAN = 1.21;
/** Share of orders whose size is a number that people type. */
const ROUND_SHARE = 0.35;
/** Longer steps treat the takers in bulk: nobody of ours is there to meet them. */
const SINGLE_FILE_S = 2;
const SPREAD_DECAY = Math.exp(-Math.LN2 / 30);
const SPREAD_SD = 0.35;
const COUNTERPARTIES = ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"] as const;
/** The counterparty that some scenarios make toxic. */
export const TOXIC = "C7";

/** @param share uniform in (0, 1) */
export function counterpartyAt(share: number): string {
  return COUNTERPARTIES[Math.floor(share * COUNTERPARTIES.length)] ?? "C1";
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

export function initialMarket(seed: number, name: string, time: number): MarketState {
  const draws = marketDraws(seed, name);
  const { signs } = draws;
  return {
    time,
    minute: Math.floor(time / 60_000_000),
    deviation: 0,
    pressure: 0,
    excitation: 0,
    metaSigns: Array.from({ length: META_ORDERS }, () => (chance(signs, 0.5) ? 1 : -1)),
    metaLeft: Array.from({ length: META_ORDERS }, () => metaLength(signs)),
    spreadNoise: SPREAD_SD * normal(draws.spreads),
    bid: 0,
    ask: 0,
    following: { lag: 1, isPaired: false },
    offset: 0,
    draws,
  };
}

function marketDraws(seed: number, name: string): MarketDraws {
  const of = (purpose: string) => stream(seed, name, purpose);
  return {
    arrivals: of("arrivals"),
    signs: of("signs"),
    sizes: of("sizes"),
    news: of("news"),
    spreads: of("spreads"),
    depths: of("depths"),
    drift: of("drift"),
  };
}

function metaLength(rng: RngState): number {
  return Math.min(META_LENGTH_MAX, Math.ceil(pareto(rng, META_LENGTH_ALPHA)));
}

export class SyntheticMarket {
  readonly state: MarketState;
  /** The arrivals of the last step, oldest first; the list and its entries are reused. */
  readonly arrivals: Arrival[] = [];
  private readonly profile: InstrumentProfile;
  private readonly price: FollowedPrice;
  private readonly isNull: boolean;
  private readonly logStartTicks: number;
  private volatility = 1;
  /** Usual width now, as a share of the price. */
  private spreadFactor = 1;
  private activity = 1;
  private nervous = 1;
  private cachedMinute = -1;
  private expStep = Number.NaN;
  private expBase = 1;
  /** What fades over a step of `fadeSeconds`; steps are mostly of one length. */
  private fadeSeconds = -1;
  private excitationKept = 1;
  private pressureKept = 1;
  private deviationKept = 1;

  constructor(
    profile: InstrumentProfile,
    price: FollowedPrice,
    state: MarketState,
    isNull: boolean,
  ) {
    this.profile = profile;
    this.price = price;
    this.state = state;
    this.isNull = isNull;
    const tick = profile.tick.mantissa / 10 ** profile.tick.decimals;
    this.logStartTicks = Math.log(profile.startPrice / tick);
  }

  /** Moves to `time`; `arrivals` then holds who came in between, if steps are short enough to tell. */
  advance(time: number, effects: Effects): void {
    const state = this.state;
    const seconds = (time - state.time) / 1_000_000;
    this.refresh();
    this.fade(seconds);
    this.arrivals.length = 0;
    const taken = state.pressure * (1 - this.pressureKept);
    state.pressure -= taken;
    state.deviation = (state.deviation + taken) * this.deviationKept;
    if (this.isPaired(effects)) this.driftApart(effects);
    if (seconds <= SINGLE_FILE_S) this.meetTakers(seconds, effects);
    else this.meetTakersInBulk(seconds, effects);
    state.time = time;
    this.moveBook(effects);
  }

  private fade(seconds: number): void {
    if (seconds === this.fadeSeconds) return;
    this.fadeSeconds = seconds;
    this.excitationKept = Math.exp(-EXCITATION_DECAY * seconds);
    this.pressureKept = Math.exp(-seconds / PRICE_TAKES_UP_S);
    this.deviationKept = Math.exp((-Math.LN2 * seconds) / DEVIATION_HALF_LIFE_S);
  }

  /** Sets bid and ask from the price path, without moving on. */
  moveBook(effects: Effects): void {
    const state = this.state;
    this.refresh();
    if (this.isFollowingAnew(effects)) this.followAnew(effects);
    const path = state.offset + this.price.logPrice(state.time, state.following);
    const shift = effects.priceShiftBps / 10_000;
    const mid = this.exponential(this.logStartTicks + path + state.deviation + shift);
    const width = this.spreadFactor * mid * effects.spread;
    const spread = Math.max(1, Math.round(width));
    state.bid = Math.max(1, Math.floor(mid - spread / 2 + 0.5));
    state.ask = state.bid + spread;
  }

  private isPaired({ pairBps }: Effects): boolean {
    return pairBps > 0 && this.price.isFollower;
  }

  private isFollowingAnew(effects: Effects): boolean {
    const { lag, isPaired } = this.state.following;
    return lag !== effects.lag || isPaired !== this.isPaired(effects);
  }

  /** Without a jump: only moves are followed. */
  private followAnew(effects: Effects): void {
    const { state, price } = this;
    const before = price.logPrice(state.time, state.following);
    state.following = { lag: effects.lag, isPaired: this.isPaired(effects) };
    state.offset += before - price.logPrice(state.time, state.following);
  }

  /** Where the pair drifts apart, before it comes back as any deviation does. */
  private driftApart({ pairBps }: Effects): void {
    const sd = (pairBps / 10_000) * Math.sqrt(1 - this.deviationKept ** 2);
    this.state.deviation += sd * normal(this.state.draws.drift);
  }

  /** A lasting push of the price by news, in bps; positive is up. What it did in `agoS` seconds is done. */
  private push(bps: number, agoS: number): void {
    const push = bps / 10_000;
    const left = push * Math.exp(-agoS / PRICE_TAKES_UP_S);
    this.state.pressure += left;
    this.state.deviation += push - left;
  }

  /**
   * Where the log mid, in ticks, is expected to be after so long: news under way arrives, deviations fade, and nobody can
   * know the rest.
   */
  expectedLogMid(aheadS: number, effects: Effects): number {
    const { time, offset, following, deviation, pressure } = this.state;
    const ahead = this.price.settledLogPrice(time, aheadS * 1_000_000, following);
    const path = offset + ahead + effects.priceShiftBps / 10_000;
    const arriving = pressure * (1 - Math.exp(-aheadS / PRICE_TAKES_UP_S));
    const fading = deviation * Math.exp((-Math.LN2 * aheadS) / DEVIATION_HALF_LIFE_S);
    return this.logStartTicks + path + arriving + fading;
  }

  /**
   * e^x to the last digit or so, from the nearest 64th: that part is the same for many steps on end.
   * A function of x alone, so that a simulation which resumes finds the same prices.
   */
  private exponential(x: number): number {
    const step = Math.round(x * 64);
    if (step !== this.expStep) {
      this.expStep = step;
      this.expBase = Math.exp(step / 64);
    }
    const r = x - step / 64;
    return this.expBase * (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r / 120)))));
  }

  /**
   * The price follows an order that reached us, for it swept the book up to there, and by what is planted.
   *
   * @param reachedBps distance of our price from the mid it saw
   */
  follow({ sign, time }: Taker, reachedBps: number, plantedBps: number): void {
    const swept = this.isNull ? 0 : this.profile.flow.sweepImpact * reachedBps;
    this.push(sign * (swept + plantedBps), (this.state.time - time) / 1_000_000);
  }

  /** How much wider than usual a maker does everything. */
  get nervousness(): number {
    return this.nervous;
  }

  /** What holds for a whole minute is worked out once. */
  private refresh(): void {
    const state = this.state;
    const minute = Math.floor(state.time / 60_000_000);
    if (minute === this.cachedMinute) return;
    for (; state.minute < minute; state.minute++) {
      state.spreadNoise *= SPREAD_DECAY;
      state.spreadNoise +=
        SPREAD_SD * Math.sqrt(1 - SPREAD_DECAY ** 2) * normal(state.draws.spreads);
    }
    this.cachedMinute = minute;
    this.volatility = clamp(this.price.volatility(minute), 0.05, 20);
    this.nervous = Math.exp(0.8 * Math.log(clamp(this.volatility, 0.5, 8)));
    const spreadNoise = this.isNull ? 0 : state.spreadNoise;
    const widening = Math.exp(0.6 * Math.log(this.volatility) + spreadNoise);
    this.spreadFactor = (this.profile.spreadBps / 10_000) * widening;
    this.activity = this.isNull ? 1 : clamp(Math.sqrt(this.volatility), 0.4, 3) * season(minute);
  }

  private get branching(): number {
    return this.isNull ? 0 : BRANCHING;
  }

  private baseRate(effects: Effects): number {
    const rate = this.profile.flow.ordersPerSecond * this.activity * effects.arrivals;
    return rate * (1 - this.branching);
  }

  private meetTakers(seconds: number, effects: Effects): void {
    const state = this.state;
    const rate = this.baseRate(effects) + state.excitation;
    const count = poisson(state.draws.arrivals, rate * seconds);
    state.excitation *= this.excitationKept;
    if (count === 0) return;
    state.excitation += this.branching * EXCITATION_DECAY * count;
    for (let i = 0; i < count; i++) this.arrivals.push(this.meetTaker(seconds, effects));
    if (count > 1) this.arrivals.sort((a, b) => a.time - b.time);
  }

  private meetTaker(seconds: number, effects: Effects): Arrival {
    const { draws, time } = this.state;
    const span = Math.floor(seconds * 1_000_000) - 2;
    const after = 1 + Math.floor(uniform(draws.arrivals) * Math.max(1, span));
    const counterparty = counterpartyAt(uniform(draws.arrivals));
    const expected = this.expectedSign(effects);
    const sign = chance(draws.signs, effects.forcedBuys) ? 1 : this.nextSign();
    const size = nextSize(draws.sizes);
    const lots = this.typed(size, draws.sizes);
    const arrival = { time: time + after, sign, lots, counterparty };
    const news = (sign - expected) * Math.sqrt(size);
    this.learn(arrival, news, seconds - after / 1_000_000, effects);
    return arrival;
  }

  /** What nobody can know better before the order comes: the mean of who is at work. */
  private expectedSign({ forcedBuys }: Effects): number {
    if (this.isNull) return forcedBuys;
    let sum = 0;
    for (const sign of this.state.metaSigns) sum += sign;
    return forcedBuys + ((1 - forcedBuys) * sum) / META_ORDERS;
  }

  private nextSign(): number {
    const { draws, metaSigns, metaLeft } = this.state;
    if (this.isNull) return chance(draws.signs, 0.5) ? 1 : -1;
    const which = Math.floor(uniform(draws.signs) * META_ORDERS);
    const sign = metaSigns[which] ?? 1;
    const left = (metaLeft[which] ?? 1) - 1;
    metaLeft[which] = left;
    if (left <= 0) this.renew(which);
    return sign;
  }

  private renew(which: number): void {
    const { draws, metaSigns, metaLeft } = this.state;
    metaSigns[which] = chance(draws.signs, 0.5) ? 1 : -1;
    metaLeft[which] = metaLength(draws.signs);
  }

  private learn({ counterparty }: Arrival, news: number, agoS: number, effects: Effects): void {
    const isInformed = chance(this.state.draws.news, INFORMED_SHARE * effects.informed);
    if (this.isNull || !isInformed) return;
    const toxicity = counterparty === TOXIC ? effects.toxicImpact : 1;
    this.push((this.impact(effects) * toxicity * news) / ROOT_SIZE_MEAN, agoS);
  }

  private impact(effects: Effects): number {
    return this.profile.flow.impactBps * clamp(this.volatility, 0.3, 3) * effects.impact;
  }

  /** The same in law, as far as prices and rates go, but nobody in particular arrives. */
  private meetTakersInBulk(seconds: number, effects: Effects): void {
    const state = this.state;
    const base = this.baseRate(effects);
    const settled = (base * this.branching) / (1 - this.branching);
    const kept = Math.exp(-EXCITATION_DECAY * (1 - this.branching) * seconds);
    state.excitation = settled + (state.excitation - settled) * kept;
    if (this.isNull) return;
    const orders = (base + state.excitation) * seconds;
    const share = Math.min(1, INFORMED_SHARE * effects.informed);
    const variance = orders * share * NEWS_VARIANCE;
    this.push(this.impact(effects) * Math.sqrt(variance) * normal(state.draws.news), 0);
    this.passMetaOrders(orders);
  }

  private passMetaOrders(orders: number): void {
    const { metaLeft } = this.state;
    for (let i = 0; i < META_ORDERS; i++) {
      const left = (metaLeft[i] ?? 0) - orders / META_ORDERS;
      metaLeft[i] = left;
      if (left <= 0) this.renew(i);
    }
  }

  /** A taker's quantity, in lots. */
  orderLots(rng: RngState): number {
    return this.typed(nextSize(rng), rng);
  }

  /** In lots, a third of them round numbers. */
  private typed(size: number, rng: RngState): number {
    const lots = this.profile.flow.takerLots * size;
    return Math.max(1, chance(rng, ROUND_SHARE) ? roundNumber(lots) : Math.round(lots));
  }

  /** Lots on show at one side of the book now: fewer when the market is nervous. */
  depth(effects: Effects): number {
    const lots = (this.profile.depthLots * effects.depth) / Math.sqrt(this.volatility);
    return Math.max(1, Math.round(exponential(this.state.draws.depths, lots)));
  }
}

/** Of an order, in medians. */
function nextSize(rng: RngState): number {
  return Math.min(SIZE_MAX, (pareto(rng, SIZE_ALPHA) - 1) / SIZE_MEDIAN);
}

/** The nearest of 1, 2 or 5 times a power of ten below, as people type quantities. */
function roundNumber(value: number): number {
  let power = 1;
  while (power * 10 <= value) power *= 10;
  const lead = value / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}
