/**
 * What can be planted into the simulated world: each scenario knows when it acts and what it changes, so
 * that every metric, test and alert can be judged against the truth.
 */
import { DAY_US, type EpochUs, HOUR_US, MINUTE_US, SECOND_US } from "../units.ts";

/** What differs from the usual market at one instant. Plain numbers multiply, unless they say otherwise. */
export interface Effects {
  readonly volatility: number;
  readonly spread: number;
  readonly depth: number;
  /** Taker orders per second. */
  readonly arrivals: number;
  /** Chance that a taker order reaches our price. */
  readonly fill: number;
  /** Share of informed orders. */
  readonly informed: number;
  /** Move of the price after an informed order; `toxicImpact` only where the counterparty is C7. */
  readonly impact: number;
  readonly toxicImpact: number;
  /** How strongly Brawler leans against its inventory; 0 switches its cutting trades off too. */
  readonly skew: number;
  /** Share of taker orders that are forced to buy: one-sided flow. */
  readonly forcedBuys: number;
  /** Added: how far each of our maker trades moves the price against us, in bps. */
  readonly adverseBps: number;
  /** Added: the same, times the root of the trade's quantity in usual quotes; and sizes are drawn widely. */
  readonly sizeImpactBps: number;
  /** Added to the log price, in bps; comes and goes without a trace. */
  readonly priceShiftBps: number;
  /** How long the whole market's move takes to arrive, times its usual time. */
  readonly lag: number;
  /**
   * Not 0: LINK-PERP follows SOL-PERP's price, times a constant, and their distance from each other is a
   * process that comes back with a half-life of two hours and has this standard deviation, in bps.
   */
  readonly pairBps: number;
  /** Added to the time that is written on our trades, in µs. */
  readonly tradeClockUs: number;
  /** Whether the market feed is silent. */
  readonly outage: boolean;
  /** Added to the fee tier: −1 is one tier worse. */
  readonly tierStep: number;
  /** Added to the funding rate of eight hours. */
  readonly funding: number;
  /** Chance per trade of a later bust, and of a later correction. */
  readonly busts: number;
  readonly corrections: number;
}

/** Chance per line that the delivery goes wrong; the events themselves stay right. */
export interface DeliveryFaults {
  readonly duplicates: number;
  /** Delivered up to three seconds late, behind its successors. */
  readonly reorders: number;
  /** Delivered 40 s to 10 min late, after the gap was given up. */
  readonly late: number;
  /** Never delivered. */
  readonly gaps: number;
}

/** One planted effect, and the half-open windows in which it acts. */
export interface Scenario {
  readonly name: string;
  /** One line, for `--help` and the page. */
  readonly description: string;
  /** Without any structure: constant volatility, Poisson flow, no information, no seasons. */
  readonly isNull: boolean;
  /** Counts from the UTC midnight at or before the anchor. */
  readonly fromMidnight: boolean;
  /** Time from the anchor to the first onset. */
  readonly onsetUs: number;
  /** Undefined: for ever. */
  readonly lengthUs: number | undefined;
  /** Undefined: once. */
  readonly everyUs: number | undefined;
  readonly faults: DeliveryFaults | undefined;
  /** A start and a length may be asked for. */
  readonly isTimed: boolean;
  /** It changes something that the null world has too. */
  readonly worksInNull: boolean;
  /** One of the faults that `data-faults` is made of. */
  readonly isPartOfDataFaults: boolean;
  /** Instruments without which nothing of it shows. */
  readonly needs: readonly string[];
  /** The effects stay the same throughout a window. */
  readonly isSteady: boolean;
  /** @param elapsedUs since the onset of this window */
  readonly effects: (elapsedUs: number) => Effects;
}

export const USUAL: Effects = {
  volatility: 1,
  spread: 1,
  depth: 1,
  arrivals: 1,
  fill: 1,
  informed: 1,
  impact: 1,
  toxicImpact: 1,
  skew: 1,
  forcedBuys: 0,
  adverseBps: 0,
  sizeImpactBps: 0,
  priceShiftBps: 0,
  lag: 1,
  pairBps: 0,
  tradeClockUs: 0,
  outage: false,
  tierStep: 0,
  funding: 0,
  busts: 0,
  corrections: 0,
};

