/**
 * The instruments that the simulated Brawler quotes, each with a character of its own. Every number here is
 * a parameter of a made-up market, not a claim about a venue.
 */
import type { ContractKind, InstrumentKind } from "../events/event.ts";

/** `mantissa · 10^-decimals`, the mantissa free of trailing zeros: a tick, a lot or a multiplier. */
export interface Unit {
  readonly mantissa: number;
  readonly decimals: number;
}

/** What a venue charges, in millionths of the notional: 200 = 2 bps; negative = a rebate. */
export interface FeeTier {
  readonly makerE6: number;
  readonly takerE6: number;
}

/** How Brawler quotes one instrument. */
export interface QuotingStyle {
  /** Half of our own spread in a market of usual volatility, and the least we ever quote. */
  readonly halfSpreadBps: number;
  /** How far one full position limit moves our centre, against the inventory. */
  readonly skewBps: number;
  /** A quote is amended when it stands this much closer to the market than it should, or 2.5 times as far. */
  readonly toleranceBps: number;
  /** Whole seconds between two looks at the market while quoting. */
  readonly reactionSeconds: number;
  /** Mean length of a round of two-sided quoting, and of the pause between rounds. */
  readonly roundSeconds: number;
  readonly pauseSeconds: number;
  /** Usual quantity of a quote, in lots. */
  readonly quoteLots: number;
  readonly positionLimitLots: number;
}

/** How the takers of one instrument behave. */
export interface FlowStyle {
  /** Mean taker orders per second, self-excited share included. */
  readonly ordersPerSecond: number;
  /** Chance that a taker order which could reach our price does, and its decay per bps of distance. */
  readonly fillShare: number;
  readonly fillDecay: number;
  /** How far an informed order's news moves the price, in usual volatility. */
  readonly impactBps: number;
  /** Share of our distance from the mid by which the price follows an order that reached us. */
  readonly sweepImpact: number;
  /** Median size of a taker order, in lots. */
  readonly takerLots: number;
}

export interface InstrumentProfile {
  readonly name: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly kind: InstrumentKind;
  readonly contract: ContractKind;
  readonly multiplier: Unit;
  readonly tick: Unit;
  readonly lot: Unit;
  readonly startPrice: number;
  /** Standard deviation of a day's move in a usual market. */
  readonly volatilityBpsPerDay: number;
  /** Share of that which is the whole market's move: a correlation, in (0, 1). */
  readonly marketCorrelation: number;
  /** How long the whole market's move takes to arrive here. */
  readonly lagMs: number;
  readonly spreadBps: number;
  readonly depthLots: number;
  readonly tiers: readonly FeeTier[];
  /** Index into `tiers`. */
  readonly tier: number;
  /** Undefined for spot. */
  readonly fundingMinutes: number | undefined;
  /** Whether funding lines carry the cash, or leave it to rate × mark. */
  readonly paysFundingInCash: boolean;
  readonly reportsPosition: boolean;
  readonly quoting: QuotingStyle;
  readonly flow: FlowStyle;
}

const ONE: Unit = { mantissa: 1, decimals: 0 };

function unit(mantissa: number, decimals: number): Unit {
  return { mantissa, decimals };
}

/** Base to best: what a venue grants as a maker's volume grows. */
const TIERS: readonly FeeTier[] = [
  { makerE6: 200, takerE6: 500 },
  { makerE6: 100, takerE6: 400 },
  { makerE6: 0, takerE6: 300 },
  { makerE6: -50, takerE6: 250 },
];

const PERP = {
  quote: "USDT",
  settle: "USDT",
  kind: "perp",
  contract: "linear",
  multiplier: ONE,
  tiers: TIERS,
  tier: 3,
  fundingMinutes: 480,
  paysFundingInCash: true,
  reportsPosition: false,
} as const;

