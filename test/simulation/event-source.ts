/**
 * A model of Lambda's event source mapping for Kinesis: it cuts batches, invokes, reads the answer, retries, bisects and
 * gives up. `event-source.test.ts` holds it to what was recorded of the real one.
 */
import type { Sometimes } from "./chaos.ts";
import { areDone, checkpoint, cut, hasVisible, type Lane, openLanes } from "./lanes.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Shard, Shards, StoredRecord } from "./shards.ts";

export interface MappingSettings {
  readonly batchSize: number;
  readonly windowUs: number;
  /** Batches of one shard that may be under way at once, each of other keys: 1 to 10. */
  readonly parallelization: number;
  readonly bisects: boolean;
  /** -1: until it expires. */
  readonly retries: number;
  /** -1: whatever its age. */
  readonly ageUs: number;
  readonly reportsItemFailures: boolean;
  readonly startsAt: "TRIM_HORIZON" | "LATEST";
}

export interface Batch {
  readonly shard: Shard;
  readonly records: readonly StoredRecord[];
}

/** What the mapping leaves of records that it gives up on. */
export interface GivenUp extends Batch {
  readonly condition: "RetryAttemptsExhausted" | "RecordAgeExceeded";
  readonly invocations: number;
  /** Undefined where no answer led to it; null where the function answered. */
  readonly functionError: "Unhandled" | null | undefined;
}

/** Rejects as a function that throws, times out or dies. */
export type Invoke = (batch: Batch) => Promise<unknown>;

export interface MappingChaos {
  /** After a success: the shard's reader is lost, and another one delivers again from the checkpoint. */
  readonly losesPlace: () => boolean;
  /** Another poller delivers the same batch beside this one. */
  readonly pollsTwice: () => boolean;
  readonly saw: (point: Sometimes) => void;
}

export interface Mapping {
  isEnabled: boolean;
  readonly settings: MappingSettings;
  /** "OK" or what went wrong, of the last invocation. */
  lastResult: string;
  /** True when everything there is was delivered or given up. */
  isDrained(): boolean;
}

export interface MappingParts {
  readonly scheduler: Scheduler;
  readonly shards: Shards;
  readonly settings: MappingSettings;
  readonly invoke: Invoke;
  readonly onGivenUp: (given: GivenUp) => void;
  readonly chaos?: MappingChaos;
}

/** Standard iterators are read once a second and shard. */
const POLL_US = 1_000_000;
/** The first wait before a retry, doubled each time: 8 invocations in 60 s, as was recorded. */
const BACKOFF_US = 250_000;
const BACKOFF_LIMIT_US = 60_000_000;

interface Running extends MappingParts {
  readonly mapping: Mapping;
  /** Of each shard's reader; another reader has others. */
  readonly lanes: Map<Shard, readonly Lane[]>;
}

/** Begins to poll at once. */
export function startMapping(parts: MappingParts): Mapping {
  const { shards, settings } = parts;
  const lanes = new Map<Shard, readonly Lane[]>();
  const mapping: Mapping = {
    isEnabled: true,
    settings,
    lastResult: "No records processed",
    isDrained: () => shards.all.every((shard) => areDone(lanes.get(shard))),
  };
  const running: Running = { ...parts, mapping, lanes };
  const atStart = settings.startsAt === "LATEST";
  for (const shard of shards.all) read(running, shard, atStart ? shard.records.length : 0);
  tick(running);
  return mapping;
}

/** With a new reader, from a place on. */
function read({ lanes, settings }: Running, shard: Shard, place: number): readonly Lane[] {
  const opened = openLanes(shard, settings.parallelization, place);
  lanes.set(shard, opened);
  return opened;
}

function tick(running: Running): void {
  const { scheduler, shards, lanes, mapping } = running;
  for (const shard of shards.all) {
    // A shard that was opened since begins at its start, after all that lies in its parents.
    const open = lanes.get(shard) ?? read(running, shard, 0);
    const isReady = shard.parents.every((parent) => areDone(lanes.get(parent)));
    if (!mapping.isEnabled || !isReady) continue;
    for (const lane of open) {
      if (!lane.isBusy && hasVisible(lane, scheduler.now())) void deliver(running, lane);
    }
  }
  scheduler.after(POLL_US, () => tick(running));
}

/** One batch, to its end. */
async function deliver(running: Running, lane: Lane): Promise<void> {
  const { scheduler, settings, chaos } = running;
  lane.isBusy = true;
  if (settings.windowUs > 0) await scheduler.sleep(settings.windowUs);
  if (isLost(running, lane)) return;
  const { records, end } = cut(lane, settings.batchSize, scheduler.now());
  const { shard } = lane;
  if (chaos?.pollsTwice() === true) {
    void running.invoke({ shard, records }).catch(() => undefined);
  }
  await settle(running, lane, records);
  if (isLost(running, lane)) return;
  if (chaos?.losesPlace() === true) loseReader(running, lane);
  else lane.place = end;
  lane.isBusy = false;
}

