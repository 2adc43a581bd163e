/**
 * The simulated Brawler on one instrument. It quotes both sides in rounds, around a price that leans against
 * its inventory (after Avellaneda and Stoikov), amends what stands too far off, and now and then pays the
 * spread to cut a position. Its position never passes its limit.
 */
import type { Liquidity, Side } from "../events/event.ts";
import { type EventWriter, feeRate, feeText } from "./event-writer.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import { chance, exponential, type RngState, stream, uniform } from "./rng.ts";
import type { Effects } from "./scenario.ts";
import { type Arrival, counterpartyAt, type SyntheticMarket, TOXIC } from "./synthetic-market.ts";

/** One side's working quote; `id` 0 means that there is none. */
export interface QuoteState {
  id: number;
  /** Ticks. */
  price: number;
  /** Lots in all, what is filled included. */
  quantity: number;
  filled: number;
  expires: number;
}

/** A trade against a quote that had just been cancelled. */
interface Race {
  readonly time: number;
  readonly side: Side;
  readonly price: number;
  readonly lots: number;
  readonly id: number;
}

/** A bust or a correction that will come. */
interface Amendment {
  readonly time: number;
  readonly kind: "bust" | "correction";
  readonly trade: Execution;
  readonly tradeId: string;
}

/** What an execution consists of, before it is numbered. */
export interface Execution {
  readonly time: number;
  readonly side: Side;
  readonly price: number;
  readonly lots: number;
  readonly liquidity: Liquidity;
  readonly quoteId: number;
  readonly counterparty: string | undefined;
}

/** Everything of the maker that changes, as JSON. */
export interface MakerState {
  /** Signed lots. */
  position: number;
  /** When it looks at the market again. */
  next: number;
  /** 0 between rounds. */
  roundEnd: number;
  readonly buy: QuoteState;
  readonly sell: QuoteState;
  quoteCount: number;
  tradeCount: number;
  race: Race | null;
  amendments: Amendment[];
  /** Its own choices, apart from who comes to trade and from what is amended later. */
  readonly rng: RngState;
  readonly encounters: RngState;
  readonly amends: RngState;
}

/** What the maker tells its surroundings. */
export interface TradeHost {
  /** Before a trade is written: the market as it was, if nobody knows it yet. */
  beforeTrade(time: number): void;
  afterTrade(time: number): void;
  /** When the market has taken notice of the trade. */
  afterImpact(time: number, side: Side, liquidity: Liquidity): void;
}

const NEVER = Number.MAX_SAFE_INTEGER;
const SECOND = 1_000_000;
/** In usual quotes. */
const EXPERIMENT_SIZES = [0.1, 0.2, 0.4, 0.8, 1.2, 1.8, 2.7, 4] as const;
const SIZES = [1, 1, 1, 2, 0.5, 1, 1.5, 1] as const;
/** A quote that stands too far off costs nothing but chances. */
const LAZINESS = 2.5;
const REPLACE_SHARE = 0.85;
const REJECT_SHARE = 0.004;
const RACE_SHARE = 0.02;
const CUT_ABOVE = 0.6;
const CUT_TO = 0.2;
const TIDY_ABOVE = 0.12;

function noQuote(): QuoteState {
  return { id: 0, price: 0, quantity: 0, filled: 0, expires: 0 };
}

export function initialMaker(seed: number, profile: InstrumentProfile, time: number): MakerState {
  const rng = stream(seed, profile.name, "maker");
  return {
    position: 0,
    next: time + Math.round(exponential(rng, profile.quoting.pauseSeconds) * SECOND * 0.5),
    roundEnd: 0,
    buy: noQuote(),
    sell: noQuote(),
    quoteCount: 0,
    tradeCount: 0,
    race: null,
    amendments: [],
    rng,
    encounters: stream(seed, profile.name, "encounters"),
    amends: stream(seed, profile.name, "amendments"),
  };
}

export class Maker {
  readonly state: MakerState;
  private readonly profile: InstrumentProfile;
  private readonly market: SyntheticMarket;
  private readonly writer: EventWriter;
  private readonly host: TradeHost;

  constructor(
    profile: InstrumentProfile,
    market: SyntheticMarket,
    output: { readonly writer: EventWriter; readonly host: TradeHost },
    state: MakerState,
  ) {
    this.profile = profile;
    this.market = market;
    this.writer = output.writer;
    this.host = output.host;
    this.state = state;
  }