const PROFILES: readonly InstrumentProfile[] = [
  {
    ...PERP,
    name: "BTC-PERP",
    base: "BTC",
    tick: unit(1, 1),
    lot: unit(1, 3),
    startPrice: 67_000,
    volatilityBpsPerDay: 210,
    marketCorrelation: 0.95,
    lagMs: 0,
    spreadBps: 0.01,
    depthLots: 4_000,
    quoting: {
      halfSpreadBps: 3.2,
      skewBps: 4.0,
      toleranceBps: 1.42,
      reactionSeconds: 2,
      roundSeconds: 240,
      pauseSeconds: 600,
      quoteLots: 200,
      positionLimitLots: 1_800,
    },
    flow: {
      ordersPerSecond: 0.45,
      fillShare: 0.036,
      fillDecay: 0.37,
      impactBps: 0.66,
      sweepImpact: 0.5,
      takerLots: 120,
    },
  },
  {
    ...PERP,
    name: "ETH-PERP",
    base: "ETH",
    tick: unit(1, 2),
    lot: unit(1, 3),
    startPrice: 3_400,
    volatilityBpsPerDay: 280,
    marketCorrelation: 0.91,
    lagMs: 450,
    spreadBps: 0.02,
    depthLots: 60_000,
    quoting: {
      halfSpreadBps: 4.0,
      skewBps: 5.0,
      toleranceBps: 1.8,
      reactionSeconds: 2,
      roundSeconds: 240,
      pauseSeconds: 800,
      quoteLots: 4_000,
      positionLimitLots: 36_000,
    },
    flow: {
      ordersPerSecond: 0.4,
      fillShare: 0.041,
      fillDecay: 0.3,
      impactBps: 0.83,
      sweepImpact: 0.5,
      takerLots: 2_500,
    },
  },
  {
    ...PERP,
    name: "SOL-PERP",
    base: "SOL",
    tick: unit(1, 2),
    lot: unit(1, 1),
    startPrice: 160,
    volatilityBpsPerDay: 370,
    marketCorrelation: 0.88,
    lagMs: 500,
    spreadBps: 0.9,
    depthLots: 9_000,
    paysFundingInCash: false,
    reportsPosition: true,
    quoting: {
      halfSpreadBps: 5.5,
      skewBps: 7.0,
      toleranceBps: 2.47,
      reactionSeconds: 2,
      roundSeconds: 220,
      pauseSeconds: 960,
      quoteLots: 600,
      positionLimitLots: 5_400,
    },
    flow: {
      ordersPerSecond: 0.3,
      fillShare: 0.055,
      fillDecay: 0.22,
      impactBps: 1.21,
      sweepImpact: 0.5,
      takerLots: 400,
    },
  },
  {
    ...PERP,
    name: "XRP-PERP",
    base: "XRP",
    tick: unit(1, 4),
    lot: unit(1, 0),
    startPrice: 2.2,
    volatilityBpsPerDay: 380,
    marketCorrelation: 0.84,
    lagMs: 600,
    spreadBps: 1.4,
    depthLots: 40_000,
    quoting: {
      halfSpreadBps: 6.0,
      skewBps: 7.5,
      toleranceBps: 2.7,
      reactionSeconds: 2,
      roundSeconds: 220,
      pauseSeconds: 1_000,
      quoteLots: 3_000,
      positionLimitLots: 27_000,
    },
    flow: {
      ordersPerSecond: 0.26,
      fillShare: 0.062,
      fillDecay: 0.2,
      impactBps: 1.32,
      sweepImpact: 0.5,
      takerLots: 2_000,
    },
  },
  {
    ...PERP,
    name: "DOGE-PERP",
    base: "DOGE",
    tick: unit(1, 5),
    lot: unit(1, 0),
    startPrice: 0.16,
    volatilityBpsPerDay: 430,
    marketCorrelation: 0.84,
    lagMs: 700,
    spreadBps: 1.8,
    depthLots: 500_000,
    tier: 2,
    quoting: {
      halfSpreadBps: 7.0,
      skewBps: 9.0,
      toleranceBps: 3.15,
      reactionSeconds: 2,
      roundSeconds: 200,
      pauseSeconds: 1_080,
      quoteLots: 30_000,
      positionLimitLots: 270_000,
    },
    flow: {
      ordersPerSecond: 0.22,
      fillShare: 0.062,
      fillDecay: 0.17,
      impactBps: 1.54,
      sweepImpact: 0.5,
      takerLots: 20_000,
    },
  },
  {
    ...PERP,
    name: "LINK-PERP",
    base: "LINK",
    tick: unit(1, 3),
    lot: unit(1, 1),
    startPrice: 18,
    volatilityBpsPerDay: 410,
    marketCorrelation: 0.84,
    lagMs: 800,
    spreadBps: 2.4,
    depthLots: 6_000,
    tier: 2,
    fundingMinutes: 60,
    reportsPosition: true,
    quoting: {
      halfSpreadBps: 8.0,
      skewBps: 10.0,
      toleranceBps: 3.6,
      reactionSeconds: 3,
      roundSeconds: 200,
      pauseSeconds: 1_200,
      quoteLots: 1_500,
      positionLimitLots: 13_200,
    },
    flow: {
      ordersPerSecond: 0.16,
      fillShare: 0.085,
      fillDecay: 0.15,
      impactBps: 1.65,
      sweepImpact: 0.5,
      takerLots: 900,
    },
  },
  {
    ...PERP,
    name: "BTC-INV",
    base: "BTC",
    quote: "USD",
    settle: "BTC",
    contract: "inverse",
    multiplier: unit(100, 0),
    tick: unit(5, 1),
    lot: ONE,
    startPrice: 67_000,
    volatilityBpsPerDay: 210,
    marketCorrelation: 0.95,
    lagMs: 550,
    spreadBps: 0.05,
    depthLots: 6_000,
    tier: 2,
    quoting: {
      halfSpreadBps: 3.8,
      skewBps: 4.6,
      toleranceBps: 1.72,
      reactionSeconds: 2,
      roundSeconds: 220,
      pauseSeconds: 950,
      quoteLots: 120,
      positionLimitLots: 1_080,
    },
    flow: {
      ordersPerSecond: 0.25,
      fillShare: 0.062,
      fillDecay: 0.31,
      impactBps: 0.77,
      sweepImpact: 0.5,
      takerLots: 80,
    },
  },
  {
    ...PERP,
    name: "ETH-SPOT",
    base: "ETH",
    quote: "USD",
    settle: "USD",
    kind: "spot",
    tick: unit(1, 2),
    lot: unit(1, 4),
    startPrice: 3_400,
    volatilityBpsPerDay: 280,
    marketCorrelation: 0.91,
    lagMs: 500,
    spreadBps: 0.3,
    depthLots: 80_000,
    tier: 2,
    fundingMinutes: undefined,
    quoting: {
      halfSpreadBps: 4.6,
      skewBps: 5.6,
      toleranceBps: 2.1,
      reactionSeconds: 2,
      roundSeconds: 220,
      pauseSeconds: 980,
      quoteLots: 20_000,
      positionLimitLots: 180_000,
    },
    flow: {
      ordersPerSecond: 0.25,
      fillShare: 0.062,
      fillDecay: 0.26,
      impactBps: 0.94,
      sweepImpact: 0.5,
      takerLots: 15_000,
    },
  },
];

const PROFILE_BY_NAME: ReadonlyMap<string, InstrumentProfile> = new Map(
  PROFILES.map((profile) => [profile.name, profile]),
);

/** Every instrument the simulator knows, in the order in which ties of time are resolved. */
export const INSTRUMENT_NAMES: readonly string[] = PROFILES.map((profile) => profile.name);

/** @throws {RangeError} naming the instruments there are, when this is none of them */
export function instrumentProfile(name: string): InstrumentProfile {
  const profile = PROFILE_BY_NAME.get(name);
  if (profile === undefined) {
    throw new RangeError(
      `unknown instrument ${JSON.stringify(name)}; the simulator knows ${INSTRUMENT_NAMES.join(", ")}`,
    );
  }
  return profile;
}
