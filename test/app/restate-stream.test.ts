/**
 * Goal: after a bust, and after a state was lost, the figures of a stream are those of a fold that knew everything from the
 * start; whatever comes between leaves the instrument as it was, or restating.
 * Method: the real use cases on the embedded store, against `replay` of the same lines. That it holds while the stream goes on
 * and processes die is the simulation's to show.
 */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { answerQueries } from "../../lib/app/answer-query.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { processBatch } from "../../lib/app/process-batch.ts";
import { buildReport } from "../../lib/app/report.ts";
import {
  restateStream,
  type StreamRestateOptions,
  type StreamRestatePorts,
} from "../../lib/app/restate-stream.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import type { InstrumentState } from "../../lib/core/pipeline/state.ts";
import { offer } from "../../lib/core/pipeline/step.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { ArchivedStream, StreamedLine } from "../../lib/ports/archived-stream.ts";
import type { QuarantinedItem } from "../../lib/ports/quarantine.ts";
import type { StateStore } from "../../lib/ports/state-store.ts";
import { DEFAULTS, reportFrom } from "../fold.ts";
import { type MemoryStateStore, memoryStateStore } from "../simulation/memory-stores.ts";
import { lineAt } from "./kill-feed.ts";

const NOW = 1_767_240_000_000_000 as EpochUs;
const BTC = { account: "main", instrument: "BTC-PERP" };
const RECORD_LINES = 50;

/** Each instrument's 700th event busts a trade. */
const WITH_BUSTS = 2_500;

let store: EmbeddedStore;
let state: MemoryStateStore;
let archived: StreamedLine[];
let quarantined: QuarantinedItem[];
const clock = { now: () => NOW };
const quarantine = {
  put: async (items: readonly QuarantinedItem[]) => void quarantined.push(...items),
};

beforeEach(() => {
  store = openEmbedded({ temporary: true });
  state = memoryStateStore();
  [archived, quarantined] = [[], []];
});
afterEach(() => store.close());

const inMemory: ArchivedStream = {
  async *read({ from, to }) {
    yield* archived.filter(({ receivedTime }) => receivedTime >= from && receivedTime < to);
  },
};

/** Through the pipeline of a stream, into the archive first. */
async function deliver(from: number, to: number, into: StateStore = state): Promise<void> {
  const lines = Array.from({ length: to - from }, (_, n) => lineAt(from + n));
  await deliverLines(lines, from, into);
}

async function deliverLines(
  lines: readonly string[],
  from: number,
  into: StateStore = state,
): Promise<void> {
  const { metrics } = store;
  const options = { state: into, metrics, clock, settings: DEFAULTS, onQuarantine: () => {} };
  const decode = (ndjson: Uint8Array) => ({ outcome: "decoded", ndjson }) as const;
  const archive = { put: async () => {} };
  const ports = { processor: createProcessor(options), decode, archive, quarantine, clock };
  for (let done = 0; done < lines.length; done += RECORD_LINES) {
    const first = from + done;
    const texts = lines.slice(done, done + RECORD_LINES);
    const sequenceNumber = String(first).padStart(56, "0");
    const record = { sequenceNumber, partitionKey: "k", data: Buffer.from(texts.join("\n")) };
    texts.forEach((line, at) => {
      const isEvent = line.startsWith("{");
      archived.push({
        shard: "shard-0",
        sequenceNumber,
        partitionKey: "k",
        lineNumber: at + 1,
        receivedTime: (NOW + first) as EpochUs,
        verdict: isEvent ? "accepted" : "refused",
        reason: isEvent ? undefined : "not-json",
        line,
      });
    });
    const answer = await processBatch(ports, { shard: "shard-0", records: [record] });
    expect(answer.failures).toEqual([]);
  }
}

function restate(
  more: Partial<StreamRestatePorts> = {},
  options: Partial<StreamRestateOptions> = {},
) {
  const ports = {
    state,
    metrics: store.metrics,
    archive: inMemory,
    quarantine,
    clock,
    openScratch: () => openEmbedded({ temporary: true }),
    encode: (text: string) => Buffer.from(text),
    ...more,
  };
  return restateStream(ports, { settings: DEFAULTS, retention: DEFAULTS.retention, ...options });
}

async function stateOf(key = BTC): Promise<InstrumentState & { readonly epoch: number }> {
  const snapshot = await state.load(key);
  if (snapshot === undefined) throw new Error("expected a state");
  return { ...decodeState(snapshot.body), epoch: snapshot.epoch };
}

/** What a single fold says that knew of each bust when it met the trade. */
async function expectFigures(lines: number): Promise<void> {
  const found = await buildReport({ state, metrics: store.metrics }, DEFAULTS, {
    span: { kind: "all" },
  });
  const meant = await reportFrom(Array.from({ length: lines }, (_, n) => lineAt(n)));
  expect(found?.instruments).toEqual(meant.instruments);
  expect(found?.portfolio).toEqual(meant.portfolio);
}

