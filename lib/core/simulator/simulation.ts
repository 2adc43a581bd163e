/**
 * The simulated Brawler: one seed, one byte-identical stream of events, whatever the number of instruments.
 * It can stop anywhere, travel as JSON and go on, with a finer or coarser telling, without a seam.
 */
import { type DurationUs, type EpochUs, HOUR_US, MINUTE_US, SECOND_US } from "../units.ts";
import { type DeliveryState, deliver, initialDelivery } from "./delivery.ts";
import type { SimulatedLine } from "./event-writer.ts";
import {
  INSTRUMENT_NAMES,
  type InstrumentProfile,
  instrumentProfile,
} from "./instrument-profile.ts";
import {
  InstrumentSimulation,
  type InstrumentState,
  initialInstrument,
  type Telling,
} from "./instrument-simulation.ts";
import { initialWorld, PriceWorld, type WorldState } from "./price-world.ts";
import { type Plan, plannedTruth, planScenarios, requireInstruments } from "./scenario-plan.ts";
import { instrumentTruth, pairTruth, type SimulationTruth } from "./simulation-truth.ts";

/** How a run goes; what was chosen when the simulation began (seed, instruments) is in its state. */
export interface RunOptions {
  /** What is planted, as `planScenarios` reads it: `normal` unless given. */
  readonly scenario?: string;
  /** When the scenarios' clock starts; where this run starts, unless given. */
  readonly scenarioFrom?: EpochUs;
  /** How often the market is told, one second unless given. `HISTORY_GRID_US` suits months of history. */
  readonly gridUs?: DurationUs;
  /** Trade horizons at which the market is told exactly, unless it stood still. */
  readonly horizonsUs?: readonly DurationUs[];
  /** Ends before this much has passed; endless unless given. */
  readonly durationUs?: DurationUs;
}

export interface SimulationOptions extends RunOptions {
  readonly seed: number;
  readonly from: EpochUs;
  /** All instruments unless given; ties of time are resolved in this order. */
  readonly instruments?: readonly string[];
}

/** Another shape of the state has another number. */
export const SIMULATION_SCHEMA = "brawler.simulation/2";

/** Everything a simulation needs to go on, as JSON. */
export interface SimulationState {
  readonly schema: typeof SIMULATION_SCHEMA;
  readonly seed: number;
  /** The simulation is complete up to here. */
  readonly time: number;
  /** Lines of before `time` that nobody took yet. */
  readonly pending: readonly SimulatedLine[];
  readonly world: WorldState;
  readonly instruments: readonly InstrumentState[];
  readonly deliveries: readonly DeliveryState[];
}

/** Every five minutes: what decides a mid at or after a trade is told exactly besides, and months fit in seconds. */
export const HISTORY_GRID_US = (5 * MINUTE_US) as DurationUs;
const LIVE_GRID_US = SECOND_US;
const HORIZONS_US = [1, 5, 10, 30, 60, 300].map((s) => (s * SECOND_US) as DurationUs);
/** From here on the telling is coarse, and so are the blocks in which instruments are simulated. */
const COARSE_US = 10 * SECOND_US;

export class Simulation implements Iterable<SimulatedLine> {
  readonly instruments: readonly string[];
  private readonly seed: number;
  private readonly until: number;
  private readonly blockUs: number;
  private readonly plan: Plan;
  private readonly world: PriceWorld;
  private readonly lanes: readonly Lane[];
  private readonly gridUs: number;
  private readonly startedAt: number;
  private time: number;
  private pending: readonly SimulatedLine[];
  private taken = 0;

  constructor(state: SimulationState, options: RunOptions) {
    const profiles = state.instruments.map(({ name }) => instrumentProfile(name));
    const plan = planScenarios(options.scenario ?? "normal", options.scenarioFrom ?? state.time);
    requireInstruments(
      plan,
      profiles.map(({ name }) => name),
    );
    const telling: Telling = {
      gridUs: options.gridUs ?? LIVE_GRID_US,
      horizonsUs: options.horizonsUs ?? HORIZONS_US,
    };
    this.seed = state.seed;
    this.time = state.time;
    this.startedAt = state.time;
    this.until = options.durationUs === undefined ? Infinity : state.time + options.durationUs;
    this.blockUs = telling.gridUs >= COARSE_US ? HOUR_US : MINUTE_US;
    this.plan = plan;
    this.world = new PriceWorld(plan, assetsOf(profiles), state.world);
    this.instruments = profiles.map(({ name }) => name);
    this.pending = state.pending;
    this.gridUs = telling.gridUs;
    this.lanes = state.instruments.map((each, i) => {
      const { name } = each;
      const instrument = structuredCopy(each);
      const delivery = state.deliveries[i] ?? initialDelivery(state.seed, name);
      return {
        run: new InstrumentSimulation(
          instrumentProfile(name),
          this.world,
          { plan, telling },
          instrument,
        ),
        delivery: structuredCopy(delivery),
      };
    });
  }

