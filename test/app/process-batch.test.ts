/**
 * Goal: a batch is answered with the first record to deliver again, and nothing of it is lost or counted twice.
 * Method: the real use case on the embedded store; a store that fails, or a fold that does, where a row says so.
 */
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { flushDirty } from "../../lib/app/flush-dirty.ts";
import { createProcessor, type ProcessorOptions } from "../../lib/app/instrument-processor.ts";
import { type BatchPorts, processBatch } from "../../lib/app/process-batch.ts";
import { redrive } from "../../lib/app/redrive.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import type { InstrumentState } from "../../lib/core/pipeline/state.ts";
import { offer } from "../../lib/core/pipeline/step.ts";
import { type DurationUs, type EpochUs, MINUTE_US } from "../../lib/core/units.ts";
import type { RefusedRow, RowBatch } from "../../lib/ports/metric-store.ts";
import type { QuarantinedItem } from "../../lib/ports/quarantine.ts";
import type { RecordBatch, StreamRecord } from "../../lib/ports/record-batch.ts";
import type { StateStore } from "../../lib/ports/state-store.ts";
import { DEFAULTS } from "../fold.ts";

const NOW = 1_767_225_700_000_000;
const codec = zlibFrameCodec();

/** A reference of one instrument; its time follows its sequence. */
function line(instrument: string, sequence: number, more: object = {}): string {
  const time = 1_767_225_600_000_000 + sequence * 1_000;
  const event = { type: "reference", instrument, time, sequence, bid: "99.9", ask: "100.1" };
  return JSON.stringify({ ...event, ...more });
}

function frame(...lines: readonly string[]): Uint8Array {
  const encoded = codec.encode(Buffer.from(lines.join("\n")));
  if (encoded.outcome === "refused") throw new Error(encoded.detail);
  return encoded.data;
}

function batch(...frames: readonly Uint8Array[]): RecordBatch {
  const records = frames.map(
    (data, index): StreamRecord => ({ sequenceNumber: `s${index}`, partitionKey: "k", data }),
  );
  return { shard: "shard-0", records };
}

let store: EmbeddedStore;
let now = NOW;
let archived: RecordBatch[] = [];
let items: QuarantinedItem[] = [];

beforeEach(() => {
  store = openEmbedded({ temporary: true });
  [now, archived, items] = [NOW, [], []];
});
afterEach(() => store.close());

const clock = { now: () => now as EpochUs };

function ports(
  processor: Partial<ProcessorOptions> = {},
  more: Partial<BatchPorts<Uint8Array>> = {},
): BatchPorts<Uint8Array> {
  const { state, metrics } = store;
  const settings = DEFAULTS;
  return {
    processor: createProcessor({
      state,
      metrics,
      clock,
      settings,
      onQuarantine: () => {},
      ...processor,
    }),
    decode: codec.decode,
    archive: { put: async (one) => void archived.push(one) },
    quarantine: { put: async (some) => void items.push(...some) },
    clock,
    ...more,
  };
}

async function stateOf(instrument: string): Promise<InstrumentState | undefined> {
  const snapshot = await store.state.load({ account: "main", instrument });
  return snapshot === undefined ? undefined : decodeState(snapshot.body);
}

/** The embedded state store, of which commits of one instrument are refused with an error. */
function failingCommits(instrument: string): StateStore {
  return {
    ...store.state,
    commit: async (key, expected, next) => {
      if (key.instrument === instrument) throw new Error("throttled");
      return store.state.commit(key, expected, next);
    },
  };
}

