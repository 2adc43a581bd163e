/**
 * The simulated Brawler where nothing runs for long: each run takes the market up from where the last one left it,
 * tells what has happened since, and goes on by the clock until its time is up. A run that dies has told a part; the
 * next tells the same lines again, under the same sequences, so that each counts once. Of two runs that overlap, both
 * tell the same, and one saves.
 */
import {
  resumeSimulation,
  type Simulation,
  type SimulationState,
  simulate,
} from "../core/simulator/simulation.ts";
import { bucketStart, type DurationUs, type EpochUs, MINUTE_US, SECOND_US } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { EventSink, OutgoingLine } from "../ports/event-sink.ts";
import type { StateKey, StateStore } from "../ports/state-store.ts";
import { RESERVED_ACCOUNT } from "./committed-state.ts";

export interface BrawlerPorts {
  readonly state: StateStore;
  readonly sink: EventSink;
  readonly clock: Clock;
  /** Resolves after so long. */
  readonly wait: (us: DurationUs) => Promise<void>;
}

export interface BrawlerOptions {
  readonly seed: number;
  readonly scenario: string;
  /** All instruments when empty. */
  readonly instruments: readonly string[];
  /** When this run must have saved. */
  readonly endsAt: EpochUs;
}

export interface BrawlerOutcome {
  readonly lines: number;
  /** The market is told up to here. */
  readonly toldUpTo: EpochUs;
  /** False where another run saved first. */
  readonly saved: boolean;
}

/** What is kept between two runs. */
interface BrawlerState {
  readonly schema: "brawler.run/1";
  readonly scenario: string;
  /** When the scenario's own clock started. */
  readonly scenarioFrom: EpochUs;
  readonly simulation: SimulationState;
}

const KEY: StateKey = { account: RESERVED_ACCOUNT, instrument: "brawler" };
/** How far ahead of the clock the market is told at once. */
const STEP_US = SECOND_US;
/** Lines published together while catching up. */
const LINES_AT_ONCE = 5_000;
/** Left of a run's time for saving. */
const SAVING_US = 5 * SECOND_US;

/**
 * @throws {RangeError} for a scenario or an instrument that there is none of
 * @throws what the sink or the store throws: then nothing is saved, and the next run tells it again
 */
export async function runBrawler(
  ports: BrawlerPorts,
  options: BrawlerOptions,
): Promise<BrawlerOutcome> {
  const snapshot = await ports.state.load(KEY);
  const begun = snapshot === undefined ? undefined : (JSON.parse(snapshot.body) as BrawlerState);
  const market = takeUp(begun, options, ports.clock.now());
  const told = await tell(ports, market.simulation, (options.endsAt - SAVING_US) as EpochUs);
  const state: BrawlerState = { ...market.state, simulation: market.simulation.export() };
  const { epoch, gen } = snapshot ?? { epoch: 1, gen: 0 };
  const result = await ports.state.commit(KEY, snapshot, {
    epoch,
    gen: gen + 1,
    body: JSON.stringify(state),
    summary: "",
  });
  return { ...told, saved: result.outcome === "committed" };
}

interface Market {
  readonly state: Omit<BrawlerState, "simulation">;
  readonly simulation: Simulation;
}

/** Where the last run stopped; a market that begins at this minute where there was none. */
function takeUp(
  begun: BrawlerState | undefined,
  { seed, scenario, instruments }: BrawlerOptions,
  now: EpochUs,
): Market {
  if (begun !== undefined) {
    const { schema, scenarioFrom } = begun;
    const simulation = resumeSimulation(begun.simulation, {
      scenario: begun.scenario,
      scenarioFrom,
    });
    return { state: { schema, scenario: begun.scenario, scenarioFrom }, simulation };
  }
  const from = bucketStart(now, MINUTE_US) as EpochUs;
  const chosen = instruments.length === 0 ? {} : { instruments };
  const simulation = simulate({ seed, from, scenario, ...chosen });
  return { state: { schema: "brawler.run/1", scenario, scenarioFrom: from }, simulation };
}

async function tell(
  { sink, clock, wait }: BrawlerPorts,
  simulation: Simulation,
  endsAt: EpochUs,
): Promise<{ readonly lines: number; readonly toldUpTo: EpochUs }> {
  let lines = 0;
  let toldUpTo = clock.now();
  while (clock.now() < endsAt) {
    const { taken, isCaughtUp } = takeUntil(simulation, clock.now());
    if (taken.length > 0) {
      await sink.publish(taken);
      lines += taken.length;
    }
    toldUpTo = clock.now();
    if (isCaughtUp) await wait(STEP_US);
  }
  return { lines, toldUpTo };
}

/** The lines up to an instant, so many at most; the first one after it stays with the simulation. */
function takeUntil(
  simulation: Simulation,
  time: EpochUs,
): { readonly taken: readonly OutgoingLine[]; readonly isCaughtUp: boolean } {
  const taken: OutgoingLine[] = [];
  while (taken.length < LINES_AT_ONCE) {
    const next = simulation.peek();
    if (next === undefined || next.time > time) return { taken, isCaughtUp: true };
    taken.push({ instrument: next.instrument, line: next.line });
    simulation.next();
  }
  return { taken, isCaughtUp: false };
}