const NO_FAULTS: DeliveryFaults = { duplicates: 0, reorders: 0, late: 0, gaps: 0 };
const TEN_MINUTES = 10 * MINUTE_US;

type Shape = Partial<Omit<Scenario, "name" | "description" | "effects" | "isSteady">>;

/** A scenario that changes the same figures throughout its windows. */
function steady(
  name: string,
  description: string,
  change: Partial<Effects>,
  shape: Shape = {},
): Scenario {
  const effects: Effects = { ...USUAL, ...change };
  return { ...moving(name, description, () => effects, shape), isSteady: true };
}

function moving(
  name: string,
  description: string,
  effects: Scenario["effects"],
  shape: Shape = {},
): Scenario {
  return {
    name,
    description,
    isNull: shape.isNull ?? false,
    fromMidnight: shape.fromMidnight ?? false,
    onsetUs: shape.onsetUs ?? TEN_MINUTES,
    lengthUs: shape.lengthUs,
    everyUs: shape.everyUs,
    faults: shape.faults,
    isTimed: shape.isTimed ?? true,
    worksInNull: shape.worksInNull ?? false,
    isPartOfDataFaults: shape.isPartOfDataFaults ?? false,
    needs: shape.needs ?? [],
    isSteady: false,
    effects,
  };
}

/** From the onset of the planted windows on, for half an hour at a time, four times a day. */
const HALF_HOURS: Shape = { lengthUs: 30 * MINUTE_US, everyUs: 6 * HOUR_US };

const CRASH_BPS = -800;
const CRASH_US = 3 * MINUTE_US;
const REBOUND_US = 30 * MINUTE_US;

/** Down 8 % in three minutes, half of it back within half an hour, the rest within a day. */
function flashCrash(elapsedUs: number): Effects {
  const fall = Math.min(1, elapsedUs / CRASH_US);
  const back = Math.min(1, Math.max(0, elapsedUs - CRASH_US) / REBOUND_US);
  const rest = Math.max(0, 1 - elapsedUs / (20 * HOUR_US));
  const isStressed = elapsedUs < CRASH_US + REBOUND_US;
  return {
    ...USUAL,
    priceShiftBps: CRASH_BPS * fall * (0.5 * (1 - back) + 0.5 * rest),
    volatility: isStressed ? 3 : 1,
    spread: isStressed ? 8 : 1,
    depth: isStressed ? 0.2 : 1,
    arrivals: isStressed ? 3 : 1,
  };
}

/** −0.1 bps a day, every day: what a slow decay of the edge looks like. */
function markoutDrift(elapsedUs: number): Effects {
  return { ...USUAL, adverseBps: (0.1 * elapsedUs) / DAY_US };
}

const FAULT_RATES: DeliveryFaults = { duplicates: 0.01, reorders: 0.02, late: 0.005, gaps: 0.0005 };

function faulty(name: keyof DeliveryFaults, description: string): Scenario {
  const faults = { ...NO_FAULTS, [name]: FAULT_RATES[name] };
  const shape = { onsetUs: 0, faults, worksInNull: true, isPartOfDataFaults: true };
  return steady(name, description, {}, shape);
}

/** From the start of the run on. */
const AT_ONCE: Shape = { onsetUs: 0 };

const AMENDED: Shape = { ...AT_ONCE, worksInNull: true, isPartOfDataFaults: true };

/** The two that `cointegrated-pair` ties together: the first follows the second. */
export const PAIR = { follower: "LINK-PERP", leader: "SOL-PERP" } as const;

