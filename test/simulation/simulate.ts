/**
 * Goal: whatever the stream, the processes and the stores do to each other, the committed state is the fold of each event
 * once, and every stored row is a row of a committed state.
 * Method: one seed draws stories, faults and times; the real use cases run on virtual time, with faults at every await; when
 * all has come to rest, state and rows are compared with folds of what the producers meant to say.
 */
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { flushDirty } from "../../lib/app/flush-dirty.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { type BatchAnswer, type BatchPorts, processBatch } from "../../lib/app/process-batch.ts";
import { redrive } from "../../lib/app/redrive.ts";
import type { FoldSettings } from "../../lib/core/pipeline/state.ts";
import { below, chance, type RngState, stream } from "../../lib/core/simulator/rng.ts";
import { type DurationUs, durationUs, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import type { FailedBatch } from "../../lib/ports/failed-batches.ts";
import type { RecordBatch } from "../../lib/ports/record-batch.ts";
import type { StateKey, StateSnapshot } from "../../lib/ports/state-store.ts";
import { type Chaos, createChaos, drawIntensities, type Intensities } from "./chaos.ts";
import { checkAtRest } from "./check-at-rest.ts";
import { checkUnderway } from "./check-underway.ts";
import { type Batch, type Mapping, type MappingSettings, startMapping } from "./event-source.ts";
import {
  archiveFor,
  clockOf,
  metricsFor,
  quarantineFor,
  recordedMetrics,
  recordedState,
  type SharedStores,
  stateFor,
} from "./faulty-ports.ts";
import { drawFoldFaults, type FoldFaults } from "./fold-faults.ts";
import { createCommitLog, type Violation } from "./ledger-of-commits.ts";
import { memoryMetricStore, memoryStateStore } from "./memory-stores.ts";
import type { Mutant } from "./mutants.ts";
import { noting } from "./noting.ts";
import { awake, isExpectedError, type Process } from "./process.ts";
import { type Producers, startProducers } from "./producer.ts";
import { loseState, rebuildLost, restate } from "./restating.ts";
import { createScheduler } from "./scheduler.ts";
import { createShards, type Shards } from "./shards.ts";
import { type Story, tellStories } from "./story.ts";
import { summaryOf } from "./summaries.ts";

export interface SimulationOptions {
  readonly seed: number;
  /** Events of all instruments; 200 when left out. */
  readonly events?: number;
  /** Instead of those that the seed draws. */
  readonly intensities?: Intensities;
  /** Of every mapping, instead of the one that the seed draws. */
  readonly parallelization?: number;
  readonly mutant?: Mutant;
  readonly trace?: (line: string) => void;
}

export interface SimulationResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualUs: number;
  readonly chaos: Chaos;
}

export interface Run extends SharedStores {
  readonly seed: number;
  /** Undefined: each mapping draws its own. */
  readonly parallelization: number | undefined;
  readonly shards: Shards;
  readonly stories: readonly Story[];
  readonly producers: Producers;
  readonly foldFaults: FoldFaults;
  readonly settings: FoldSettings;
  readonly mutant: ReturnType<Mutant["make"]>;
  readonly givenUp: Map<string, RecordBatch>;
  /** Instruments of which an event has filled a hole. */
  readonly filled: Set<string>;
  readonly warm: Process[];
  /** Instruments whose past cannot be folded anew any more: the program makes its mistake for ever. */
  readonly inVain: Set<string>;
  /** Instruments whose state was lost or damaged, and not made anew yet. */
  readonly lost: Map<string, StateKey>;
  /** What was set aside for mistakes of the program was sent again. */
  isMended: boolean;
  /** So far. */
  givenUps: number;
  processes: number;
  invocations: number;
}

const START_US = 1_767_225_600_000_000;
const LIMIT_US = 60 * SECOND_US;
const SWEEP_US = MINUTE_US;
const PATIENCE_US = MINUTE_US as DurationUs;
/** How long after the last fault everything may take to come to rest: a mapping may take one record in ten seconds. */
const REST_US = 90 * MINUTE_US;
/** In which whatever was still on its way, or frozen, comes in. */
const ECHO_US = 3 * MINUTE_US;
const STEPS_MAX = 200_000;
const CHECK_STEPS = 64;

