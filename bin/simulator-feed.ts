/**
 * The simulated Brawler as a live feed: lines up to any instant, and a state to go on from after any crash.
 *
 * What was told must be told again in the same words, because a repeated sequence with other content is a conflict. So
 * the saved state holds how the market was being told, and a time up to which that will not change (`until`); no line
 * after it leaves before a newer state is saved.
 */
import {
  type RunOptions,
  resumeSimulation,
  type Simulation,
  type SimulationState,
  simulate,
} from "../lib/core/simulator/simulation.ts";
import { type DurationUs, type EpochUs, SECOND_US } from "../lib/core/units.ts";

/** How the market is told: what may differ between two starts. */
export interface Telling {
  readonly scenario: string;
  /** When the scenario's own clock starts. */
  readonly scenarioFrom: EpochUs;
  readonly gridUs: DurationUs;
  /** Nothing is told in this way after it: the simulator prepares a coarse telling an hour ahead. */
  readonly endsAt: EpochUs | null;
}

/** Everything that the next start needs, as JSON. */
export interface FeedState {
  readonly schema: "brawler.feed/1";
  readonly telling: Telling;
  /** µs; lines up to here may have been told in this way. */
  readonly until: number;
  readonly simulation: SimulationState;
}

export interface FreshWorld {
  readonly seed: number;
  readonly from: EpochUs;
  readonly instruments: readonly string[];
}

interface HeldLine {
  readonly time: EpochUs;
  readonly instrument: string;
  readonly line: string;
}

export class SimulatorFeed {
  telling: Telling;
  readonly seed: number;
  readonly instruments: readonly string[];
  /** Lines up to here may leave. */
  private allowedUntil: number;
  private simulation: Simulation;
  /** Taken from the simulation, not yet from us. */
  private held: HeldLine | undefined;

  private constructor(state: FeedState) {
    const { simulation, telling, until } = state;
    this.simulation = resumeSimulation(simulation, runOptions(telling, simulation.time));
    this.seed = simulation.seed;
    this.instruments = this.simulation.instruments;
    this.telling = telling;
    this.allowedUntil = until;
    this.held = this.simulation.next();
  }

  /** A new world, of which nothing is told yet: `retell` says how. */
  static begin({ seed, from, instruments }: FreshWorld, scenario: string): SimulatorFeed {
    const telling = { scenario, scenarioFrom: from, gridUs: SECOND_US, endsAt: from };
    const simulation = simulate({ seed, from, instruments }).export();
    return new SimulatorFeed({ schema: "brawler.feed/1", telling, until: from, simulation });
  }

  /** Goes on where `save` was called, in the words of then. */
  static resume(state: FeedState): SimulatorFeed {
    return new SimulatorFeed(state);
  }

  /** What another feed has told, from this one's state on, is told: this one goes on where that one is. */
  goOnBehind(state: FeedState): void {
    const { simulation, held, telling, allowedUntil } = new SimulatorFeed(state);
    Object.assign(this, { simulation, held, telling, allowedUntil });
  }

  /** When the next line is due; where the telling ends, when it holds no more lines. */
  get next(): number {
    return this.held?.time ?? this.telling.endsAt ?? Number.POSITIVE_INFINITY;
  }

  /** Every line that may leave has left. */
  get isSpent(): boolean {
    return this.held === undefined || this.held.time > this.allowedUntil;
  }

  /**
   * The next lines, oldest first, none after `time` and none after what the last saved state allows.
   *
   * @param most how many at most
   */
  take(time: number, most: number): readonly string[] {
    const last = Math.min(time, this.allowedUntil);
    const lines: string[] = [];
    while (this.held !== undefined && this.held.time <= last && lines.length < most) {
      lines.push(this.held.line);
      this.held = this.simulation.next();
    }
    return lines;
  }

  /**
   * The state before the next line. Once it is stored, and every line taken so far is, `allow` lets more leave.
   *
   * @param until up to when the telling will stay as it is
   */
  save(until: number): FeedState {
    return {
      schema: "brawler.feed/1",
      telling: this.telling,
      until: Math.max(until, this.allowedUntil),
      simulation: this.exportSimulation(),
    };
  }

  /** To be called when `state` is stored. */
  allow({ until }: FeedState): void {
    this.allowedUntil = until;
  }

  /**
   * Tells what follows in another way.
   *
   * @throws {RangeError} while the next line may have been heard in the old way
   */
  retell(telling: Telling): void {
    if (!this.isSpent) {
      throw new RangeError(`the telling is settled until ${this.allowedUntil}, at ${this.next}`);
    }
    const simulation = this.exportSimulation();
    this.simulation = resumeSimulation(simulation, runOptions(telling, simulation.time));
    this.telling = telling;
    this.held = this.simulation.next();
  }

  /** The held line counts as not taken. */
  private exportSimulation(): SimulationState {
    const state = this.simulation.export();
    return this.held === undefined ? state : { ...state, pending: [this.held, ...state.pending] };
  }
}

function runOptions(telling: Telling, time: number): RunOptions {
  const { scenario, scenarioFrom, gridUs, endsAt } = telling;
  const run = { scenario, scenarioFrom, gridUs };
  if (endsAt === null) return run;
  return { ...run, durationUs: Math.max(0, endsAt - time) as DurationUs };
}
