/**
 * What is planted into one run: scenarios by name, each at its own time or at one that was asked for.
 *
 *     vol-spike                          at the scenario's own times
 *     vol-spike@2h                       once, two hours after the anchor, for the scenario's own length
 *     vol-spike@2h+10m                   once, for ten minutes
 *     toxic-flow,vol-spike@2h+10m        both: factors multiply, additions add up
 */
import {
  DAY_US,
  type DurationUs,
  type EpochUs,
  HOUR_US,
  MINUTE_US,
  parseDuration,
} from "../units.ts";
import {
  type DeliveryFaults,
  type Effects,
  effectsAt,
  nextChange,
  type PlantedWindow,
  plantedWindows,
  type Scenario,
  scenarioByName,
  USUAL,
} from "./scenario.ts";

/** Scenarios on one clock. */
export interface Plan {
  /** As it was asked for. */
  readonly text: string;
  /** When the clock of the scenarios starts. */
  readonly anchor: number;
  readonly parts: readonly Scenario[];
  readonly isNull: boolean;
  /** No effect changes but where a window opens or closes. */
  readonly isSteady: boolean;
  /** Some line may be delivered wrongly. */
  readonly isFaulty: boolean;
}

/** What was planted, when and how strongly. */
export interface PlantedTruth {
  readonly scenario: string;
  readonly description: string;
  readonly windows: readonly PlantedWindow[];
  /** What differs from the usual market at each window's start: factors, additions, chances. */
  readonly effects: Partial<Effects>;
  readonly faults: Partial<DeliveryFaults>;
  /** The same, so long after the start of a window; empty where they stay as they are. */
  readonly course: readonly { readonly afterUs: number; readonly effects: Partial<Effects> }[];
}

const PART = /^([a-z-]+)(?:@([0-9a-z]+))?(?:\+([0-9a-z]+))?$/;

/**
 * @param text names with commas between them, each with `@START` and `+LENGTH` where wanted
 * @throws {RangeError} for a name that there is not, a time that cannot be read, and what cannot go together
 */
export function planScenarios(text: string, anchor: number): Plan {
  const parts = text.split(",").map((part) => readPart(part.trim()));
  refuseImpossible(parts);
  return {
    text,
    anchor,
    parts,
    isNull: parts.some(({ isNull }) => isNull),
    isSteady: parts.every(({ isSteady }) => isSteady),
    isFaulty: parts.some(({ faults }) => faults !== undefined),
  };
}

function readPart(text: string): Scenario {
  const match = PART.exec(text);
  if (match === null) {
    throw new RangeError(
      `cannot read scenario ${JSON.stringify(text)}; expected NAME, NAME@START or NAME@START+LENGTH`,
    );
  }
  const [, name = "", start, length] = match;
  const scenario = scenarioByName(name);
  if (start === undefined && length === undefined) return scenario;
  if (!scenario.isTimed) {
    throw new RangeError(
      `scenario ${name} holds for the whole run: it takes no start and no length`,
    );
  }
  const lengthUs = length === undefined ? scenario.lengthUs : readDuration(text, length);
  if (lengthUs === 0) throw new RangeError(`scenario ${text} would last no time at all`);
  const onsetUs = start === undefined ? scenario.onsetUs : readDuration(text, start);
  const isMoved = start !== undefined;
  return {
    ...scenario,
    onsetUs,
    lengthUs,
    everyUs: undefined,
    fromMidnight: scenario.fromMidnight && !isMoved,
  };
}

function readDuration(part: string, text: string): DurationUs {
  const duration = parseDuration(text);
  if (duration !== undefined) return duration;
  throw new RangeError(`scenario ${part}: ${text} is no duration such as 90s, 10m, 2h or 1d`);
}

function refuseImpossible(parts: readonly Scenario[]): void {
  if (parts.length > 1 && parts.some(({ name }) => name === "normal")) {
    throw new RangeError("scenario normal plants nothing: leave it out beside others");
  }
  const nullWorld = parts.find(({ isNull }) => isNull);
  const helpless = parts.find((part) => part !== nullWorld && !part.worksInNull);
  if (nullWorld !== undefined && helpless !== undefined) {
    throw new RangeError(
      `scenarios null and ${helpless.name} cannot go together: the null world has nothing that it could change`,
    );
  }
  parts.forEach((part, i) => {
    for (const other of parts.slice(0, i)) refuseClash(other, part);
  });
}

function refuseClash(a: Scenario, b: Scenario): void {
  const isSame = a.name === b.name;
  if (isSame && meet(a, b)) {
    throw new RangeError(`scenario ${a.name} is named twice for the same time`);
  }
  const [all, one] = a.name === "data-faults" ? [a, b] : [b, a];
  if (all.name === "data-faults" && one.isPartOfDataFaults) {
    throw new RangeError(`scenario data-faults holds ${one.name} already: name one of them`);
  }
}

