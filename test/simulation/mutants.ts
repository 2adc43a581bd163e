/** Mistakes that are easy to make. Each must be found; one that is not shows a check that sees nothing. */
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import type { BatchAnswer } from "../../lib/app/process-batch.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import { dirtyRows } from "../../lib/core/pipeline/rows.ts";
import type { offer } from "../../lib/core/pipeline/step.ts";
import { offer as take } from "../../lib/core/pipeline/step.ts";
import { versionOf } from "../../lib/core/pipeline/version.ts";
import type { Clock } from "../../lib/ports/clock.ts";
import type { MetricStore } from "../../lib/ports/metric-store.ts";
import type { RecordBatch } from "../../lib/ports/record-batch.ts";
import type { StateStore } from "../../lib/ports/state-store.ts";
import { nameOf } from "./memory-stores.ts";
import type { Process } from "./process.ts";
import type { StoredRecord } from "./shards.ts";

const codec = zlibFrameCodec();

export interface Hooks {
  readonly offer?: typeof offer;
  readonly state?: (store: StateStore, metrics: MetricStore, process: Process) => StateStore;
  readonly metrics?: (store: MetricStore, clock: Clock, process: Process) => MetricStore;
  readonly records?: (records: readonly StoredRecord[]) => readonly StoredRecord[];
  readonly resumeAt?: (answer: BatchAnswer, batch: RecordBatch) => string | undefined;
}

export interface Mutant {
  readonly name: string;
  /**
   * As a rule nothing comes of it while nothing goes wrong and a shard has one batch at a time. Batches beside each other,
   * also of several shards, keep several processes warm, and the state that one of them keeps is old once another has had
   * the key: no fault is needed.
   */
  readonly isHarmless: boolean;
  /** For one run. */
  readonly make: () => Hooks;
}

export const MUTANTS: readonly Mutant[] = [
  mutant("no dedupe", () => ({ offer: withoutDedupe })),
  mutant("dedupe by the stream's sequence number", () => ({ records: numberedByStream() })),
  mutant("no re-order buffer", () => ({ offer: withoutBuffer })),
  mutant("report the highest failed record", () => ({ resumeAt: highestFailed })),
  mutant("no re-flush of a batch of duplicates", () => withoutReflush()),
  mutant("unconditional put", () => ({ state: unconditional })),
  mutant("changed cache kept after a failed commit", () => ({ state: keepsChanged() })),
  mutant("amends only what still waits for markouts", () => ({ metrics: withoutStoredTrades })),
  { ...mutant("metrics before commit", () => ({ state: metricsFirst })), isHarmless: false },
  {
    ...mutant("version from the wall clock", () => ({ metrics: versionedByClock })),
    isHarmless: false,
  },
];

function mutant(name: string, make: Mutant["make"]): Mutant {
  return { name, isHarmless: true, make };
}

/** Whatever comes is new. */
const withoutDedupe: typeof offer = (state, event, context) => {
  const isOld = event.sequence < state.nextSequence;
  return take(state, isOld ? { ...event, sequence: state.nextSequence } : event, context);
};

/** Whatever is ahead is applied at once, and what it overtook is taken for a duplicate. */
const withoutBuffer: typeof offer = (state, event, context) => {
  if (event.sequence > state.nextSequence) state.nextSequence = event.sequence;
  return take(state, event, context);
};

/** Each event of a record gets the next number of its instrument when the record is first seen. */
function numberedByStream(): NonNullable<Hooks["records"]> {
  const next = new Map<string, number>();
  const numbered = new Map<string, Uint8Array>();
  return (records) =>
    records.map((record) => {
      const known = numbered.get(record.sequenceNumber);
      if (known !== undefined) return { ...record, data: known };
      const frame = codec.decode(record.data);
      if (frame.outcome === "refused") return record;
      const lines = Buffer.from(frame.ndjson).toString().split("\n");
      const data = Buffer.from(lines.map((line) => renumbered(line, next)).join("\n"));
      numbered.set(record.sequenceNumber, data);
      return { ...record, data };
    });
}

function renumbered(line: string, next: Map<string, number>): string {
  try {
    const event = JSON.parse(line) as { instrument: string };
    const sequence = (next.get(event.instrument) ?? 0) + 1;
    next.set(event.instrument, sequence);
    return JSON.stringify({ ...event, sequence });
  } catch {
    return line;
  }
}

function highestFailed({ failures }: BatchAnswer, { records }: RecordBatch): string | undefined {
  if (failures.length === 0) return undefined;
  return records[Math.max(...failures.map(({ record }) => record))]?.sequenceNumber;
}

/** A batch that brought nothing new writes no rows. */
function withoutReflush(): Hooks {
  const isNew = new Map<Process, Map<string, boolean>>();
  const before = new Map<string, number>();
  return {
    state: (store, _, process) => ({
      ...store,
      commit: async (key, expected, next) => {
        const { nextSequence, buffer } = decodeState(next.body);
        const name = nameOf(key);
        const weight = nextSequence + buffer.size;
        isNew.set(
          process,
          (isNew.get(process) ?? new Map()).set(name, before.get(name) !== weight),
        );
        const result = await store.commit(key, expected, next);
        if (result.outcome === "committed") before.set(name, weight);
        return result;
      },
    }),
    metrics: (store, _, process) => ({
      ...store,
      upsertBatch: async (rows) => {
        const [row] = [...rows.rollups, ...rows.trades];
        const nothing = { written: 0, stale: 0, conflicting: [] };
        if (row === undefined || isNew.get(process)?.get(nameOf(row)) !== false) {
          return store.upsertBatch(rows);
        }
        return { rollups: nothing, trades: nothing };
      },
    }),
  };
}

const metricsFirst: NonNullable<Hooks["state"]> = (store, metrics) => ({
  ...store,
  commit: async (key, expected, next) => {
    const { epoch, gen, body } = next;
    await metrics.upsertBatch(dirtyRows(decodeState(body), versionOf(epoch, gen)));
    return store.commit(key, expected, next);
  },
});

const unconditional: NonNullable<Hooks["state"]> = (store) => ({
  ...store,
  commit: async (key, _, next) => {
    for (;;) {
      const current = await store.load(key);
      const result = await store.commit(key, current, next);
      if (result.outcome === "committed") return result;
    }
  },
});

/** What was folded is gone on with, on top of whatever stands in the store. */
function keepsChanged(): NonNullable<Hooks["state"]> {
  return (store) => {
    const kept = new Map<string, string>();
    return {
      ...store,
      load: async (key) => {
        const snapshot = await store.load(key);
        const body = kept.get(nameOf(key));
        kept.delete(nameOf(key));
        return snapshot === undefined || body === undefined ? snapshot : { ...snapshot, body };
      },
      commit: async (key, expected, next) => {
        kept.set(nameOf(key), next.body);
        const result = await store.commit(key, expected, next);
        if (result.outcome === "committed") kept.delete(nameOf(key));
        return result;
      },
    };
  };
}

const withoutStoredTrades: NonNullable<Hooks["metrics"]> = (store) => ({
  ...store,
  findTrade: async () => undefined,
});

const versionedByClock: NonNullable<Hooks["metrics"]> = (store, clock) => ({
  ...store,
  upsertBatch: ({ rollups, trades }) => {
    const version = clock.now();
    return store.upsertBatch({
      rollups: rollups.map((row) => ({ ...row, version })),
      trades: trades.map((row) => ({ ...row, version })),
    });
  },
});