const SCENARIOS: readonly Scenario[] = [
  steady(
    "normal",
    "the usual market: every stylised fact, nothing planted",
    {},
    { onsetUs: 0, isTimed: false },
  ),
  steady(
    "null",
    "no structure at all: what no test and no alert may find anything in",
    {},
    { onsetUs: 0, isNull: true, isTimed: false },
  ),
  steady(
    "calm",
    "half the volatility, less informed flow",
    { volatility: 0.5, informed: 0.5, arrivals: 0.7 },
    AT_ONCE,
  ),
  steady("toxic-flow", "twice the informed flow, each order moving the price twice as far", {
    informed: 2,
    impact: 2,
  }),
  steady("toxic-counterparty", "trades with counterparty C7 move the price three times as far", {
    toxicImpact: 3,
  }),
  steady(
    "toxic-hour",
    "informed flow from 02:00 to 03:00 UTC",
    { informed: 2, impact: 2 },
    { fromMidnight: true, onsetUs: 2 * HOUR_US, lengthUs: HOUR_US, everyUs: DAY_US },
  ),
  steady(
    "vol-spike",
    "volatility × 5 and spread × 3 for half an hour, four times a day",
    { volatility: 5, spread: 3, arrivals: 2 },
    HALF_HOURS,
  ),
  steady(
    "vol-regimes",
    "volatility × 2.5 for twelve hours, then usual for twelve",
    { volatility: 2.5 },
    { fromMidnight: true, onsetUs: 12 * HOUR_US, lengthUs: 12 * HOUR_US, everyUs: DAY_US },
  ),
  steady(
    "stress",
    "volatility × 7, spread × 10, depth ÷ 5 and one-sided flow for 40 minutes, once a day",
    { volatility: 7, spread: 10, depth: 0.2, arrivals: 2, forcedBuys: 0.5 },
    { lengthUs: 40 * MINUTE_US, everyUs: DAY_US },
  ),
  moving("flash-crash", "down 8 % in three minutes, half of it back in half an hour", flashCrash, {
    lengthUs: 20 * HOUR_US,
    everyUs: DAY_US,
  }),
  steady(
    "liquidity-drought",
    "spread × 5, depth ÷ 5 and fewer takers for an hour, four times a day",
    { spread: 5, depth: 0.2, arrivals: 0.4 },
    { ...HALF_HOURS, lengthUs: HOUR_US, worksInNull: true },
  ),
  steady(
    "feed-outage",
    "the market feed is silent for 90 s, every two hours",
    { outage: true },
    { lengthUs: 90 * SECOND_US, everyUs: 2 * HOUR_US, worksInNull: true },
  ),
  steady(
    "inventory-run",
    "takers mostly buy while Brawler no longer leans against its inventory",
    { forcedBuys: 0.8, skew: 0 },
    { lengthUs: 3 * HOUR_US, everyUs: 12 * HOUR_US, worksInNull: true },
  ),
  steady(
    "hit-rate-drop",
    "our quotes are reached 30 % less often from the onset on",
    { fill: 0.7 },
    { worksInNull: true },
  ),
  moving(
    "markout-drift",
    "the price after our maker trades worsens by 0.1 bps a day",
    markoutDrift,
    { ...AT_ONCE, worksInNull: true },
  ),
  steady(
    "size-experiment",
    "quotes of random size, each trade moving the price by 1.5 bps times the root of it",
    { sizeImpactBps: 1.5 },
    { ...AT_ONCE, worksInNull: true },
  ),
  steady(
    "fee-tier-switch",
    "one fee tier worse from the onset on",
    { tierStep: -1 },
    { onsetUs: HOUR_US, worksInNull: true },
  ),
  steady(
    "funding-spike",
    "funding 0.75 % higher per eight hours, for a day in three",
    { funding: 0.0075 },
    { ...AT_ONCE, lengthUs: DAY_US, everyUs: 3 * DAY_US, worksInNull: true },
  ),
  steady(
    "lead-lag",
    "the whole market's move reaches all but BTC four times as late: ETH-PERP after 1.8 s",
    { lag: 4 },
    { ...AT_ONCE, needs: ["BTC-PERP", "ETH-PERP"] },
  ),
  steady(
    "cointegrated-pair",
    "LINK-PERP follows SOL-PERP at a distance of 40 bps that halves in two hours",
    { pairBps: 40 },
    { ...AT_ONCE, needs: [PAIR.leader, PAIR.follower] },
  ),
  steady(
    "clock-skew",
    "our trades are stamped three seconds late, against the market's clock",
    { tradeClockUs: 3 * SECOND_US },
    { ...AT_ONCE, worksInNull: true },
  ),
  faulty("duplicates", "1 % of the lines are delivered twice"),
  faulty("reorders", "2 % of the lines are delivered up to three seconds late"),
  faulty("late", "0.5 % of the lines are delivered 40 s to 10 min late"),
  faulty("gaps", "0.05 % of the lines are never delivered"),
  steady("busts", "0.5 % of the trades are busted minutes later", { busts: 0.005 }, AMENDED),
  steady(
    "corrections",
    "0.5 % of the trades are corrected minutes later",
    { corrections: 0.005 },
    AMENDED,
  ),
  steady(
    "data-faults",
    "duplicates, re-orders, late lines, gaps, busts and corrections together",
    { busts: 0.005, corrections: 0.005 },
    { ...AT_ONCE, faults: FAULT_RATES, worksInNull: true },
  ),
];

