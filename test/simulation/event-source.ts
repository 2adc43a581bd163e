/**
 * A model of Lambda's event source mapping for Kinesis: it cuts batches, invokes, reads the answer, retries, bisects and
 * gives up. `event-source.test.ts` holds it to what was recorded of the real one.
 */
import type { Scheduler } from "./scheduler.ts";
import type { Shard, Shards, StoredRecord } from "./shards.ts";

export interface MappingSettings {
  readonly batchSize: number;
  readonly windowUs: number;
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
  /** After a success: the place is forgotten, and the batch is delivered again. */
  readonly losesPlace: () => boolean;
  /** Another poller delivers the same batch beside this one. */
  readonly pollsTwice: () => boolean;
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
/** Of the invocation's payload, in which data is base64. */
const PAYLOAD_BYTES = 6 * 1024 * 1024;

/** How far one shard has been read. */
interface Reader {
  readonly shard: Shard;
  place: number;
  isBusy: boolean;
}

interface Running extends MappingParts {
  readonly mapping: Mapping;
  readonly readers: Map<Shard, Reader>;
}

/** Begins to poll at once. */
export function startMapping(parts: MappingParts): Mapping {
  const readers = new Map<Shard, Reader>();
  const mapping: Mapping = {
    isEnabled: true,
    settings: parts.settings,
    lastResult: "No records processed",
    isDrained: () => parts.shards.all.every((shard) => isDone(readers.get(shard))),
  };
  const running: Running = { ...parts, mapping, readers };
  const atStart = parts.settings.startsAt === "LATEST";
  for (const shard of parts.shards.all) {
    readers.set(shard, { shard, place: atStart ? shard.records.length : 0, isBusy: false });
  }
  tick(running);
  return mapping;
}

function isDone(reader: Reader | undefined): boolean {
  return reader !== undefined && !reader.isBusy && reader.place >= reader.shard.records.length;
}

function tick(running: Running): void {
  const { scheduler, shards, readers, mapping } = running;
  for (const shard of shards.all) {
    // A shard that was opened since begins at its start, after all that lies in its parents.
    const reader = readers.get(shard) ?? { shard, place: 0, isBusy: false };
    readers.set(shard, reader);
    const isReady = shard.parents.every((parent) => isDone(readers.get(parent)));
    if (!mapping.isEnabled || reader.isBusy || !isReady) continue;
    if (visible(running, reader).length > 0) void deliver(running, reader);
  }
  scheduler.after(POLL_US, () => tick(running));
}

function visible({ scheduler }: Running, { shard, place }: Reader): readonly StoredRecord[] {
  const rest = shard.records.slice(place);
  const end = rest.findIndex(({ visibleAt }) => visibleAt > scheduler.now());
  return end < 0 ? rest : rest.slice(0, end);
}

/** One batch, to its end. */
async function deliver(running: Running, reader: Reader): Promise<void> {
  const { scheduler, settings, chaos } = running;
  reader.isBusy = true;
  if (settings.windowUs > 0) await scheduler.sleep(settings.windowUs);
  const records = cut(settings, visible(running, reader));
  const { shard } = reader;
  if (chaos?.pollsTwice() === true) {
    void running.invoke({ shard, records }).catch(() => undefined);
  }
  await settle(running, { shard, records });
  if (chaos?.losesPlace() !== true) reader.place += records.length;
  reader.isBusy = false;
}

function cut(settings: MappingSettings, records: readonly StoredRecord[]): StoredRecord[] {
  const batch: StoredRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    bytes += Math.ceil(record.data.length / 3) * 4;
    const isFull = batch.length >= settings.batchSize || bytes > PAYLOAD_BYTES;
    if (isFull && batch.length > 0) break;
    batch.push(record);
  }
  return batch;
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

async function settle(running: Running, { shard, records }: Batch): Promise<void> {
  const pieces: Piece[] = [piece(records)];
  for (let next = pieces.shift(); next !== undefined; next = pieces.shift()) {
    const left = dropExpired(running, shard, next);
    if (left === undefined) continue;
    pieces.unshift(...(await attempt(running, shard, left)));
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
async function attempt(running: Running, shard: Shard, one: Piece): Promise<Piece[]> {
  const { settings, scheduler, mapping } = running;
  const failedAt = await invokeOnce(running, shard, one);
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
    running.onGivenUp({ shard, records, condition, invocations, functionError });
    return [];
  }
  await scheduler.sleep(Math.min(BACKOFF_US * 2 ** (one.tries - 1), BACKOFF_LIMIT_US));
  return [one];
}

/** Where the function failed: undefined for success, 0 for all of it. */
async function invokeOnce(
  { invoke, settings }: Running,
  shard: Shard,
  one: Piece,
): Promise<number | undefined> {
  one.tries += 1;
  try {
    const answer = await invoke({ shard, records: one.records });
    one.lastError = null;
    return settings.reportsItemFailures ? failedAt(answer, one.records) : undefined;
  } catch {
    one.lastError = "Unhandled";
    return 0;
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
