/**
 * Goal: what a processor was given can be folded again from the archive that it put it into, to the same state.
 * Method: batches with bad frames and lines, in repeated and shifted cuts, through the real use case into a bucket in
 * memory; what is read from it goes line by line into a second processor.
 */
import { describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { s3ArchivedStream } from "../../lib/adapters/s3/archived-stream.ts";
import { s3RecordArchive } from "../../lib/adapters/s3/record-archive.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { numberedLines } from "../../lib/app/numbered-lines.ts";
import { processBatch } from "../../lib/app/process-batch.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { ArchivedLine } from "../../lib/ports/raw-archive.ts";
import type { StreamRecord } from "../../lib/ports/record-batch.ts";
import { bucketModel } from "../adapters/s3/bucket-model.ts";
import { DEFAULTS } from "../fold.ts";

const T0 = 1_767_225_600_000_000;
const clock = { now: () => (T0 + 100_000_000) as EpochUs };
const codec = zlibFrameCodec();
const SHARD = "shardId-000000000000";

function reference(sequence: number): string {
  const time = T0 + sequence * 1_000;
  const bid = `${100 + (sequence % 7)}.1`;
  const ask = `${100 + (sequence % 7)}.3`;
  return JSON.stringify({ type: "reference", instrument: "A", time, sequence, bid, ask });
}

function record(n: number, data: string): StreamRecord<string> {
  const arrivedAt = (T0 + n * 1_000_000) as EpochUs;
  return { sequenceNumber: String(1_000 + n), partitionKey: "A", data, arrivedAt };
}

const frame = (...lines: readonly string[]): string => {
  const encoded = codec.encode(Buffer.from(lines.join("\n")));
  if (encoded.outcome === "refused") throw new Error(encoded.detail);
  return Buffer.from(encoded.data).toString("base64");
};

function open() {
  const store = openEmbedded({ temporary: true });
  const { state, metrics } = store;
  const options = { state, metrics, clock, settings: DEFAULTS, onQuarantine: () => {} };
  return { store, processor: createProcessor(options) };
}

/** All that the state says but how often it was told. */
async function figuresOf({ state }: EmbeddedStore): Promise<unknown[]> {
  const summaries = await state.summaries();
  return summaries.map(({ summary }) => ({ ...JSON.parse(summary), counters: undefined }));
}

describe("numberedLines", () => {
  it("gives back what a processor was given, to be folded to the same state", async () => {
    const { bucket } = bucketModel();
    const place = { bucket, prefix: "archive" };
    const archive = s3RecordArchive({ ...place, decode: codec.decodeBase64, clock });
    const live = open();
    const quarantine = { put: async () => {} };
    const ports = {
      processor: live.processor,
      decode: codec.decodeBase64,
      archive,
      quarantine,
      clock,
    };
    const records = [
      record(1, frame(reference(1), "nonsense", reference(2))),
      record(2, "!!!"),
      record(3, frame(reference(4))),
      record(4, frame(reference(3), reference(5))),
    ];
    for (const [from, to] of [
      [0, 2],
      [0, 2],
      [1, 4],
      [2, 4],
    ] as const) {
      await processBatch(ports, { shard: SHARD, records: records.slice(from, to) });
    }
    const range = { from: T0 as EpochUs, to: (T0 + 3_600_000_000) as EpochUs };
    const lines: ArchivedLine[] = [];
    for await (const line of numberedLines(s3ArchivedStream(place), range).read(0))
      lines.push(line);
    expect(lines.map(({ position, verdict, reason }) => [position, verdict, reason])).toEqual([
      [1, "accepted", undefined],
      [2, "refused", "not-json"],
      [3, "accepted", undefined],
      [4, "refused", "not-base64"],
      [5, "accepted", undefined],
      [6, "accepted", undefined],
      [7, "accepted", undefined],
    ]);
    const again = open();
    const { archive: _, ...rest } = ports;
    const accepted = lines.filter(({ verdict }) => verdict === "accepted");
    const data = frame(...accepted.map(({ line }) => line));
    await processBatch(
      { ...rest, processor: again.processor },
      { shard: SHARD, records: [record(9, data)] },
    );
    expect(await figuresOf(again.store)).toEqual(await figuresOf(live.store));
    live.store.close();
    again.store.close();
  });

  it("begins after any position", async () => {
    const { bucket } = bucketModel();
    const place = { bucket, prefix: "archive" };
    const archive = s3RecordArchive({ ...place, decode: codec.decodeBase64, clock });
    await archive.put(
      { shard: SHARD, records: [record(1, frame(reference(1), reference(2), reference(3)))] },
      [],
    );
    const range = { from: 0 as EpochUs, to: (2 ** 52) as EpochUs };
    const { read } = numberedLines(s3ArchivedStream(place), range);
    for (const after of [0, 1, 2, 3, 9]) {
      const positions: number[] = [];
      for await (const { position } of read(after)) positions.push(position);
      expect(positions).toEqual([1, 2, 3].slice(after));
    }
  });
});
