/** One instrument from its first line on: the market moves, Brawler trades, lines come out, in order of time. */
import type { Liquidity, Side } from "../events/event.ts";
import { EventWriter, type SimulatedLine } from "./event-writer.ts";
import {
  type FundingState,
  fundingRateE8,
  initialFunding,
  nextFunding,
} from "./funding-schedule.ts";
import type { InstrumentProfile } from "./instrument-profile.ts";
import { initialMaker, Maker, type MakerState, type TradeHost } from "./maker.ts";
import { MarkoutTruth } from "./markout-truth.ts";
import type { PriceWorld } from "./price-world.ts";
import type { Effects } from "./scenario.ts";
import { type Plan, plannedChange, plannedEffects } from "./scenario-plan.ts";
import { initialMarket, type MarketState, SyntheticMarket } from "./synthetic-market.ts";

/** Where an instrument stands, as JSON. */
export interface InstrumentState {
  readonly name: string;
  sequence: number;
  /** Event time of the last line. */
  lastLine: number;
  /** Best bid and ask that were last told. */
  toldBid: number;
  toldAsk: number;
  /** Times at which trades' horizons come up, ascending. */
  horizons: number[];
  readonly market: MarketState;
  readonly maker: MakerState;
  readonly funding: FundingState;
}

/** How finely the market is told between Brawler's own events. */
export interface Telling {
  readonly gridUs: number;
  /** The market is told exactly this long after each trade. */
  readonly horizonsUs: readonly number[];
}

/** While a quote is out, the market is watched at least this often. */
const WATCH_US = 1_000_000;
/** The least time between a told market and the trade that it was told for. */
const JUST_BEFORE_US = 1_000;
const HEARTBEAT_US = 10_000_000;

export function initialInstrument(
  seed: number,
  profile: InstrumentProfile,
  time: number,
): InstrumentState {
  return {
    name: profile.name,
    sequence: 0,
    lastLine: time,
    toldBid: 0,
    toldAsk: 0,
    horizons: [],
    market: initialMarket(seed, profile.name, time),
    maker: initialMaker(seed, profile, time),
    funding: initialFunding(seed, profile, time),
  };
}

/** A fixed fraction of a second by which an instrument's grid runs ahead of the clock's. */
function gridPhase(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (sum * 31 + name.charCodeAt(i)) % 199_933;
  return 1_000 + sum;
}

export class InstrumentSimulation implements TradeHost {
  private readonly profile: InstrumentProfile;
  private readonly plan: Plan;
  private readonly telling: Telling;
  private readonly state: InstrumentState;
  private readonly market: SyntheticMarket;
  private readonly maker: Maker;
  private readonly writer: EventWriter;
  private readonly phase: number;
  /** Of this run. */
  readonly markoutTruth: MarkoutTruth;
  private effects: Effects;
  /** The market at the start of the current step: what a taker within it saw. */
  private timeBefore: number;
  private bidBefore: number;
  private askBefore: number;
  private nextGrid = 0;
  private nextChange = 0;

  constructor(
    profile: InstrumentProfile,
    world: PriceWorld,
    run: { readonly plan: Plan; readonly telling: Telling },
    state: InstrumentState,
  ) {
    this.profile = profile;
    this.plan = run.plan;
    this.telling = run.telling;
    this.state = state;
    this.writer = new EventWriter(profile, state.sequence, state.lastLine);
    this.writer.intervalMinutes = profile.fundingMinutes ?? 0;
    const { isNull } = run.plan;
    this.market = new SyntheticMarket(profile, world.follow(profile), state.market, isNull);
    const output = { writer: this.writer, host: this };
    this.maker = new Maker(profile, this.market, output, state.maker);
    this.phase = gridPhase(profile.name);
    this.markoutTruth = new MarkoutTruth(run.telling.horizonsUs);
    this.effects = this.look(state.market.time);
    this.timeBefore = state.market.time;
    this.bidBefore = state.market.bid;
    this.askBefore = state.market.ask;
    this.nextGrid = this.gridAfter(state.market.time);
  }

  /** Lines written and not taken yet; whoever takes them empties it. */
  get out(): SimulatedLine[] {
    return this.writer.out;
  }

  /** Runs every step that begins before `until`: all lines of before then are written, and some of after. */
  advance(until: number): void {
    if (this.state.sequence === 0 && this.writer.sequence === 0) this.begin();
    while (this.state.market.time < until) this.step(this.nextStep());
  }

  /** The market stands as it is since then; all before is written. */
  get time(): number {
    return this.state.market.time;
  }

  /** The live state; the caller copies it before the next step. */
  export(): InstrumentState {
    this.state.sequence = this.writer.sequence;
    this.state.lastLine = this.writer.time;
    return this.state;
  }

