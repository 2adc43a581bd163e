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
  /** A quote is replaced when it stands further than this from where it should. */
  readonly toleranceBps: number;
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
    volatilityBpsPerDay: 250,
    marketCorrelation: 0.92,
    lagMs: 0,
    spreadBps: 0.03,
    depthLots: 4_000,
    quoting: {
      halfSpreadBps: 1.5,
      skewBps: 1.6,
      toleranceBps: 1.1,
      reactionSeconds: 4,
      roundSeconds: 60,
      pauseSeconds: 330,
      quoteLots: 200,
      positionLimitLots: 3_000,
    },
    flow: { ordersPerSecond: 0.8, fillShare: 0.22, fillDecay: 0.5, impactBps: 1.3, takerLots: 120 },
  },
  {
    ...PERP,
    name: "ETH-PERP",
    base: "ETH",
    tick: unit(1, 2),
    lot: unit(1, 3),
    startPrice: 3_400,
    volatilityBpsPerDay: 310,
    marketCorrelation: 0.85,
    lagMs: 300,
    spreadBps: 0.05,
    depthLots: 60_000,
    quoting: {
      halfSpreadBps: 1.8,
      skewBps: 2,
      toleranceBps: 1.4,
      reactionSeconds: 4,
      roundSeconds: 60,
      pauseSeconds: 360,
      quoteLots: 4_000,
      positionLimitLots: 60_000,
    },
    flow: {
      ordersPerSecond: 0.7,
      fillShare: 0.24,
      fillDecay: 0.45,
      impactBps: 1.5,
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
    volatilityBpsPerDay: 420,
    marketCorrelation: 0.78,
    lagMs: 500,
    spreadBps: 0.9,
    depthLots: 9_000,
    paysFundingInCash: false,
    reportsPosition: true,
    quoting: {
      halfSpreadBps: 2.6,
      skewBps: 3,
      toleranceBps: 2,
      reactionSeconds: 5,
      roundSeconds: 75,
      pauseSeconds: 420,
      quoteLots: 600,
      positionLimitLots: 9_000,
    },
    flow: {
      ordersPerSecond: 0.5,
      fillShare: 0.26,
      fillDecay: 0.32,
      impactBps: 2.1,
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
    volatilityBpsPerDay: 450,
    marketCorrelation: 0.7,
    lagMs: 600,
    spreadBps: 1.4,
    depthLots: 40_000,
    quoting: {
      halfSpreadBps: 3,
      skewBps: 3.4,
      toleranceBps: 2.3,
      reactionSeconds: 5,
      roundSeconds: 80,
      pauseSeconds: 480,
      quoteLots: 3_000,
      positionLimitLots: 45_000,
    },
    flow: {
      ordersPerSecond: 0.4,
      fillShare: 0.28,
      fillDecay: 0.28,
      impactBps: 2.3,
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
    volatilityBpsPerDay: 520,
    marketCorrelation: 0.7,
    lagMs: 700,
    spreadBps: 1.8,
    depthLots: 500_000,
    tier: 2,
    quoting: {
      halfSpreadBps: 3.6,
      skewBps: 4,
      toleranceBps: 2.7,
      reactionSeconds: 6,
      roundSeconds: 90,
      pauseSeconds: 560,
      quoteLots: 30_000,
      positionLimitLots: 450_000,
    },
    flow: {
      ordersPerSecond: 0.3,
      fillShare: 0.3,
      fillDecay: 0.24,
      impactBps: 2.6,
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
    volatilityBpsPerDay: 500,
    marketCorrelation: 0.72,
    lagMs: 800,
    spreadBps: 2.4,
    depthLots: 6_000,
    tier: 2,
    fundingMinutes: 60,
    reportsPosition: true,
    quoting: {
      halfSpreadBps: 4,
      skewBps: 4.5,
      toleranceBps: 3,
      reactionSeconds: 6,
      roundSeconds: 90,
      pauseSeconds: 620,
      quoteLots: 1_500,
      positionLimitLots: 22_000,
    },
    flow: { ordersPerSecond: 0.2, fillShare: 0.34, fillDecay: 0.2, impactBps: 2.8, takerLots: 900 },
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
    volatilityBpsPerDay: 250,
    marketCorrelation: 0.92,
    lagMs: 400,
    spreadBps: 0.15,
    depthLots: 6_000,
    tier: 2,
    quoting: {
      halfSpreadBps: 2,
      skewBps: 2.2,
      toleranceBps: 1.5,
      reactionSeconds: 5,
      roundSeconds: 75,
      pauseSeconds: 520,
      quoteLots: 120,
      positionLimitLots: 1_800,
    },
    flow: { ordersPerSecond: 0.3, fillShare: 0.32, fillDecay: 0.4, impactBps: 1.4, takerLots: 80 },
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
    volatilityBpsPerDay: 310,
    marketCorrelation: 0.85,
    lagMs: 350,
    spreadBps: 0.3,
    depthLots: 80_000,
    tier: 2,
    fundingMinutes: undefined,
    quoting: {
      halfSpreadBps: 2.2,
      skewBps: 2.4,
      toleranceBps: 1.7,
      reactionSeconds: 5,
      roundSeconds: 75,
      pauseSeconds: 540,
      quoteLots: 20_000,
      positionLimitLots: 300_000,
    },
    flow: {
      ordersPerSecond: 0.35,
      fillShare: 0.3,
      fillDecay: 0.38,
      impactBps: 1.6,
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