  /** The next line, which stays to be taken; undefined at the end. */
  peek(): SimulatedLine | undefined {
    while (this.taken >= this.pending.length) {
      if (this.time >= this.until) return undefined;
      this.pending = this.nextBlock();
      this.taken = 0;
    }
    return this.pending[this.taken];
  }

  /** Takes the next line, or undefined at the end. */
  next(): SimulatedLine | undefined {
    const line = this.peek();
    if (line !== undefined) this.taken += 1;
    return line;
  }

  *[Symbol.iterator](): Iterator<SimulatedLine> {
    for (let line = this.next(); line !== undefined; line = this.next()) yield line;
  }

  /** What `resumeSimulation` needs to go on after the last line that was taken. */
  export(): SimulationState {
    const times = this.lanes.map(({ run }) => run.time);
    return {
      schema: SIMULATION_SCHEMA,
      seed: this.seed,
      time: this.time,
      pending: this.pending.slice(this.taken),
      world: this.world.export(Math.min(...times)),
      instruments: structuredCopy(this.lanes.map(({ run }) => run.export())),
      deliveries: structuredCopy(this.lanes.map(({ delivery }) => delivery)),
    };
  }

  /** What this run planted so far, and what was bound to follow. */
  truth(): SimulationTruth {
    const span = { from: this.startedAt as EpochUs, to: this.time as EpochUs };
    return {
      schema: "brawler.truth/1",
      seed: this.seed,
      scenario: this.plan.text,
      ...span,
      planted: plannedTruth(this.plan, span),
      instruments: this.lanes.map(({ run }, i) => {
        const { markoutTruth } = run;
        const expected = { maker: markoutTruth.of("maker"), taker: markoutTruth.of("taker") };
        return instrumentTruth(this.instruments[i] ?? "", expected);
      }),
      pair: pairTruth(),
    };
  }

  /** Blocks end on the same instants whatever the run, so that where a run stops shows nowhere. */
  private nextBlock(): readonly SimulatedLine[] {
    const end = Math.min(this.time - (this.time % this.blockUs) + this.blockUs, this.until);
    this.world.ensure(end + this.gridUs);
    const streams = this.lanes.map(({ run, delivery }) => {
      run.advance(end);
      return deliver(run.out.splice(0), end, this.plan, delivery);
    });
    this.time = end;
    return merge(streams);
  }
}

/** One instrument and the way its lines take. */
interface Lane {
  readonly run: InstrumentSimulation;
  readonly delivery: DeliveryState;
}

/** JSON in, JSON out: states hold nothing else. */
function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** One stream in order of time; at the same instant, the instrument that was named first comes first. */
function merge(streams: readonly (readonly SimulatedLine[])[]): readonly SimulatedLine[] {
  const [only] = streams;
  if (only !== undefined && streams.length === 1) return only;
  const merged: SimulatedLine[] = [];
  const positions = streams.map(() => 0);
  for (;;) {
    const first = earliest(streams, positions);
    const line = streams[first]?.[positions[first] ?? 0];
    if (line === undefined) return merged;
    merged.push(line);
    positions[first] = (positions[first] ?? 0) + 1;
  }
}

/** Which stream's next line is earliest; −1 when all are used up. */
function earliest(
  streams: readonly (readonly SimulatedLine[])[],
  positions: readonly number[],
): number {
  let best = -1;
  let bestTime = Infinity;
  for (let i = 0; i < streams.length; i++) {
    const time = streams[i]?.[positions[i] ?? 0]?.time ?? Infinity;
    if (time >= bestTime) continue;
    best = i;
    bestTime = time;
  }
  return best;
}

function assetsOf(profiles: readonly InstrumentProfile[]): readonly string[] {
  return [...new Set(profiles.map(({ base }) => base))];
}

/**
 * Starts a simulation: iterate it, or call `next`.
 *
 * @throws {RangeError} naming what there is, when an instrument or a scenario is unknown or cannot be
 */
export function simulate(options: SimulationOptions): Simulation {
  const { seed, from } = options;
  const profiles = (options.instruments ?? INSTRUMENT_NAMES).map(instrumentProfile);
  const names = profiles.map(({ name }) => name);
  if (new Set(names).size !== names.length) {
    throw new RangeError(`each instrument can be simulated once; given were ${names.join(", ")}`);
  }
  const state: SimulationState = {
    schema: SIMULATION_SCHEMA,
    seed,
    time: from,
    pending: [],
    world: initialWorld(seed, assetsOf(profiles), from),
    instruments: profiles.map((profile) => initialInstrument(seed, profile, from)),
    deliveries: names.map((name) => initialDelivery(seed, name)),
  };
  return new Simulation(state, options);
}

/** Goes on where `export` was called; the first lines are those that nobody had taken. */
export function resumeSimulation(state: SimulationState, options: RunOptions = {}): Simulation {
  if (state.schema !== SIMULATION_SCHEMA) {
    throw new RangeError(`expected a state of ${SIMULATION_SCHEMA}, was ${String(state.schema)}`);
  }
  return new Simulation(state, options);
}