const HORIZONS = [0, 5, 60].map((seconds) => ({
  label: `${seconds}s`,
  us: durationUs(seconds * SECOND_US),
}));

const codec = zlibFrameCodec();

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const run = setUp(options);
  const { scheduler, chaos, log } = run;
  const mappings = startMappings(run);
  every(run, SWEEP_US, sweep);
  every(run, 2 * MINUTE_US, redriveAll);
  const isOften = chance(stream(options.seed, "restating"), 0.3);
  every(run, isOften ? 10 * SECOND_US : MINUTE_US, () => restate(run, newProcess(run)));
  for (const way of ["state-lost", "state-damaged"] as const) {
    if (chaos.has(way)) every(run, 10 * SECOND_US, () => loseState(run, way));
  }
  every(run, MINUTE_US, () => rebuildLost(run, newProcess(run)));
  if (chaos.has("split")) every(run, 20 * SECOND_US, () => reshard(run, "split"));
  if (chaos.has("merge")) every(run, 20 * SECOND_US, () => reshard(run, "merge"));
  const limits = { steps: STEPS_MAX, onStep: onStep(run) };
  await scheduler.run(() => run.producers.isDone(), limits);
  comeToRest(run);
  const untilUs = scheduler.now() + REST_US;
  const end = await scheduler.run(() => isAtRest(run, mappings), { ...limits, untilUs });
  if (end !== "done") log.violated("I12", `not at rest ${REST_US / MINUTE_US} min after: ${end}`);
  await scheduler.run(() => false, { ...limits, untilUs: scheduler.now() + ECHO_US });
  await checkAtRest(run);
  return {
    seed: options.seed,
    violations: log.violations,
    steps: scheduler.steps(),
    virtualUs: scheduler.now() - START_US,
    chaos,
  };
}

function setUp(options: SimulationOptions): Run {
  const { seed, events = 200 } = options;
  const intensities = options.intensities ?? drawIntensities(seed);
  const scheduler = createScheduler(START_US);
  const chaos = createChaos(seed, intensities);
  const shards = createShards(scheduler, 1 + below(chaos.rng, 3));
  const stories = tellStories({
    seed,
    events,
    startUs: START_US,
    late: intensities["late-trade"] ?? 0,
    jumps: (intensities["clock-jump"] ?? 0) / 4,
    jitter: 3 * (intensities["times-out-of-order"] ?? 0),
    again: intensities["trade-again"] ?? 0,
    busts: (intensities.bust ?? 0) / 2,
    corrections: (intensities.correction ?? 0) / 2,
    struck: chaos.struck,
  });
  const foldFaults = drawFoldFaults(chaos, stories);
  const producers = startProducers({
    scheduler,
    shards,
    chaos,
    stories,
    frameEvents: 1 + below(chaos.rng, 12),
    encode: (ndjson) => encoded(chaos, ndjson),
    spared: foldFaults.has,
  });
  const log = createCommitLog();
  const [rawState, rawMetrics] = [memoryStateStore(), memoryMetricStore()];
  const world = { scheduler, chaos, trace: options.trace ?? (() => {}) };
  return {
    ...world,
    seed,
    parallelization: options.parallelization,
    shards,
    stories,
    producers,
    foldFaults,
    settings: { horizons: HORIZONS, maxAgeUs: MINUTE_US },
    log,
    rawState,
    rawMetrics,
    state: recordedState(rawState, log),
    metrics: recordedMetrics(rawMetrics, log),
    archived: new Set(),
    quarantined: new Map(),
    mutant: options.mutant?.make() ?? {},
    givenUp: new Map(),
    filled: new Set(),
    warm: [],
    inVain: new Set(),
    lost: new Map(),
    isMended: false,
    givenUps: 0,
    processes: 0,
    invocations: 0,
  };
}

/** Plain as a rule: compressing is tested elsewhere, and costs more than all the rest. */
function encoded(chaos: Chaos, ndjson: string): Uint8Array {
  const plain = Buffer.from(ndjson);
  if (ndjson === "" || !chance(chaos.rng, 0.02)) return plain;
  const frame = codec.encode(plain);
  return frame.outcome === "encoded" ? frame.data : plain;
}