/** Whether two plans of one scenario overlap; periodic ones are taken to. */
function meet(a: Scenario, b: Scenario): boolean {
  if (a.everyUs !== undefined || b.everyUs !== undefined) return true;
  const endOf = ({ onsetUs, lengthUs = Infinity }: Scenario) => onsetUs + lengthUs;
  return a.onsetUs < endOf(b) && b.onsetUs < endOf(a);
}

/**
 * Whether these instruments suffice for what is planted.
 *
 * @throws {RangeError} naming those that are missing
 */
export function requireInstruments(plan: Plan, instruments: readonly string[]): void {
  for (const { name, needs } of plan.parts) {
    const missing = needs.filter((each) => !instruments.includes(each));
    if (missing.length > 0) {
      throw new RangeError(
        `scenario ${name} needs ${needs.join(" and ")}; not simulated: ${missing.join(", ")}`,
      );
    }
  }
}

/** What differs from the usual market at `time`. */
export function plannedEffects({ parts, anchor }: Plan, time: number): Effects {
  let effects = USUAL;
  for (const part of parts) {
    const own = effectsAt(part, anchor, time);
    if (own !== USUAL) effects = effects === USUAL ? own : together(effects, own);
  }
  return effects;
}

/** The next instant after `time` at which something changes in the world; how lines are delivered does not count. */
export function plannedChange({ parts, anchor }: Plan, time: number): number {
  let next = Number.MAX_SAFE_INTEGER;
  for (const part of parts) {
    if (!isDelivery(part)) next = Math.min(next, nextChange(part, anchor, time));
  }
  return next;
}

function isDelivery({ faults, isPartOfDataFaults }: Scenario): boolean {
  return faults !== undefined && isPartOfDataFaults;
}

function together(a: Effects, b: Effects): Effects {
  return {
    volatility: a.volatility * b.volatility,
    spread: a.spread * b.spread,
    depth: a.depth * b.depth,
    arrivals: a.arrivals * b.arrivals,
    fill: a.fill * b.fill,
    informed: a.informed * b.informed,
    impact: a.impact * b.impact,
    toxicImpact: a.toxicImpact * b.toxicImpact,
    skew: a.skew * b.skew,
    lag: a.lag * b.lag,
    forcedBuys: 1 - (1 - a.forcedBuys) * (1 - b.forcedBuys),
    adverseBps: a.adverseBps + b.adverseBps,
    sizeImpactBps: a.sizeImpactBps + b.sizeImpactBps,
    priceShiftBps: a.priceShiftBps + b.priceShiftBps,
    pairBps: a.pairBps + b.pairBps,
    tradeClockUs: a.tradeClockUs + b.tradeClockUs,
    tierStep: a.tierStep + b.tierStep,
    funding: a.funding + b.funding,
    busts: a.busts + b.busts,
    corrections: a.corrections + b.corrections,
    outage: a.outage || b.outage,
  };
}

/** Chances that a line of this time is delivered wrongly; undefined where none is. */
export function plannedFaults({ parts, anchor }: Plan, time: number): DeliveryFaults | undefined {
  let faults: DeliveryFaults | undefined;
  for (const part of parts) {
    if (part.faults === undefined || !isActive(part, anchor, time)) continue;
    faults = faults === undefined ? part.faults : added(faults, part.faults);
  }
  return faults;
}

function isActive(part: Scenario, anchor: number, time: number): boolean {
  return effectsAt(part, anchor, time) !== USUAL;
}

function added(a: DeliveryFaults, b: DeliveryFaults): DeliveryFaults {
  return {
    duplicates: a.duplicates + b.duplicates,
    reorders: a.reorders + b.reorders,
    late: a.late + b.late,
    gaps: a.gaps + b.gaps,
  };
}

/** What was planted into [from, to): the oracle of every test and detector. */
export function plannedTruth(
  { parts, anchor }: Plan,
  span: { readonly from: number; readonly to: number },
): readonly PlantedTruth[] {
  return parts
    .filter(({ name }) => name !== "normal")
    .map((part) => ({
      scenario: part.name,
      description: part.description,
      windows: plantedWindows(part, anchor as EpochUs, {
        from: span.from as EpochUs,
        to: span.to as EpochUs,
      }).map(({ from, to }) => ({
        from: Math.max(from, span.from) as EpochUs,
        to: Math.min(to, span.to) as EpochUs,
      })),
      effects: differing(part.effects(0), USUAL),
      faults: part.faults === undefined ? {} : differing(part.faults, NO_FAULTS),
      course: part.isSteady
        ? []
        : COURSE_US.map((afterUs) => ({
            afterUs,
            effects: differing(part.effects(afterUs), USUAL),
          })),
    }));
}

/** When moving effects are written down. */
const COURSE_US = [3 * MINUTE_US, 33 * MINUTE_US, 10 * HOUR_US, DAY_US, 10 * DAY_US, 30 * DAY_US];

const NO_FAULTS: DeliveryFaults = { duplicates: 0, reorders: 0, late: 0, gaps: 0 };

function differing<T extends object>(is: T, usual: T): Partial<T> {
  const entries = Object.entries(is).filter(([key, value]) => value !== usual[key as keyof T]);
  return Object.fromEntries(entries) as Partial<T>;
}