describe("a batch", () => {
  it("of several frames and instruments is committed, stored and answered with success", async () => {
    const answer = await processBatch(
      ports(),
      batch(frame(line("A", 1), line("B", 1)), frame(line("A", 2)), frame(line("B", 2))),
    );
    expect(answer.resumeAt).toBeUndefined();
    expect(answer.counts).toEqual({ applied: 4, duplicates: 0, quarantined: 0, buffered: 0 });
    expect([...answer.committed].sort()).toEqual(["main/A", "main/B"]);
    expect((await stateOf("A"))?.nextSequence).toBe(3);
    expect((await stateOf("B"))?.nextSequence).toBe(3);
  });

  it("delivered again is nothing but duplicates, and writes its rows again", async () => {
    const once = batch(frame(line("A", 1), line("A", 2)));
    await processBatch(ports(), once);
    let rows = 0;
    const metrics = {
      ...store.metrics,
      upsertBatch: (given: Parameters<typeof store.metrics.upsertBatch>[0]) => {
        rows += given.rollups.length;
        return store.metrics.upsertBatch(given);
      },
    };
    const answer = await processBatch(ports({ metrics }), once);
    expect(answer.counts).toEqual({ applied: 0, duplicates: 2, quarantined: 0, buffered: 0 });
    expect(rows).toBeGreaterThan(0);
  });

  it("without records is done", async () => {
    expect((await processBatch(ports(), batch())).resumeAt).toBeUndefined();
  });

  it("resumes at the first record of the group that failed; the others are committed", async () => {
    const answer = await processBatch(
      ports({ state: failingCommits("B") }),
      batch(frame(line("A", 1)), frame(line("B", 1)), frame(line("A", 2)), frame(line("B", 2))),
    );
    expect(answer.resumeAt).toBe("s1");
    expect(answer.failures.map(({ instrument }) => instrument)).toEqual(["main/B"]);
    expect((await stateOf("A"))?.nextSequence).toBe(3);
    expect(await stateOf("B")).toBeUndefined();
  });

  it("resumes at the lowest of the records that failed", async () => {
    const state: StateStore = {
      ...store.state,
      commit: async (key, expected, next) => {
        if (key.instrument !== "B") throw new Error("throttled");
        return store.state.commit(key, expected, next);
      },
    };
    const frames = [frame(line("B", 1)), frame(line("A", 1)), frame(line("C", 1))];
    const answer = await processBatch(ports({ state }), batch(...frames));
    expect(answer.failures).toHaveLength(2);
    expect(answer.resumeAt).toBe("s1");
  });

  it("is archived before anything of it is committed, and fails whole when it cannot be", async () => {
    const archive = { put: () => Promise.reject(new Error("no such bucket")) };
    const answer = await processBatch(ports({}, { archive }), batch(frame(line("A", 1))));
    expect(answer.resumeAt).toBe("s0");
    expect(await stateOf("A")).toBeUndefined();
  });

  it("stops in time: what is not committed is delivered again", async () => {
    const never = new Promise<never>(() => {});
    const state: StateStore = {
      ...store.state,
      commit: (key, expected, next) =>
        key.instrument === "B" ? never : store.state.commit(key, expected, next),
    };
    const settled = Promise.withResolvers<void>();
    const frames = [frame(line("A", 1)), frame(line("B", 1))];
    const running = processBatch(ports({ state }), batch(...frames), settled.promise);
    // A group that waits for no clock is through with all its awaits by then.
    await setImmediate();
    settled.resolve();
    const answer = await running;
    expect(answer.resumeAt).toBe("s1");
    expect(answer.failures.map(({ cause }) => (cause as Error).name)).toEqual(["OutOfTimeError"]);
  });

  it("whose time is up before it is archived is delivered again whole", async () => {
    const archive = { put: () => new Promise<never>(() => {}) };
    const one = batch(Buffer.from("no frame"));
    const answer = await processBatch(ports({}, { archive }), one, Promise.resolve());
    expect(answer.resumeAt).toBe("s0");
  });
});

describe("what is no event", () => {
  it("is quarantined, alone, before the rest of its batch is committed", async () => {
    const answer = await processBatch(
      ports(),
      batch(frame(line("A", 1), '{"type":"trade"', line("A", 2)), Buffer.from("no frame")),
    );
    expect(answer.resumeAt).toBeUndefined();
    expect(answer.counts).toEqual({ applied: 2, duplicates: 0, quarantined: 2, buffered: 0 });
    expect(items.map(({ id, reason, text }) => ({ id, reason, text }))).toEqual([
      { id: "shard-0/s0/2", reason: "not-json", text: '{"type":"trade"' },
      { id: "shard-0/s1/0", reason: "unrecognised", text: "" },
    ]);
  });

  it("holds its batch back while it cannot be quarantined", async () => {
    const quarantine = { put: () => Promise.reject(new Error("denied")) };
    const one = batch(frame(line("A", 1)), Buffer.from("no frame"));
    const answer = await processBatch(ports({}, { quarantine }), one);
    expect(answer.resumeAt).toBe("s0");
    expect(await stateOf("A")).toBeUndefined();
  });

  it("that the fold refuses is quarantined under the line that brought it, and again by the same name", async () => {
    const conflict = line("A", 1, { bid: "99.8" });
    const one = batch(frame(line("A", 1)), frame(line("A", 2), conflict));
    await processBatch(ports(), one);
    await processBatch(ports(), one);
    const ids = items.map(({ id, reason }) => `${id} ${reason}`);
    expect(ids).toEqual(["shard-0/s1/2 sequence-conflict", "shard-0/s1/2 sequence-conflict"]);
    expect(items[0]?.text).toBe(conflict);
  });
});