function startMappings(run: Run): Mapping[] {
  const { chaos, seed, parallelization } = run;
  const count = chaos.strikes("second-mapping") ? 2 : 1;
  const factors = stream(seed, "parallelization");
  return Array.from({ length: count }, () => {
    const isStrict = chaos.has("few-retries");
    const settings: MappingSettings = {
      batchSize: 1 + below(chaos.rng, 30),
      windowUs: chance(chaos.rng, 0.5) ? 0 : chaos.between(100_000, 10_000_000),
      parallelization: parallelization ?? drawFactor(factors),
      bisects: true,
      retries: isStrict ? below(chaos.rng, 3) : -1,
      ageUs: isStrict && chance(chaos.rng, 0.5) ? 90 * SECOND_US : -1,
      reportsItemFailures: true,
      startsAt: "TRIM_HORIZON",
    };
    return startMapping({
      scheduler: run.scheduler,
      shards: run.shards,
      settings,
      invoke: (batch) => invoke(run, batch),
      onGivenUp: ({ shard, records, condition }) => {
        chaos.struck("few-retries");
        run.trace(`${condition}: ${records.length} records of ${shard.id}`);
        run.givenUps += 1;
        run.givenUp.set(`${run.givenUps} ${shard.id}`, { shard: shard.id, records });
      },
      chaos: {
        losesPlace: () => chaos.strikes("redelivery"),
        pollsTwice: () => chaos.strikes("second-poller"),
        saw: (point) => chaos.saw(point),
      },
    });
  });
}

/** One, as we deploy it, in half of all runs. */
function drawFactor(rng: RngState): number {
  return chance(rng, 0.5) ? 1 : 2 + below(rng, 9);
}

/** One invocation: of a warm process where there is one, with a limit of time. */
function invoke(run: Run, batch: Batch): Promise<unknown> {
  const { scheduler, chaos, trace } = run;
  const isCold = run.warm.length === 0 || chaos.strikes("cold-start");
  const process = (isCold ? undefined : run.warm.pop()) ?? newProcess(run);
  run.invocations += 1;
  const id = run.invocations;
  trace(`invocation ${id}: process ${process.id}, ${batch.records.length} records`);
  return new Promise((resolve, reject) => {
    let isOver = false;
    const fail = (why: string) => {
      if (isOver) return;
      isOver = true;
      process.isAbandoned = true;
      trace(`invocation ${id} failed: ${why}`);
      reject(new Error(why));
    };
    process.onDeath = () => scheduler.after(chaos.between(100_000, 2_000_000), () => fail("died"));
    scheduler.after(LIMIT_US, () => {
      if (!isOver && chance(chaos.rng, 0.3)) process.isDead = true;
      fail("time-out");
    });
    const stop = scheduler.sleep(LIMIT_US - SECOND_US).then(() => awake(run, process));
    void handle(run, process, batch, stop).then(async (response) => {
      await awake(run, process);
      trace(`invocation ${id} answers ${JSON.stringify(response)}${isOver ? ", too late" : ""}`);
      if (isOver) return;
      isOver = true;
      run.warm.push(process);
      resolve(response);
    });
  });
}

interface ProcessOfRun extends Process {
  readonly ports: BatchPorts<Uint8Array>;
}

function newProcess(run: Run): ProcessOfRun {
  const { chaos, mutant } = run;
  run.processes += 1;
  const process: Process = {
    id: run.processes,
    skewUs: chaos.strikes("skewed-clock") ? chaos.between(-300_000_000, 300_000_000) : 0,
    isOlder: chaos.strikes("older-version"),
    isDead: false,
    isAbandoned: false,
    frozenUntil: 0,
    onDeath: () => {},
    onFreeze: () => {},
  };
  const [trueState, trueMetrics] = [stateFor(run, process), metricsFor(run, process)];
  const state = mutant.state?.(trueState, trueMetrics, process) ?? trueState;
  const clock = clockOf(run, process);
  const processor = createProcessor({
    state,
    metrics: mutant.metrics?.(trueMetrics, clock, process) ?? trueMetrics,
    clock,
    settings: run.settings,
    offer: noting(run, mutant.offer ?? run.foldFaults.offer),
    onQuarantine: () => {},
  });
  const ports = {
    processor,
    decode: codec.decode,
    archive: archiveFor(run, process),
    quarantine: quarantineFor(run, process),
    clock,
  };
  return Object.assign(process, { ports });
}

