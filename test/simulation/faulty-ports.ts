/** The stores as one process sees them: everything it asks of them may be refused, lost, late or done without an answer. */

import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { stateName } from "../../lib/app/instrument-processor.ts";
import { parseLines } from "../../lib/app/parse-lines.ts";
import { below } from "../../lib/core/simulator/rng.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { ArchivedStream, StreamedLine } from "../../lib/ports/archived-stream.ts";
import type { Clock } from "../../lib/ports/clock.ts";
import type { MetricStore, RowBatch } from "../../lib/ports/metric-store.ts";
import type { Quarantine, QuarantinedItem } from "../../lib/ports/quarantine.ts";
import type { RecordArchive } from "../../lib/ports/record-batch.ts";
import type { StateSnapshot, StateStore } from "../../lib/ports/state-store.ts";
import type { CommitLog } from "./ledger-of-commits.ts";
import type { MemoryMetricStore, MemoryStateStore } from "./memory-stores.ts";
import { olderBody } from "./older-version.ts";
import { type CallFaults, call, type Process, TimeOutError, type World } from "./process.ts";
import type { Shards, StoredRecord } from "./shards.ts";

export interface SharedStores extends World {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly rawState: MemoryStateStore;
  readonly rawMetrics: MemoryMetricStore;
  readonly log: CommitLog;
  readonly archived: Set<string>;
  readonly quarantined: Map<string, QuarantinedItem>;
}

const codec = zlibFrameCodec();

const READ: CallFaults = { throttle: "state-throttle" };
const COMMIT: CallFaults = {
  throttle: "state-throttle",
  unknownApplied: "state-unknown-applied",
  unknownLater: "state-unknown-later",
  unknownNever: "state-unknown-never",
};
const METRIC_READ: CallFaults = { throttle: "metric-throttle" };
const FLUSH: CallFaults = {
  throttle: "metric-throttle",
  unknownApplied: "metric-unknown-applied",
  unknownLater: "metric-unknown-later",
};
const ARCHIVE: CallFaults = { throttle: "archive-throttle" };
const QUARANTINE: CallFaults = { throttle: "quarantine-throttle" };

export function clockOf({ scheduler }: Pick<World, "scheduler">, { skewUs }: Process): Clock {
  return { now: () => Math.max(0, scheduler.now() + skewUs) as EpochUs };
}

/** The true store, with a record of what was committed. */
export function recordedState(raw: StateStore, log: CommitLog): StateStore {
  return {
    ...raw,
    commit: async (key, expected, next) => {
      const result = await raw.commit(key, expected, next);
      if (result.outcome === "committed") log.committed(key, next);
      return result;
    },
  };
}

export function recordedMetrics(raw: MemoryMetricStore, log: CommitLog): MetricStore {
  return {
    ...raw,
    upsertBatch: async (rows) => {
      log.flushing(rows);
      const outcome = await raw.upsertBatch(rows);
      const conflicts = [...outcome.rollups.conflicting, ...outcome.trades.conflicting];
      const [row] = [...rows.rollups, ...rows.trades];
      if (conflicts.length > 0 && !log.wasLost(row && stateName(row)))
        log.violated("I5", `equal version, other values: ${conflicts[0]}`);
      return outcome;
    },
  };
}

export function stateFor(world: SharedStores, process: Process): StateStore {
  const { state, chaos } = world;
  const through = <Result>(faults: CallFaults, effect: () => Promise<Result>) =>
    call(world, process, faults, effect);
  const store: StateStore = {
    load: (key) => through(READ, () => state.load(key)),
    commit: (key, expected, next) =>
      through(COMMIT, async () => {
        const result = await state.commit(key, expected, next);
        if (result.outcome === "stale") chaos.saw("commit lost to another writer");
        else if (process.isAbandoned) chaos.saw("commit by a process that was given up");
        return result;
      }),
    keys: () => through(READ, state.keys),
    summaries: () => through(READ, state.summaries),
    owing: (...asked) => through(READ, () => state.owing(...asked)),
  };
  return process.isOlder ? ofOlderVersion(store, world) : store;
}