  /** The next time at which the maker acts of its own accord. */
  get nextTime(): number {
    const { next, race } = this.state;
    return Math.min(next, race?.time ?? NEVER);
  }

  get isQuoting(): boolean {
    return this.state.buy.id !== 0 || this.state.sell.id !== 0;
  }

  /** Acts on whatever is due at `time`. */
  act(time: number, effects: Effects): void {
    const state = this.state;
    const race = state.race;
    if (race !== null && race.time <= time) {
      state.race = null;
      const counterparty = this.someCounterparty();
      this.execute({ ...race, liquidity: "maker", quoteId: race.id, counterparty }, effects);
      this.host.afterImpact(race.time, race.side, "maker");
    }
    if (state.next <= time) this.decide(time, effects);
  }

  /** Busts and corrects what is due; nobody in the market notices. */
  amendUntil(time: number, effects: Effects): void {
    while ((this.state.amendments[0]?.time ?? NEVER) <= time) this.amend(effects);
  }

  /** A taker comes along; `mid` in ticks is the market it saw. */
  meet(arrival: Arrival, mid: number, effects: Effects): void {
    const side: Side = arrival.sign > 0 ? "sell" : "buy";
    const quote = this.state[side];
    if (quote.id === 0) return;
    const away = Math.max(0, (quote.price - mid) * arrival.sign);
    const distanceBps = ((away / mid) * 10_000) / this.market.nervousness;
    const { fillShare, fillDecay } = this.profile.flow;
    const reach = fillShare * effects.fill * Math.exp(-fillDecay * distanceBps);
    if (!chance(this.state.encounters, reach)) return;
    const lots = this.fill(side, arrival, effects);
    const reached = (10_000 * away) / mid;
    const toxicity = arrival.counterparty === TOXIC ? effects.toxicImpact : 1;
    const planted = this.plantedBps(lots, effects);
    this.market.follow(arrival, reached * effects.impact * toxicity, planted);
    this.host.afterImpact(arrival.time, side, "maker");
  }

  /** How far a maker trade moves the price against us because a scenario says so. */
  private plantedBps(lots: number, { adverseBps, sizeImpactBps }: Effects): number {
    return adverseBps + sizeImpactBps * Math.sqrt(lots / this.profile.quoting.quoteLots);
  }

  /** The market went through a quote: whoever saw it first took all of it. */
  sweep(time: number, effects: Effects): void {
    const { buy, sell } = this.state;
    const { bid, ask } = this.market.state;
    if (sell.id !== 0 && bid >= sell.price) this.sweepSide("sell", time, effects);
    if (buy.id !== 0 && ask <= buy.price) this.sweepSide("buy", time, effects);
  }

  private sweepSide(side: Side, time: number, effects: Effects): void {
    if (effects.fill < 1 && !chance(this.state.encounters, effects.fill)) {
      this.cancel(side, time, "pulled");
      return;
    }
    const { quantity, filled } = this.state[side];
    const counterparty = this.someCounterparty();
    const lots = quantity - filled;
    this.fillLots(side, lots, { time, counterparty }, effects);
    this.market.follow({ sign: side === "sell" ? 1 : -1, time }, 0, this.plantedBps(lots, effects));
    this.host.afterImpact(time, side, "maker");
  }

  /** @returns the lots that were filled */
  private fill(side: Side, arrival: Arrival, effects: Effects): number {
    const quote = this.state[side];
    const left = quote.quantity - quote.filled;
    const lots = effects.sizeImpactBps > 0 ? left : Math.min(left, arrival.lots);
    this.fillLots(side, lots, arrival, effects);
    return lots;
  }

  private fillLots(
    side: Side,
    lots: number,
    by: { readonly time: number; readonly counterparty: string },
    effects: Effects,
  ): void {
    const quote = this.state[side];
    const { id, price } = quote;
    quote.filled += lots;
    if (quote.filled >= quote.quantity) quote.id = 0;
    this.execute({ ...by, side, price, lots, liquidity: "maker", quoteId: id }, effects);
  }