describe("an event on which the fold fails", () => {
  /** Fails on one sequence of A until it is mended. */
  function failingFold(sequence: number): { offer: typeof offer; mend: () => void } {
    let isBroken = true;
    return {
      mend: () => {
        isBroken = false;
      },
      offer: (state, event, context) => {
        const isIt = event.instrument === "A" && event.sequence === sequence;
        if (isBroken && isIt && context.givenUp?.has(sequence) !== true) {
          state.nextSequence = sequence + 1;
          throw new TypeError("undefined is not a number");
        }
        return offer(state, event, context);
      },
    };
  }
  const frames = [
    frame(line("A", 1)),
    frame(line("B", 1)),
    frame(line("A", 2)),
    frame(line("A", 3)),
  ];

  it("is delivered again four times, alone with what follows, then quarantined as a hole", async () => {
    const { offer: failing } = failingFold(2);
    const resumed: (string | undefined)[] = [];
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      // Each time another process: the count is in the state.
      resumed.push((await processBatch(ports({ offer: failing }), batch(...frames))).resumeAt);
      if (attempt === 1) expect((await stateOf("A"))?.nextSequence).toBe(2);
    }
    expect(resumed).toEqual(["s2", "s2", "s2", "s2", undefined]);
    expect(items.map(({ id, reason }) => `${id} ${reason}`)).toEqual(["shard-0/s2/1 fold-fault"]);
    const state = await stateOf("A");
    expect(state?.nextSequence).toBe(4);
    expect(state?.holes).toEqual([{ first: 2, last: 2 }]);
    expect((await stateOf("B"))?.nextSequence).toBe(2);
  });

  it("is quarantined at once when it comes again, and fills its hole once the fold is mended", async () => {
    const { offer: failing, mend } = failingFold(2);
    const again = () => processBatch(ports({ offer: failing }), batch(...frames));
    for (let attempt = 1; attempt <= 5; attempt += 1) await again();
    expect((await again()).resumeAt).toBeUndefined();
    expect(items).toHaveLength(2);
    mend();
    expect((await again()).counts.applied).toBe(1);
    expect((await stateOf("A"))?.holes).toEqual([]);
  });

  it("that had waited for a gap is found out when it is set free", async () => {
    const broken = ports({
      offer: (state, event, context) => {
        const frees = event.sequence === 2 && context.givenUp?.has(3) !== true;
        if (!frees) return offer(state, event, context);
        state.nextSequence = 4;
        throw new TypeError("undefined is not a number");
      },
    });
    await processBatch(broken, batch(frame(line("A", 1), line("A", 3))));
    const freeing = batch(frame(line("A", 2), line("A", 4)));
    for (let attempt = 1; attempt < 5; attempt += 1) {
      expect((await processBatch(broken, freeing)).resumeAt).toBe("s0");
    }
    expect((await processBatch(broken, freeing)).resumeAt).toBeUndefined();
    expect(items.map(({ id, reason }) => `${id} ${reason}`)).toEqual(["main/A/3 fold-fault"]);
    const state = await stateOf("A");
    expect(state?.nextSequence).toBe(5);
    const { events, applied, duplicates, quarantined } = state?.counters ?? {};
    expect({ events, applied, duplicates, quarantined }).toEqual({
      events: 4,
      applied: 3,
      duplicates: 0,
      quarantined: 1,
    });
  });
});

describe("a batch that the stream gave up on", () => {
  it("closes its gap when it is put through again, and stays pending while it fails", async () => {
    const given = new Map([
      ["one", batch(frame(line("A", 2)))],
      ["two", batch(frame(line("B", 1)))],
    ]);
    const failedBatches = {
      pending: async function* () {
        for (const [name, one] of [...given]) yield { name, batch: one };
      },
      settle: async (name: string) => void given.delete(name),
    };
    await processBatch(ports(), batch(frame(line("A", 1), line("A", 3))));
    const broken = await redrive(ports({ state: failingCommits("B") }), failedBatches);
    expect(broken.settled).toEqual(["one"]);
    expect(broken.failed.map(({ name }) => name)).toEqual(["two"]);
    expect((await stateOf("A"))?.nextSequence).toBe(4);
    const whole = await redrive(ports(), failedBatches);
    expect(whole.settled).toEqual(["two"]);
    expect(whole.counts).toEqual({ applied: 1, duplicates: 0, quarantined: 0, buffered: 0 });
    expect(given.size).toBe(0);
  });
});

