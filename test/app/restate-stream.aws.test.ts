/**
 * Goal: on the stores that AWS has, a past that was folded anew is row for row that of a fold which knew every bust and
 * correction from the start, also while the stream goes on, and where the state is gone.
 * Method: the pipeline of a stream over tables and a bucket of an emulator; `replay` of the same lines on one machine, and
 * `compareRows`, are the oracles.
 */
import { DeleteItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { dynamoDbMetricStore } from "../../lib/adapters/dynamodb/metric-store.ts";
import { dynamoDbStateStore } from "../../lib/adapters/dynamodb/state-store.ts";
import type { Table } from "../../lib/adapters/dynamodb/table.ts";
import { METRICS_TABLE, STATE_TABLE } from "../../lib/adapters/dynamodb/tables.ts";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { s3ArchivedStream } from "../../lib/adapters/s3/archived-stream.ts";
import type { Bucket } from "../../lib/adapters/s3/bucket.ts";
import { s3Quarantine } from "../../lib/adapters/s3/quarantine.ts";
import { s3RecordArchive } from "../../lib/adapters/s3/record-archive.ts";
import { compareRows } from "../../lib/app/compare-rows.ts";
import { createDifferenceList } from "../../lib/app/differences.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { processBatch } from "../../lib/app/process-batch.ts";
import { restateStream } from "../../lib/app/restate-stream.ts";
import { decodeState } from "../../lib/core/pipeline/codec.ts";
import { EPOCH_STEP, versionOf } from "../../lib/core/pipeline/version.ts";
import { type EpochUs, HOUR_US } from "../../lib/core/units.ts";
import type { ArchivedStream } from "../../lib/ports/archived-stream.ts";
import type { MetricStore } from "../../lib/ports/metric-store.ts";
import { openingTable } from "../adapters/dynamodb/emulated-table.ts";
import { openBucket } from "../adapters/s3/emulated-bucket.ts";
import { DEFAULTS, folded } from "../fold.ts";
import { amendments, laterBy, type MarketLine, marketLines } from "./amended-market.ts";

/** Far ahead of the machine's clock, so that the emulator itself deletes nothing. */
const FROM = 4_102_491_600_000_000 as EpochUs;
/** Nothing is of the future when it arrives. */
const NOW = FROM + HOUR_US;
const clock = { now: () => NOW as EpochUs };
const BTC = { account: "main", instrument: "BTC-PERP" };
const RECORD_LINES = 40;

const MARKET = marketLines(FROM, ["BTC-PERP", "ETH-PERP"]);
const HALF = Math.floor(MARKET.length * 0.8);
const TOLD = MARKET.slice(0, HALF);
const AMENDED = [...TOLD, ...amendments(TOLD, BTC.instrument)];
const REST = laterBy(MARKET.slice(HALF), BTC.instrument, AMENDED.length - TOLD.length);

const codec = zlibFrameCodec();
let tables: { readonly state: Table; readonly metrics: Table };
let bucket: Bucket;
let closing: (() => Promise<void>)[];
let records: number;

beforeEach(async () => {
  const state = await openingTable(STATE_TABLE, (table) => table)();
  const metrics = await openingTable(METRICS_TABLE, (table) => table)();
  const archive = await openBucket();
  tables = { state: state.store, metrics: metrics.store };
  bucket = archive.bucket;
  closing = [state.close, metrics.close, archive.close];
  records = 0;
});
afterEach(async () => {
  for (const close of closing) await close();
});

/** As a process has them that has just begun. */
function stores() {
  return {
    state: dynamoDbStateStore(tables.state),
    metrics: dynamoDbMetricStore({ ...tables.metrics, clock, retention: DEFAULTS.retention }),
    archive: s3ArchivedStream({ bucket, prefix: "raw" }),
    quarantine: s3Quarantine({ bucket, prefix: "quarantine" }),
    clock,
  };
}

/** Through the pipeline, in batches of four records of an instrument each. */
async function deliver(lines: readonly MarketLine[]): Promise<void> {
  const { state, metrics, quarantine } = stores();
  const decode = (data: string) => codec.decodeBase64(data);
  const processor = createProcessor({
    state,
    metrics,
    clock,
    settings: DEFAULTS,
    onQuarantine: () => {},
  });
  const archive = s3RecordArchive({ bucket, prefix: "raw", decode, clock });
  const ports = { processor, decode, archive, quarantine, clock };
  const all = recordsOf(lines);
  for (let from = 0; from < all.length; from += 4) {
    const batch = { shard: "shardId-000000000000", records: all.slice(from, from + 4) };
    expect((await processBatch(ports, batch)).failures).toEqual([]);
  }
}

function recordsOf(lines: readonly MarketLine[]) {
  const found = [];
  for (let from = 0; from < lines.length; from += RECORD_LINES) {
    const some = Map.groupBy(lines.slice(from, from + RECORD_LINES), (one) => one.instrument);
    for (const [partitionKey, own] of some) {
      records += 1;
      const encoded = codec.encode(Buffer.from(own.map(({ line }) => line).join("\n")));
      if (encoded.outcome === "refused") throw new Error(encoded.detail);
      found.push({
        sequenceNumber: String(records),
        partitionKey,
        data: Buffer.from(encoded.data).toString("base64"),
        arrivedAt: (NOW + records * 1_000_000) as EpochUs,
      });
    }
  }
  return found;
}

function restate(more: { readonly archive?: ArchivedStream; readonly rebuild?: boolean } = {}) {
  const { rebuild, ...ports } = more;
  const wiring = {
    ...stores(),
    openScratch: () => openEmbedded({ temporary: true }),
    encode: (text: string) => Buffer.from(text),
    ...ports,
  };
  const options = { settings: DEFAULTS, retention: DEFAULTS.retention };
  return restateStream(wiring, rebuild === true ? { ...options, rebuild: [BTC] } : options);
}

async function committed() {
  const snapshot = await stores().state.load(BTC);
  if (snapshot === undefined) throw new Error("expected a state");
  return { ...snapshot, fold: decodeState(snapshot.body) };
}

/** Without the rows of the fold that met the amendments unprepared. */
function lastFold(metrics: MetricStore, epoch: number): MetricStore {
  const isLast = ({ version }: { readonly version: number }) => version >= epoch * EPOCH_STEP;
  return {
    ...metrics,
    readRollups: async (range) => (await metrics.readRollups(range)).filter(isLast),
    readTrades: async (range) => {
      const { rows, cursor } = await metrics.readTrades(range);
      return { rows: rows.filter(isLast), cursor };
    },
  };
}

/** Every row that counts, beside the rows of a fold on one machine, which knew of each bust and correction. */
async function differences(lines: readonly MarketLine[]) {
  const { epoch, gen, fold } = await committed();
  const { firstTime, newestTime } = fold;
  const counts = { "5s": 0, "1m": 0, "1h": 0, "1d": 0, trades: 0 };
  const list = createDifferenceList();
  await folded(
    lines.map(({ line }) => line),
    async ({ store }) => {
      const { retention } = DEFAULTS;
      const expected = lastFold(store.metrics, (await store.state.load(BTC))?.epoch ?? 0);
      const versions = { minVersion: epoch * EPOCH_STEP, maxVersion: versionOf(epoch, gen) };
      await compareRows(
        { stored: stores().metrics, expected, retention, differences: list },
        { ...BTC, ...versions, firstTime, newestTime },
        counts,
      );
    },
  );
  expect(counts.trades).toBeGreaterThan(2);
  expect(counts["5s"]).toBeGreaterThan(100);
  return list.result();
}

const NONE = { count: 0, first: [], groups: [] };
const DONE = [{ key: BTC, outcome: "restated" }];

describe("after a bust and a correction", () => {
  it("the past is another until it is folded anew, and row for row that of a fold that knew", async () => {
    await deliver(AMENDED);
    expect((await committed()).fold.restating).toBe(true);
    expect((await differences(AMENDED)).count).toBeGreaterThan(0);
    expect(await restate()).toEqual(DONE);
    expect(await committed()).toMatchObject({ epoch: 2, fold: { restating: false } });
    expect(await differences(AMENDED)).toEqual(NONE);
    await deliver(REST);
    expect(await differences([...AMENDED, ...REST])).toEqual(NONE);
  });

  it("it is so while events are committed that come between", async () => {
    await deliver(AMENDED);
    const { archive: kept } = stores();
    let rest: readonly MarketLine[] = REST;
    const archive: ArchivedStream = {
      async *read(range) {
        yield* kept.read(range);
        await deliver(rest);
        rest = [];
      },
    };
    expect(await restate({ archive })).toEqual(DONE);
    expect((await committed()).fold.restating).toBe(false);
    expect(await differences([...AMENDED, ...REST])).toEqual(NONE);
  });
});

describe("a state that was deleted", () => {
  it("is made anew from the archive, in an epoch after that of its rows", async () => {
    await deliver(TOLD);
    const { epoch } = await committed();
    const { client, name } = tables.state;
    const { Items = [] } = await client.send(new ScanCommand({ TableName: name }));
    for (const { pk } of Items) {
      if (pk?.S?.includes("BTC-PERP") !== true) continue;
      await client.send(new DeleteItemCommand({ TableName: name, Key: { pk } }));
    }
    expect(await restate({ rebuild: true })).toEqual(DONE);
    expect((await committed()).epoch).toBeGreaterThan(epoch);
    expect(await differences(TOLD)).toEqual(NONE);
  });
});