  private begin(): void {
    const { market } = this.state;
    this.market.moveBook(this.effects);
    this.writer.instrument(market.time, this.profile.quoting.positionLimitLots);
    this.tell(market.time, market.bid, market.ask);
  }

  /** What is planted at `time`, and until when. */
  private look(time: number): Effects {
    this.nextChange = plannedChange(this.plan, time);
    return plannedEffects(this.plan, time);
  }

  private gridAfter(time: number): number {
    const { gridUs } = this.telling;
    const past = (time + this.phase) % gridUs;
    return time - past + gridUs;
  }

  private nextStep(): number {
    const { market, horizons, funding } = this.state;
    const watch = this.maker.isQuoting ? market.time + WATCH_US : this.nextGrid;
    const own = Math.min(this.maker.nextTime, funding.next, horizons[0] ?? watch);
    return Math.max(market.time + 1, Math.min(own, watch, this.nextGrid, this.nextChange));
  }

  private step(time: number): void {
    const { market, maker, state } = this;
    this.timeBefore = state.market.time;
    this.bidBefore = state.market.bid;
    this.askBefore = state.market.ask;
    market.advance(time, this.effects);
    if (maker.isQuoting) this.meetTakers();
    // A trade at the very funding time counts as after it.
    if (time >= state.funding.next) this.fund(time);
    if (maker.isQuoting) maker.sweep(time, this.effects);
    if (time >= this.nextChange || !this.plan.isSteady) this.effects = this.look(time);
    this.bidBefore = state.market.bid;
    this.askBefore = state.market.ask;
    if (this.isTold(time) && !this.effects.outage) this.tellOrBeat(time);
    maker.amendUntil(time, this.effects);
    if (maker.nextTime <= time) maker.act(time, this.effects);
  }

  private meetTakers(): void {
    const mid = (this.bidBefore + this.askBefore) / 2;
    for (const arrival of this.market.arrivals) this.maker.meet(arrival, mid, this.effects);
  }

  /** Whether this is a time of the grid, or of a trade's horizon. */
  private isTold(time: number): boolean {
    const { horizons } = this.state;
    let isDue = false;
    while ((horizons[0] ?? time + 1) <= time) {
      horizons.shift();
      isDue = true;
    }
    if (time < this.nextGrid) return isDue;
    this.nextGrid = this.gridAfter(time);
    return true;
  }

  private tellOrBeat(time: number): void {
    const { market, toldBid, toldAsk } = this.state;
    if (market.bid !== toldBid || market.ask !== toldAsk) this.tell(time, market.bid, market.ask);
    else if (time - this.writer.time >= HEARTBEAT_US) this.writer.heartbeat(time);
  }

  private tell(time: number, bid: number, ask: number): void {
    const bidLots = this.market.depth(this.effects);
    const askLots = this.market.depth(this.effects);
    this.writer.reference(time, { bid, ask, bidLots, askLots });
    this.state.toldBid = bid;
    this.state.toldAsk = ask;
  }

  beforeTrade(time: number): void {
    const { toldBid, toldAsk } = this.state;
    if (this.effects.outage) return;
    if (this.bidBefore === toldBid && this.askBefore === toldAsk) return;
    const justBefore = Math.max(time - JUST_BEFORE_US, this.timeBefore);
    this.tell(justBefore, this.bidBefore, this.askBefore);
  }

  afterTrade(time: number): void {
    const { horizons } = this.state;
    for (const horizon of this.telling.horizonsUs) horizons.push(time + horizon);
    horizons.sort((a, b) => a - b);
  }

  afterImpact(time: number, side: Side, liquidity: Liquidity): void {
    const { market, effects } = this;
    const sign = side === "buy" ? 1 : -1;
    const before = Math.log((this.bidBefore + this.askBefore) / 2);
    const sinceUs = market.state.time - time;
    this.markoutTruth.add(liquidity, (horizonUs) => {
      const aheadS = Math.max(0, horizonUs - sinceUs) / 1_000_000;
      const move = Math.exp(market.expectedLogMid(aheadS, effects) - before) - 1;
      return sign * move * 10_000;
    });
  }

  private fund(time: number): void {
    const { funding, market, maker } = this.state;
    const minutes = this.profile.fundingMinutes;
    if (minutes === undefined) return;
    const rateE8 = fundingRateE8(funding, minutes, this.effects.funding);
    const mark = Math.floor((market.bid + market.ask) / 2);
    const position = this.profile.paysFundingInCash ? maker.position : undefined;
    this.writer.funding(time, rateE8, mark, position);
    funding.next = nextFunding(time, minutes);
  }
}