  private execute(execution: Execution, effects: Effects): void {
    const state = this.state;
    const { time, side, price, lots, liquidity, quoteId } = execution;
    const rate = feeRate(this.profile.tiers, this.profile.tier + effects.tierStep, liquidity);
    state.tradeCount++;
    const tradeId = `T${state.tradeCount}`;
    this.host.beforeTrade(time);
    const line = {
      tradeId,
      side,
      price,
      quantity: lots,
      liquidity,
      fee: feeText(this.profile, price, lots, rate),
      quoteId: quoteId === 0 ? undefined : `Q${quoteId}`,
      counterparty: execution.counterparty,
      positionBefore: this.profile.reportsPosition ? state.position : undefined,
    };
    this.writer.trade(time, line, effects.tradeClockUs);
    state.position += side === "buy" ? lots : -lots;
    this.host.afterTrade(time + effects.tradeClockUs);
    if (effects.busts + effects.corrections > 0) this.planAmendment(execution, tradeId, effects);
  }

  private planAmendment(trade: Execution, tradeId: string, effects: Effects): void {
    const { amends, amendments } = this.state;
    const u = uniform(amends);
    if (u >= effects.busts + effects.corrections) return;
    const kind = u < effects.busts ? "bust" : "correction";
    const time = trade.time + Math.round((30 + 570 * uniform(amends)) * SECOND);
    amendments.push({ time, kind, trade, tradeId });
    amendments.sort((a, b) => a.time - b.time);
  }

  private amend(effects: Effects): void {
    const amendment = this.state.amendments.shift();
    if (amendment === undefined) return;
    const { time, trade, tradeId } = amendment;
    if (amendment.kind === "bust") {
      const reversed = this.state.position + (trade.side === "buy" ? -trade.lots : trade.lots);
      if (Math.abs(reversed) > this.limit) return;
      this.state.position = reversed;
      this.writer.bust(time, tradeId);
      return;
    }
    const { amends } = this.state;
    const up = chance(amends, 0.5) ? 1 : -1;
    const price = Math.max(1, trade.price + up * (1 + Math.floor(3 * uniform(amends))));
    const rate = feeRate(this.profile.tiers, this.profile.tier + effects.tierStep, trade.liquidity);
    this.writer.correction(time, tradeId, price, feeText(this.profile, price, trade.lots, rate));
  }

  private get limit(): number {
    return this.profile.quoting.positionLimitLots;
  }

  private decide(time: number, effects: Effects): void {
    const state = this.state;
    const { reactionSeconds, roundSeconds, pauseSeconds } = this.profile.quoting;
    if (effects.outage) {
      this.cancelAll(time, "no-feed");
      state.roundEnd = 0;
      state.next = time + 5 * SECOND;
      return;
    }
    if (state.roundEnd === 0) {
      state.roundEnd = time + Math.round((5 + exponential(state.rng, roundSeconds - 5)) * SECOND);
    }
    const isOver = time >= state.roundEnd;
    if (effects.skew > 0) this.considerCut(time, isOver, effects);
    if (isOver) {
      this.cancelAll(time, "round-end");
      state.roundEnd = 0;
      state.next = time + Math.round((1 + exponential(state.rng, pauseSeconds)) * SECOND);
      return;
    }
    this.manage("buy", time, effects);
    this.manage("sell", time, effects);
    state.next = time + reactionSeconds * SECOND;
  }

  private cancelAll(time: number, reason: string): void {
    this.cancel("buy", time, reason);
    this.cancel("sell", time, reason);
  }

  /** Where a quote should stand, in ticks: never through the market. */
  private target(side: Side, effects: Effects): number {
    const { bid, ask } = this.market.state;
    const { halfSpreadBps, skewBps } = this.profile.quoting;
    const mid = (bid + ask) / 2;
    const bps = (mid / 10_000) * this.market.nervousness;
    const lean = skewBps * effects.skew * (this.state.position / this.limit);
    const half = Math.max(halfSpreadBps * bps, (ask - bid) / 2);
    const centre = mid - lean * bps;
    if (side === "buy") return Math.max(1, Math.min(Math.floor(centre - half), ask - 1));
    return Math.max(Math.ceil(centre + half), bid + 1);
  }