async function handle(
  run: Run,
  process: Process,
  { shard, records }: Batch,
  stop: Promise<unknown>,
): Promise<unknown> {
  const { ports } = process as ProcessOfRun;
  const batch = { shard: shard.id, records: run.mutant.records?.(records) ?? records };
  const answer = await processBatch(ports, batch, stop);
  observe(run, answer);
  const resumeAt = run.mutant.resumeAt?.(answer, batch) ?? answer.resumeAt;
  return { batchItemFailures: resumeAt === undefined ? [] : [{ itemIdentifier: resumeAt }] };
}

function observe({ chaos, log, trace }: Run, { counts, failures, committed }: BatchAnswer): void {
  const { applied, duplicates, buffered } = counts;
  if (applied + buffered === 0 && duplicates > 0) chaos.saw("batch of duplicates only");
  if (buffered > 0) chaos.saw("event waited for a gap");
  if (failures.length > 0 && committed.length > 0) chaos.saw("batch answered in part");
  for (const { cause, instrument } of failures) {
    const { name, message } = cause as Error;
    trace(`  ${instrument ?? "the batch"} failed: ${name}: ${message}`);
    if (name === "OutOfTimeError") chaos.saw("batch stopped by its time");
    if (!isExpectedError(name, log.wasLost(instrument))) log.violated("I12", `${name}: ${message}`);
  }
}

function every(run: Run, intervalUs: number, work: (run: Run) => void): void {
  run.scheduler.after(intervalUs, () => {
    work(run);
    every(run, intervalUs, work);
  });
}

function reshard({ chaos, shards }: Run, way: "split" | "merge"): void {
  if (shards.all.length < 40 && chaos.strikes(way)) shards[way]();
}

function sweep(run: Run): void {
  const process = newProcess(run);
  const state = stateFor(run, process);
  const metrics = metricsFor(run, process);
  const ports = { state, metrics, clock: clockOf(run, process) };
  void flushDirty(ports, { patience: PATIENCE_US, limit: 100 }).then(
    ({ flushed }) => run.chaos.saw("rows written by the sweeper", flushed.length),
    () => undefined,
  );
}

function redriveAll(run: Run): void {
  if (run.givenUp.size === 0) return;
  const { ports } = newProcess(run);
  const pending = async function* (): AsyncIterable<FailedBatch> {
    for (const [name, batch] of [...run.givenUp]) yield { name, batch };
  };
  const settle = async (name: string) => {
    if (run.givenUp.delete(name)) run.chaos.saw("records given up and redriven");
  };
  void redrive(ports, { pending, settle });
}

/** No more faults; the program is mended, and what was set aside for its mistakes is sent again. */
function comeToRest(run: Run): void {
  const { chaos, foldFaults, quarantined, shards, trace } = run;
  trace("no more faults");
  chaos.isOn = false;
  foldFaults.mend();
  run.warm.length = 0;
  // By then, whatever was about to be set aside is.
  run.scheduler.after(2 * MINUTE_US, () => {
    run.isMended = true;
    for (const { reason, text } of quarantined.values()) {
      if (reason !== "fold-fault") continue;
      const instrument = String(JSON.parse(text).instrument);
      shards.put(instrument, Buffer.from(text));
    }
  });
}

function isAtRest(run: Run, mappings: readonly Mapping[]): boolean {
  if (!run.isMended || run.givenUp.size > 0 || run.lost.size > 0) return false;
  if (!mappings.every((mapping) => mapping.isDrained())) return false;
  return [...run.rawState.snapshots.values()].every((snapshot) => isSettled(run, snapshot));
}

/** A past in which the program makes a mistake for ever is never folded anew. */
function isSettled({ foldFaults }: Run, snapshot: StateSnapshot): boolean {
  if (snapshot.dirtySince !== undefined) return false;
  const { restating, instrument } = summaryOf(snapshot);
  return !restating || foldFaults.areForEver(instrument);
}

function onStep(run: Run): () => void {
  let steps = 0;
  return () => {
    steps += 1;
    if (steps % CHECK_STEPS === 0) checkUnderway(run);
  };
}
