/**
 * One batch of one shard: archive, decode, parse, then each instrument's events in order, instruments beside each other.
 * The answer is the first record from which the stream has to deliver again: what lies before it is committed and its
 * rows are stored; what lies behind it may be, and does no harm when it comes again.
 */
import { MINUTE_US } from "../core/units.ts";
import type { Clock } from "../ports/clock.ts";
import type { DecodedFrame } from "../ports/frame-codec.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { RecordArchive, RecordBatch } from "../ports/record-batch.ts";
import type { BatchCounts } from "./fold-group.ts";
import { EventFaultError, type Processor, stateName } from "./instrument-processor.ts";
import { type ParsedBatch, parseBatch, type RecordGroup } from "./parse-batch.ts";
import { eventItems } from "./quarantined-items.ts";

/** An event time further ahead of the clock than this is a mistake. */
export const FUTURE_US = 15 * MINUTE_US;
/** Instruments that are read, committed and stored at the same time. */
const GROUPS_AT_ONCE = 16;

/** The time for this batch was up before all of it was committed. */
export class OutOfTimeError extends Error {
  override readonly name = "OutOfTimeError";
}

export interface BatchPorts<Data> {
  readonly processor: Processor;
  readonly decode: (data: Data) => DecodedFrame;
  /** Left out where the stream is itself read from an archive. */
  readonly archive?: RecordArchive<Data>;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  /** The last position that the archive gave to the lines of the batch, once it has them; only where it numbers lines. */
  readonly archivedTo?: () => number;
}

/** Why a record, and with it all that follow, has to be delivered again. */
export interface BatchFailure {
  /** Its place within the batch. */
  readonly record: number;
  /** Whose events failed, as `account/instrument`; undefined where it was the batch as a whole. */
  readonly instrument: string | undefined;
  readonly cause: unknown;
}

export interface BatchAnswer {
  /** The sequence number to deliver again from; undefined when the whole batch is done. */
  readonly resumeAt: string | undefined;
  readonly failures: readonly BatchFailure[];
  /** Refused lines and frames count as quarantined; groups that failed are not counted. */
  readonly counts: BatchCounts;
  /** Names (`account/instrument`) that were committed. */
  readonly committed: readonly string[];
}

/** A batch under way. */
interface Work<Data> {
  readonly ports: BatchPorts<Data>;
  readonly batch: RecordBatch<Data>;
  readonly failures: BatchFailure[];
  readonly counts: BatchCounts;
  readonly committed: string[];
  /** Whether what has to be kept first is kept. */
  isPrepared: boolean;
  /** Groups that are not begun, and those that have not ended. */
  readonly waiting: RecordGroup[];
  readonly running: Set<RecordGroup>;
}

/**
 * Never rejects: what failed is in the answer.
 *
 * @param stop resolves when the time is nearly up. What is not committed by then is left to be delivered again; writes
 * under way may still land, which compare-and-set and versions make harmless.
 */
export async function processBatch<Data>(
  ports: BatchPorts<Data>,
  batch: RecordBatch<Data>,
  stop?: Promise<unknown>,
): Promise<BatchAnswer> {
  const parsed = parseBatch(batch, ports.decode);
  const quarantined = parsed.quarantined.length;
  const work: Work<Data> = {
    ports,
    batch,
    failures: [],
    counts: { applied: 0, duplicates: 0, quarantined, buffered: 0 },
    committed: [],
    isPrepared: false,
    waiting: [...parsed.groups],
    running: new Set(),
  };
  const done = prepare(work, parsed).then(() => runAll(work));
  await Promise.race(stop === undefined ? [done] : [done, stop]);
  return answer(work);
}

/** Keeps what has to be kept before anything of the batch is committed. */
async function prepare<Data>(work: Work<Data>, { quarantined }: ParsedBatch): Promise<void> {
  const { archive, quarantine } = work.ports;
  try {
    await archive?.put(work.batch, quarantined);
    if (quarantined.length > 0) await quarantine.put(quarantined);
    work.isPrepared = true;
  } catch (cause) {
    work.waiting.length = 0;
    work.failures.push({ record: 0, instrument: undefined, cause });
  }
}

async function runAll<Data>(work: Work<Data>): Promise<void> {
  const futureLimit = work.ports.clock.now() + FUTURE_US;
  const lane = async () => {
    for (let group = work.waiting.shift(); group !== undefined; group = work.waiting.shift()) {
      await runGroup(work, group, futureLimit);
    }
  };
  const lanes = Math.min(GROUPS_AT_ONCE, work.waiting.length);
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function runGroup<Data>(
  work: Work<Data>,
  group: RecordGroup,
  futureLimit: number,
): Promise<void> {
  const { ports, batch, counts } = work;
  work.running.add(group);
  try {
    const archivedTo = ports.archivedTo?.();
    const own = await ports.processor.process(group.key, group.deliveries, {
      futureLimit,
      ...(archivedTo === undefined ? {} : { archivedTo }),
      onQuarantine: (events) => ports.quarantine.put(eventItems(batch, group, events)),
    });
    counts.applied += own.applied;
    counts.duplicates += own.duplicates;
    counts.quarantined += own.quarantined;
    counts.buffered += own.buffered;
    work.committed.push(stateName(group.key));
  } catch (cause) {
    const at = cause instanceof EventFaultError ? cause.index : 0;
    work.failures.push(failureOf(group, at, cause));
  }
  work.running.delete(group);
}

function failureOf({ key, records }: RecordGroup, at: number, cause: unknown): BatchFailure {
  // Behind the last delivery lies nothing that could be delivered again, but the last itself.
  const record = records[Math.min(at, records.length - 1)] ?? 0;
  return { record, instrument: stateName(key), cause };
}

function answer<Data>(work: Work<Data>): BatchAnswer {
  const { batch, counts, committed, waiting, running } = work;
  const failures = [...work.failures];
  const unfinished = [...running, ...waiting];
  if (unfinished.length > 0 || !work.isPrepared) {
    const cause = new OutOfTimeError("the time for this batch is up; it is delivered again");
    for (const group of unfinished) failures.push(failureOf(group, 0, cause));
    if (!work.isPrepared) failures.push({ record: 0, instrument: undefined, cause });
  }
  // What is not begun by now never is.
  waiting.length = 0;
  const none = batch.records.length;
  const first = failures.reduce((lowest, { record }) => Math.min(lowest, record), none);
  return {
    resumeAt: batch.records[first]?.sequenceNumber,
    failures,
    counts: { ...counts },
    committed: [...committed],
  };
}