/** What its function does goes on, and nobody hears the answer: neither retries nor records given up come of it. */
function isLost({ lanes }: Running, lane: Lane): boolean {
  return lanes.get(lane.shard)?.[lane.number] !== lane;
}

function loseReader(running: Running, { shard }: Lane): void {
  const lost = running.lanes.get(shard) ?? [];
  if (lost.some(({ isInvoked }) => isInvoked)) running.chaos?.saw("reader lost beside a batch");
  read(running, shard, checkpoint(lost));
}

/** A piece of a batch, and how often it was tried as it is. */
interface Piece {
  readonly records: readonly StoredRecord[];
  tries: number;
  lastError: "Unhandled" | null | undefined;
}

const piece = (records: readonly StoredRecord[]): Piece => ({
  records,
  tries: 0,
  lastError: undefined,
});

async function settle(
  running: Running,
  lane: Lane,
  records: readonly StoredRecord[],
): Promise<void> {
  const pieces: Piece[] = [piece(records)];
  for (let next = pieces.shift(); next !== undefined; next = pieces.shift()) {
    if (isLost(running, lane)) return;
    const left = dropExpired(running, lane.shard, next);
    if (left === undefined) continue;
    pieces.unshift(...(await attempt(running, lane, left)));
  }
}

/** What is left of the piece once the records that are too old have gone. */
function dropExpired(running: Running, shard: Shard, one: Piece): Piece | undefined {
  const { ageUs } = running.settings;
  if (ageUs < 0) return one;
  const oldest = running.scheduler.now() - ageUs;
  const expired = one.records.filter(({ arrivedAt }) => arrivedAt <= oldest);
  if (expired.length === 0) return one;
  running.onGivenUp({
    shard,
    records: expired,
    condition: "RecordAgeExceeded",
    invocations: Math.max(1, one.tries),
    functionError: undefined,
  });
  const rest = one.records.slice(expired.length);
  return rest.length === 0 ? undefined : piece(rest);
}

/** Invokes once; returns what is to be delivered next, in order. */
async function attempt(running: Running, lane: Lane, one: Piece): Promise<Piece[]> {
  const { settings, scheduler, mapping } = running;
  const failedAt = await invokeOnce(running, lane, one);
  if (isLost(running, lane)) return [];
  mapping.lastResult = failedAt === undefined ? "OK" : "PROBLEM: Function call failed";
  if (failedAt === undefined) return [];
  if (failedAt > 0) return [piece(one.records.slice(failedAt))];
  if (settings.bisects && one.records.length > 1) {
    // Splitting does not use up a retry.
    const half = Math.ceil(one.records.length / 2);
    await scheduler.sleep(BACKOFF_US);
    return [piece(one.records.slice(0, half)), piece(one.records.slice(half))];
  }
  if (settings.retries >= 0 && one.tries > settings.retries) {
    const { records, tries: invocations, lastError: functionError } = one;
    const condition = "RetryAttemptsExhausted";
    running.onGivenUp({ shard: lane.shard, records, condition, invocations, functionError });
    return [];
  }
  await scheduler.sleep(Math.min(BACKOFF_US * 2 ** (one.tries - 1), BACKOFF_LIMIT_US));
  return [one];
}

/** Where the function failed: undefined for success, 0 for all of it. */
async function invokeOnce(
  { invoke, settings, lanes, chaos }: Running,
  lane: Lane,
  one: Piece,
): Promise<number | undefined> {
  const { shard } = lane;
  const isBeside = lanes.get(shard)?.some(({ isInvoked }) => isInvoked) === true;
  if (isBeside) chaos?.saw("two batches of one shard at once");
  one.tries += 1;
  lane.isInvoked = true;
  try {
    const answer = await invoke({ shard, records: one.records });
    one.lastError = null;
    return settings.reportsItemFailures ? failedAt(answer, one.records) : undefined;
  } catch {
    one.lastError = "Unhandled";
    return 0;
  } finally {
    lane.isInvoked = false;
  }
}

/** The place of the lowest failed record, as the answer names it; 0 where it cannot be understood. */
function failedAt(answer: unknown, records: readonly StoredRecord[]): number | undefined {
  if (typeof answer !== "object" || answer === null || !("batchItemFailures" in answer)) {
    return undefined;
  }
  const { batchItemFailures: failures } = answer;
  if (!Array.isArray(failures) || failures.length === 0) return undefined;
  const places = failures.map((failure: { itemIdentifier?: unknown }) =>
    records.findIndex(({ sequenceNumber }) => sequenceNumber === failure.itemIdentifier),
  );
  return Math.max(0, Math.min(...places));
}