describe("a stream in which trades were busted", () => {
  beforeEach(() => deliver(0, WITH_BUSTS));

  it("shows another past until it is folded anew, and says so", async () => {
    expect((await stateOf()).restating).toBe(true);
    await expect(expectFigures(WITH_BUSTS)).rejects.toThrow();
  });

  it("has the figures of a fold that knew", async () => {
    const outcomes = await restate();
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["restated", "restated", "restated"]);
    expect(await stateOf()).toMatchObject({ restating: false, shownFromEpoch: 0, epoch: 2 });
    await expectFigures(WITH_BUSTS);
  });

  it("goes on from there, and has nothing more to do", async () => {
    await restate();
    expect(await restate()).toEqual([]);
    await deliver(WITH_BUSTS, 4_000);
    await expectFigures(4_000);
  });

  it("takes what comes while it is folded", async () => {
    let isFirst = true;
    const archive: ArchivedStream = {
      async *read(range) {
        yield* inMemory.read(range);
        // Behind what was read: the next reading has it.
        if (isFirst) await deliver(WITH_BUSTS, 3_000);
        isFirst = false;
      },
    };
    const outcomes = await restate({ archive });
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(["restated", "restated", "restated"]);
    await expectFigures(3_000);
  });

  it("is folded once more where a trade is busted meanwhile", async () => {
    let isFirst = true;
    const archive: ArchivedStream = {
      async *read(range) {
        yield* inMemory.read(range);
        if (isFirst) await deliver(WITH_BUSTS, 4_500);
        isFirst = false;
      },
    };
    await restate({ archive });
    expect((await stateOf()).restating).toBe(true);
    await restate();
    expect(await stateOf()).toMatchObject({ restating: false, epoch: 3 });
    await expectFigures(4_500);
  });

  it("takes what was taken, though it lay ahead of the clock when it came", async () => {
    const hours = 5 * 3_600_000_000;
    archived = archived.map((line) => {
      return { ...line, receivedTime: (line.receivedTime - hours) as EpochUs };
    });
    await restate();
    expect(await stateOf()).toMatchObject({ restating: false, epoch: 2 });
    await expectFigures(WITH_BUSTS);
  });

  it("is left to a newer program that has begun to write its state meanwhile", async () => {
    const newer = async () => {
      const before = await state.load(BTC);
      if (before === undefined) throw new Error("expected a state");
      const body = before.body.replace(/"from":\d+/, '"from":999').replace(/"v":\d+/, '"v":999');
      await state.commit(BTC, before, { ...before, gen: before.gen + 1, body });
    };
    const archive: ArchivedStream = {
      async *read(range) {
        yield* inMemory.read(range);
        await newer();
      },
    };
    const { gen = 0 } = (await state.load(BTC)) ?? {};
    const [first] = await restate({ archive });
    expect(first).toMatchObject({ key: BTC, outcome: "behind" });
    expect(await state.load(BTC)).toMatchObject({ epoch: 1, gen: gen + 1 });
  });

  it("stands as it was when the time is up", async () => {
    const before = await stateOf();
    const outcomes = await restate({}, { isOver: () => true });
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["out of time"]));
    expect(await stateOf()).toEqual(before);
  });

  it("is restating still when rows of its past could not be written, and is not the next time", async () => {
    let writes = 0;
    const metrics = {
      ...store.metrics,
      upsertBatch: (rows: Parameters<typeof store.metrics.upsertBatch>[0]) => {
        writes += 1;
        return writes === 2
          ? Promise.reject(new Error("throttled"))
          : store.metrics.upsertBatch(rows);
      },
    };
    const [first] = await restate({ metrics });
    expect(first).toMatchObject({ outcome: "failed", cause: { message: "throttled" } });
    expect(await stateOf()).toMatchObject({ restating: true, shownFromEpoch: 1, epoch: 2 });
    await restate();
    expect(await stateOf()).toMatchObject({ restating: false, shownFromEpoch: 0, epoch: 3 });
    await expectFigures(WITH_BUSTS);
  });

  it("says what the fold failed with, and leaves the others their turn", async () => {
    const failing: typeof offer = (into, event, context) => {
      if (event.instrument === "BTC-PERP" && event.sequence === 9) throw new TypeError("a mistake");
      return offer(into, event, context);
    };
    const outcomes = await restate({ offer: failing });
    expect(outcomes.map(({ key, outcome }) => [key.instrument, outcome])).toEqual([
      ["BTC-PERP", "failed"],
      ["ETH-PERP", "restated"],
      ["SOL-PERP", "restated"],
    ]);
    expect(outcomes[0]?.cause).toMatchObject({
      name: "FoldFault",
      cause: { message: "a mistake" },
    });
    expect(await stateOf()).toMatchObject({ restating: true, epoch: 1 });
  });

  it("gives way to another who has taken over since", async () => {
    const archive: ArchivedStream = {
      async *read(range) {
        yield* inMemory.read(range);
        await restate();
      },
    };
    const outcomes = await restate({ archive });
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["overtaken"]));
    await expectFigures(WITH_BUSTS);
  });

  it("is behind what was committed and the archive does not show", async () => {
    const archive: ArchivedStream = {
      async *read(range) {
        for await (const line of inMemory.read(range)) {
          if (!line.line.includes('"sequence":500,')) yield line;
        }
      },
    };
    const outcomes = await restate({ archive });
    expect(new Set(outcomes.map(({ outcome }) => outcome))).toEqual(new Set(["behind"]));
    expect(await stateOf()).toMatchObject({ restating: true, epoch: 1 });
  });
});