  private manage(side: Side, time: number, effects: Effects): void {
    const quote = this.state[side];
    const target = this.target(side, effects);
    if (quote.id === 0) {
      this.place(side, target, time, effects.sizeImpactBps > 0);
      return;
    }
    if (time >= quote.expires) {
      this.writeQuote(time, side, "expired");
      quote.id = 0;
      return;
    }
    const tolerance =
      (this.profile.quoting.toleranceBps / 10_000) * target * this.market.nervousness;
    const tooClose = side === "buy" ? quote.price - target : target - quote.price;
    if (tooClose <= Math.max(1, tolerance) && -tooClose <= Math.max(1, LAZINESS * tolerance))
      return;
    if (chance(this.state.rng, REPLACE_SHARE)) this.replace(side, target, time);
    else this.cancel(side, time, "requote");
  }

  /** What may still be added on a side before the limit, if every quote there were filled. */
  private room(side: Side): number {
    const { position, race } = this.state;
    const racing = race?.side === side ? race.lots : 0;
    return this.limit - (side === "buy" ? position : -position) - racing;
  }

  private place(side: Side, price: number, time: number, isExperiment: boolean): void {
    const state = this.state;
    const sizes = isExperiment ? EXPERIMENT_SIZES : SIZES;
    const size = sizes[Math.floor(uniform(state.rng) * sizes.length)] ?? 1;
    const lots = Math.min(Math.round(this.profile.quoting.quoteLots * size), this.room(side));
    if (lots <= 0) return;
    state.quoteCount++;
    if (chance(state.rng, REJECT_SHARE)) {
      const quoteId = `Q${state.quoteCount}`;
      const reason = "post-only";
      this.writer.quote(time, { quoteId, action: "rejected", side, price, quantity: lots, reason });
      return;
    }
    const quote = state[side];
    quote.id = state.quoteCount;
    quote.price = price;
    quote.quantity = lots;
    quote.filled = 0;
    quote.expires = time + Math.round((15 + exponential(state.rng, 100)) * SECOND);
    this.writeQuote(time, side, "placed");
  }

  private replace(side: Side, price: number, time: number): void {
    const quote = this.state[side];
    if (chance(this.state.rng, REJECT_SHARE)) {
      this.writeQuote(time, side, "rejected", "too-late");
      return;
    }
    quote.price = price;
    this.writeQuote(time, side, "replaced");
  }

  private cancel(side: Side, time: number, reason: string): void {
    const state = this.state;
    const quote = state[side];
    if (quote.id === 0) return;
    this.writeQuote(time, side, "cancelled", reason);
    if (state.race === null && chance(state.encounters, RACE_SHARE)) {
      const lots = Math.min(quote.quantity - quote.filled, this.market.orderLots(state.encounters));
      const late = 1_000 + Math.floor(8_000 * uniform(state.encounters));
      state.race = { time: time + late, side, price: quote.price, lots, id: quote.id };
    }
    quote.id = 0;
  }

  private writeQuote(
    time: number,
    side: Side,
    action: "placed" | "replaced" | "cancelled" | "expired" | "rejected",
    reason?: string,
  ): void {
    const { id, price, quantity } = this.state[side];
    const line = { quoteId: `Q${id}`, action, side, price, quantity };
    this.writer.quote(time, reason === undefined ? line : { ...line, reason });
  }

  /** A large position is cut soon, a middling one now and then at the end of a round. */
  private considerCut(time: number, isOver: boolean, effects: Effects): void {
    const { position, rng } = this.state;
    const used = Math.abs(position) / this.limit;
    if (used > CUT_ABOVE && chance(rng, 0.3)) this.cut(time, CUT_TO, effects);
    else if (isOver && used > TIDY_ABOVE && chance(rng, 0.06)) this.cut(time, 0, effects);
  }

  /** Pays the spread to bring the position down to this share of the limit. */
  private cut(time: number, to: number, effects: Effects): void {
    const { position } = this.state;
    const side: Side = position > 0 ? "sell" : "buy";
    const { bid, ask } = this.market.state;
    this.execute(
      {
        time,
        side,
        price: side === "sell" ? bid : ask,
        lots: Math.round(Math.abs(position) - to * this.limit),
        liquidity: "taker",
        quoteId: 0,
        counterparty: undefined,
      },
      effects,
    );
    this.host.afterImpact(time, side, "taker");
  }

  private someCounterparty(): string {
    return counterpartyAt(uniform(this.state.encounters));
  }
}