describe("rows that a commit owes", () => {
  const patience = MINUTE_US as DurationUs;
  const key = { account: "main", instrument: "A" };
  const dead = () => ({
    ...store.metrics,
    upsertBatch: () => Promise.reject(new Error("time-out")),
  });
  const since = async () => (await store.state.load(key))?.dirtySince;

  it("are marked from the first commit that owed them until one that owes none", async () => {
    const broken = ports({ metrics: dead() });
    expect((await processBatch(broken, batch(frame(line("A", 1))))).resumeAt).toBe("s0");
    expect(await since()).toBe(NOW);
    now += 5_000_000;
    await processBatch(broken, batch(frame(line("A", 1))));
    expect(await since()).toBe(NOW);
    const whole = ports();
    await processBatch(whole, batch(frame(line("A", 1))));
    now += 5_000_000;
    // What it has seen written it does not owe any more: the mark is of its own new rows.
    await processBatch(whole, batch(frame(line("A", 2))));
    expect(await since()).toBe(now);
  });

  it("are written by the sweeper once they have waited, and then owed no more", async () => {
    await processBatch(ports({ metrics: dead() }), batch(frame(line("A", 1))));
    const sweep = () => flushDirty({ ...store, clock }, { patience, limit: 10 });
    expect(await sweep()).toEqual({ flushed: [], failures: [] });
    now += 61_000_000;
    expect(await sweep()).toEqual({ flushed: [key], failures: [] });
    const range = { ...key, resolution: "5s", from: 0, to: 2 ** 52 } as const;
    const rows = await store.metrics.readRollups(range);
    expect(rows.map(({ part }) => part)).toContain("core");
    expect(await since()).toBeUndefined();
    expect(await sweep()).toEqual({ flushed: [], failures: [] });
  });

  it("stay owed when they cannot be written, and keep no other state waiting", async () => {
    await processBatch(ports({ metrics: dead() }), batch(frame(line("A", 1)), frame(line("B", 1))));
    now += 61_000_000;
    const metrics = {
      ...store.metrics,
      upsertBatch: async (rows: Parameters<typeof store.metrics.upsertBatch>[0]) => {
        if (rows.rollups.some(({ instrument }) => instrument === "A")) throw new Error("time-out");
        return store.metrics.upsertBatch(rows);
      },
    };
    const { flushed, failures } = await flushDirty(
      { state: store.state, metrics, clock },
      { patience, limit: 10 },
    );
    expect(flushed).toEqual([{ account: "main", instrument: "B" }]);
    expect(failures.map((failure) => failure.key)).toEqual([key]);
    expect(await since()).toBe(NOW);
  });

  it("that the store will never take are told, each with its reason, by commit and sweeper", async () => {
    const refused: RefusedRow[] = [];
    const onRefusedRows = (rows: readonly RefusedRow[]) => void refused.push(...rows);
    const metrics = {
      ...store.metrics,
      upsertBatch: async ({ rollups, trades }: RowBatch) => {
        const row = rollups.map(({ part, bucket }) => `${part} ${bucket}`);
        const rest = { rollups: [], trades };
        const outcome = await store.metrics.upsertBatch(rest);
        const why = row.map((name) => ({ row: name, reason: "older than its table keeps" }));
        return { ...outcome, rollups: { ...outcome.rollups, refused: why } };
      },
    };
    const answer = await processBatch(
      ports({ metrics, onRefusedRows }),
      batch(frame(line("A", 1))),
    );
    expect(answer.resumeAt).toBeUndefined();
    expect(refused.length).toBeGreaterThan(0);
    expect(await since()).toBe(NOW);
    const told = refused.splice(0);
    now += 61_000_000;
    await flushDirty(
      { state: store.state, metrics, clock, onRefusedRows },
      { patience, limit: 10 },
    );
    expect(refused).toEqual(told);
  });
});