describe("a trade that was told under two sequences", () => {
  const FILL = { side: "buy", price: "100", quantity: "1", liquidity: "maker", fee: "0" };
  const second = (at: number) => NOW - 3_600_000_000 + at * 1_000_000;
  const told = (sequence: number, fields: Readonly<Record<string, unknown>>) =>
    JSON.stringify({ instrument: "BTC-PERP", sequence, time: second(sequence * 20), ...fields });
  const trade = (sequence: number, tradeId: string) =>
    told(sequence, { type: "trade", tradeId, ...FILL });
  const reference = (sequence: number) =>
    told(sequence, { type: "reference", bid: "99.5", ask: "100.5" });
  const late = trade(3, "X");
  const before = [reference(1), trade(2, "T2")];
  const bust = told(8, { type: "bust", tradeId: "T2" });
  const after = [trade(4, "X"), reference(5), reference(6), reference(7), bust];

  const timeOf = ({ line }: StreamedLine) => (JSON.parse(line) as { time: number }).time;

  /** Whoever asks for the trades of the instrument. */
  async function listed() {
    const { analyses, metrics } = store;
    const deliver = () => Promise.reject(new Error("nothing is delivered here"));
    const queries = answerQueries(
      { state, metrics, analyses, clock, deliver },
      { ...DEFAULTS, version: "0", feed: "the test", startedAt: NOW },
      {
        history: () => ({ state: "ready", done: 1, loadedTo: null, etaSeconds: null }),
        stray: () => ({ events: 0, quarantined: 0 }),
      },
    );
    const all = { from: 0 as EpochUs, to: NOW, order: "asc", limit: 100 } as const;
    const body = await queries.trades({ ...all, cursor: undefined, instrument: "BTC-PERP" });
    return body?.trades.map(({ tradeId, sequence, time }) => [tradeId, sequence, time]);
  }

  it("is listed once, as the fold of the past took it, where that met the two in the other order", async () => {
    await deliverLines([...before, ...after, late], 0);
    expect(quarantined.map(({ reason }) => reason)).toEqual(["trade-id-conflict"]);
    expect(await listed()).toEqual([
      ["T2", 2, second(40)],
      ["X", 4, second(80)],
    ]);
    // The record that came last had been sent in its turn, to a shard that was read behind the other.
    const byTelling = (a: StreamedLine, b: StreamedLine) => timeOf(a) - timeOf(b);
    archived.sort(byTelling);
    const refusedTrades: string[] = [];
    const onRefusedTrades = (trades: readonly string[]) => void refusedTrades.push(...trades);
    expect(await restate({ onRefusedTrades })).toMatchObject([{ key: BTC, outcome: "restated" }]);
    expect(await listed()).toEqual([["X", 3, second(60)]]);
    expect(refusedTrades).toEqual([]);
  });
});

/** Of the one instrument: gone, or with another body. */
async function damage(body: string | undefined): Promise<void> {
  const whole = state;
  state = memoryStateStore();
  for (const key of await whole.keys()) {
    const snapshot = await whole.load(key);
    const isKept = key.instrument !== BTC.instrument;
    if (snapshot === undefined || (body === undefined && !isKept)) continue;
    const next = isKept || body === undefined ? snapshot : { ...snapshot, body };
    await state.commit(key, undefined, next);
  }
}

describe("an instrument of which the archive holds nothing", () => {
  beforeEach(() => deliver(0, 1_000));

  it.each([
    { what: "it never was", key: { account: "main", instrument: "BTC-PREP" } },
    { what: "its state is unreadable", key: BTC },
  ])("is left as it is: $what", async ({ key }) => {
    await damage("no state");
    archived = archived.filter(({ line }) => !line.includes(BTC.instrument));
    const before = [...state.snapshots];
    const [outcome] = await restate({}, { rebuild: [key] });
    expect(outcome).toMatchObject({ outcome: "failed", cause: { name: "NothingArchivedError" } });
    expect([...state.snapshots]).toEqual(before);
  });
});

describe("a stream whose state is", () => {
  beforeEach(() => deliver(0, 1_000));

  it.each([
    { what: "lost", body: undefined, lines: 1_000 },
    { what: "lost, and was begun anew", body: undefined, lines: 1_500 },
    { what: "unreadable", body: "no state", lines: 1_000 },
  ])("$what has its figures again when it is asked for", async ({ body, lines }) => {
    await damage(body);
    await deliver(1_000, lines);
    const [outcome] = await restate({}, { rebuild: [BTC] });
    expect(outcome).toMatchObject({ key: BTC, outcome: "restated" });
    await expectFigures(lines);
  });
});