/** The program before this one: it reads what this one wrote, and takes along what it does not know. */
function ofOlderVersion(store: StateStore, { chaos }: World): StateStore {
  const older = (snapshot: StateSnapshot): StateSnapshot => ({
    ...snapshot,
    body: olderBody(snapshot.body),
  });
  return {
    ...store,
    load: async (key) => {
      const snapshot = await store.load(key);
      return snapshot === undefined ? undefined : older(snapshot);
    },
    commit: (key, expected, next) => {
      chaos.saw("state written by the older version");
      return store.commit(key, expected, older(next));
    },
  };
}

export function metricsFor(world: SharedStores, process: Process): MetricStore {
  const { metrics, chaos } = world;
  const through = <Result>(faults: CallFaults, effect: () => Promise<Result>) =>
    call(world, process, faults, effect);
  return {
    ...metrics,
    upsertBatch: (rows) => {
      if (chaos.strikes("metric-partial")) {
        return through(FLUSH, async () => {
          await metrics.upsertBatch(partOf(rows, world));
          throw new TimeOutError("some of the requests were not answered");
        });
      }
      return through(FLUSH, () => {
        if (process.isAbandoned) chaos.saw("rows by a process that was given up");
        return metrics.upsertBatch(rows);
      });
    },
    findTrade: (...key) => through(METRIC_READ, () => metrics.findTrade(...key)),
    deleteRollupsBefore: (...key) => through(FLUSH, () => metrics.deleteRollupsBefore(...key)),
  };
}

function partOf({ rollups, trades }: RowBatch, { chaos }: World): RowBatch {
  const some = <Row>(rows: readonly Row[]) => rows.filter(() => below(chaos.rng, 2) === 0);
  return { rollups: some(rollups), trades: some(trades) };
}

export function archiveFor(world: SharedStores, process: Process): RecordArchive {
  return {
    put: (batch) =>
      call(world, process, ARCHIVE, async () => {
        for (const { sequenceNumber } of batch.records) world.archived.add(sequenceNumber);
      }),
  };
}

/** What is archived by now, in the order in which the stream took it. */
export function archivedStreamFor(
  world: SharedStores,
  process: Process,
  shards: Shards,
): ArchivedStream {
  return {
    read: async function* ({ from, to }) {
      const records = await call(world, process, ARCHIVE, async () =>
        shards.all
          .flatMap((shard) => shard.records.map((record) => ({ ...record, shard: shard.id })))
          .filter(({ sequenceNumber }) => world.archived.has(sequenceNumber))
          .filter(({ arrivedAt }) => arrivedAt >= from && arrivedAt < to)
          .sort((a, b) => (a.sequenceNumber < b.sequenceNumber ? -1 : 1)),
      );
      for (const record of records) yield* linesOf(record);
    },
  };
}

type Judged = Pick<StreamedLine, "verdict" | "reason" | "line" | "lineNumber">;

/** What a record says does not change, and a run reads its archive many times. */
const JUDGED = new WeakMap<Uint8Array, readonly Judged[]>();

function* linesOf(record: StoredRecord & { readonly shard: string }): Generator<StreamedLine> {
  const { shard, sequenceNumber, partitionKey, arrivedAt: receivedTime, data } = record;
  const judged = JUDGED.get(data) ?? judgedLines(data);
  JUDGED.set(data, judged);
  for (const { verdict, reason, line, lineNumber } of judged) {
    const where = { shard, sequenceNumber, partitionKey, receivedTime, lineNumber };
    yield { ...where, verdict, reason, line };
  }
}

function judgedLines(data: Uint8Array): readonly Judged[] {
  const frame = codec.decode(data);
  if (frame.outcome === "refused") return [];
  const refused = new Map(
    parseLines(frame.ndjson).refused.map(({ line, reason }) => [line, reason]),
  );
  const texts = Buffer.from(frame.ndjson).toString().split("\n");
  return texts.map((line, at) => {
    const reason = refused.get(at + 1);
    return {
      verdict: reason === undefined ? "accepted" : "refused",
      reason,
      line,
      lineNumber: at + 1,
    };
  });
}

export function quarantineFor(world: SharedStores, process: Process): Quarantine {
  return {
    put: (items) =>
      call(world, process, QUARANTINE, async () => {
        for (const item of items) {
          world.quarantined.set(item.id, item);
          if (item.reason === "fold-fault") world.chaos.saw("event set aside after five attempts");
        }
      }),
  };
}