const SCENARIO_BY_NAME: ReadonlyMap<string, Scenario> = new Map(
  SCENARIOS.map((scenario) => [scenario.name, scenario]),
);

/** Every scenario, the usual market first. */
export function scenarioList(): readonly Scenario[] {
  return SCENARIOS;
}

/** @throws {RangeError} naming the scenarios there are, when this is none of them */
export function scenarioByName(name: string): Scenario {
  const scenario = SCENARIO_BY_NAME.get(name);
  if (scenario === undefined) {
    const names = SCENARIOS.map((each) => each.name).join(", ");
    throw new RangeError(`unknown scenario ${JSON.stringify(name)}; there are ${names}`);
  }
  return scenario;
}

/** A half-open span in which a scenario acts: the planted truth. */
export interface PlantedWindow {
  readonly from: EpochUs;
  readonly to: EpochUs;
}

const NEVER = Number.MAX_SAFE_INTEGER as EpochUs;

/** The window that holds `time`, or else the next one after it; undefined when there is none any more. */
function windowAround(scenario: Scenario, anchor: number, time: number): PlantedWindow | undefined {
  const start = scenario.fromMidnight ? anchor - (anchor % DAY_US) : anchor;
  const first = start + scenario.onsetUs;
  const every = scenario.everyUs;
  const length = scenario.lengthUs;
  if (length === undefined) return { from: first as EpochUs, to: NEVER };
  if (every === undefined) {
    return time < first + length
      ? { from: first as EpochUs, to: (first + length) as EpochUs }
      : undefined;
  }
  const round = Math.max(0, Math.floor((time - first - length) / every) + 1);
  const from = first + round * every;
  return { from: from as EpochUs, to: (from + length) as EpochUs };
}

/** The windows of a scenario that overlap [from, to): what a detector should find. */
export function plantedWindows(
  scenario: Scenario,
  anchor: EpochUs,
  span: PlantedWindow,
): readonly PlantedWindow[] {
  const windows: PlantedWindow[] = [];
  let window = windowAround(scenario, anchor, span.from);
  while (window !== undefined && window.from < span.to) {
    windows.push(window);
    if (window.to >= span.to) break;
    window = windowAround(scenario, anchor, window.to);
  }
  return windows;
}

/** What the scenario changes at `time`, and until when that answer's window holds. */
export function effectsAt(scenario: Scenario, anchor: number, time: number): Effects {
  const window = windowAround(scenario, anchor, time);
  if (window === undefined || time < window.from) return USUAL;
  return scenario.effects(time - window.from);
}

/** The next instant after `time` at which a window opens or closes. */
export function nextChange(scenario: Scenario, anchor: number, time: number): number {
  const window = windowAround(scenario, anchor, time);
  if (window === undefined) return NEVER;
  return time < window.from ? window.from : window.to;
}
