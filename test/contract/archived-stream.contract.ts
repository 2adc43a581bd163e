/** What a RecordArchive and the ArchivedStream over it promise: every line as it came, once, in the order of its key. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EpochUs, HOUR_US } from "../../lib/core/units.ts";
import type { ArchivedStream, StreamedLine, StreamRange } from "../../lib/ports/archived-stream.ts";
import type { FrameCodec } from "../../lib/ports/frame-codec.ts";
import type { QuarantinedItem, SetAsideReason } from "../../lib/ports/quarantine.ts";
import type { RecordArchive, RecordBatch, StreamRecord } from "../../lib/ports/record-batch.ts";

export interface OpenedArchive {
  readonly archive: RecordArchive<string>;
  readonly stream: ArchivedStream;
  close(): Promise<void>;
}

const T0 = 1_758_240_000_000_000;
const SHARD = "shardId-000000000000";
/** Of Kinesis: longer than a number can count. */
const sequenceOf = (n: number): string => `4964${String(n).padStart(52, "0")}`;

export function archivedStreamContract(
  name: string,
  open: () => Promise<OpenedArchive>,
  codec: FrameCodec,
): void {
  const base64 = (text: string): string => {
    const encoded = codec.encode(Buffer.from(text, "utf8"));
    if (encoded.outcome === "refused") throw new Error(encoded.detail);
    return Buffer.from(encoded.data).toString("base64");
  };
  const record = (
    n: number,
    lines: readonly string[] = [`{"sequence":${n}}`],
    fields: Partial<StreamRecord<string>> = {},
  ): StreamRecord<string> => ({
    sequenceNumber: sequenceOf(n),
    partitionKey: "BTC-PERP",
    data: base64(lines.map((line) => `${line}\n`).join("")),
    arrivedAt: (T0 + n * 1_000_000) as EpochUs,
    ...fields,
  });
  const records = (from: number, to: number): StreamRecord<string>[] =>
    Array.from({ length: to - from + 1 }, (_, i) => record(from + i));
  const batch = (of: readonly StreamRecord<string>[], shard = SHARD): RecordBatch<string> => ({
    shard,
    records: of,
  });
  const refusal = (n: number, line: number, reason: SetAsideReason): QuarantinedItem => ({
    id: `${n}/${line}`,
    shard: SHARD,
    sequenceNumber: sequenceOf(n),
    line,
    reason,
    detail: "because",
    text: "",
  });

  describe(`${name} as an archived stream`, () => {
    let opened: OpenedArchive;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const put = (of: readonly StreamRecord<string>[], ...refused: QuarantinedItem[]) =>
      opened.archive.put(batch(of), refused);
    const read = async (range: Partial<StreamRange> = {}): Promise<StreamedLine[]> => {
      const found: StreamedLine[] = [];
      const all = { from: 0 as EpochUs, to: (2 ** 52) as EpochUs };
      for await (const line of opened.stream.read({ ...all, ...range })) found.push(line);
      return found;
    };
    const textsOf = async (range: Partial<StreamRange> = {}) =>
      (await read(range)).map(({ line }) => line);
    const numbered = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, i) => `{"sequence":${from + i}}`);

    it("is empty at first, and after an empty batch", async () => {
      expect(await read()).toEqual([]);
      await put([]);
      expect(await read()).toEqual([]);
    });

    it("says of each line where it stood and when it came", async () => {
      await put([record(1, ['{"a":1}', '{"b":2}'])]);
      const where = {
        shard: SHARD,
        sequenceNumber: sequenceOf(1),
        partitionKey: "BTC-PERP",
        receivedTime: T0 + 1_000_000,
        verdict: "accepted",
        reason: undefined,
      };
      expect(await read()).toEqual([
        { ...where, lineNumber: 1, line: '{"a":1}' },
        { ...where, lineNumber: 2, line: '{"b":2}' },
      ]);
    });

    it("keeps what was refused, with its reason, beside what was not", async () => {
      await put(
        [record(1, ["{}", "not JSON", '{"type":"?"}'])],
        refusal(1, 2, "not-json"),
        refusal(1, 3, "unknown-type"),
      );
      expect((await read()).map(({ verdict, reason, line }) => [verdict, reason, line])).toEqual([
        ["accepted", undefined, "{}"],
        ["refused", "not-json", "not JSON"],
        ["refused", "unknown-type", '{"type":"?"}'],
      ]);
    });

    it.each([
      { data: "!!!", reason: "not-base64" },
      { data: "aGVsbG8=", reason: "unrecognised" },
      { data: "H4sIAAAA", reason: "truncated" },
    ] as const)(
      "keeps a frame that was refused whole as line 0, as it came: $reason",
      async ({ data, reason }) => {
        await put(
          [record(1, ["{}"]), record(2, ["{}"], { data }), record(3)],
          refusal(2, 0, reason),
        );
        const [, frame, after] = await read();
        expect(frame).toMatchObject({ lineNumber: 0, verdict: "refused", reason, line: data });
        expect(after?.line).toBe('{"sequence":3}');
      },
    );

    it.each([
      { line: "{}", when: "an empty object" },
      { line: ' {"a":1} ', when: "blanks around an object" },
      { line: '{"a":1}\r', when: "a carriage return at the end" },
      { line: "", when: "no character" },
      { line: '{"name":"日本🚀\u2028"}', when: "letters beyond ASCII and a line separator" },
      {
        line: '{"a":"\\u0000","line":{"b":",\\"line\\":"}}',
        when: "what looks like our own record",
      },
      { line: '{"a":",\\"line\\":{}"}', when: "the very mark that we write, inside of a text" },
      { line: "\ufeff{}", when: "a byte order mark" },
      { line: `{"long":"${"x".repeat(900_000)}"}`, when: "nearly a million characters" },
    ])("gives a line with $when back as it came, accepted or refused", async ({ line }) => {
      await put([record(1, ["{}", line, line, "{}"])], refusal(1, 3, "not-json"));
      const found = await read();
      expect(found.map((one) => one.line === line)).toEqual([
        line === "{}",
        true,
        true,
        line === "{}",
      ]);
      expect(found.map((one) => one.verdict)).toEqual([
        "accepted",
        "accepted",
        "refused",
        "accepted",
      ]);
    });

    it("keeps a line that is no UTF-8 beside its neighbours", async () => {
      const data = Buffer.concat([
        Buffer.from("{}\n"),
        Buffer.from([0x7b, 0xff, 0x7d, 0x0a]),
        Buffer.from("{}"),
      ]);
      await put(
        [record(1, ["{}"], { data: data.toString("base64") })],
        refusal(1, 2, "bad-encoding"),
      );
      expect((await read()).map(({ verdict, line }) => [verdict, line])).toEqual([
        ["accepted", "{}"],
        ["refused", "{\ufffd}"],
        ["accepted", "{}"],
      ]);
    });

    it("gives records of many batches in order, though they were put in none", async () => {
      for (const [from, to] of [
        [21, 30],
        [1, 10],
        [11, 20],
        [101, 101],
        [31, 100],
      ] as const) {
        await put(records(from, to));
      }
      expect(await textsOf()).toEqual(numbered(1, 101));
    });

    it("gives each record once when a batch comes again, whole, cut short or longer, or in halves", async () => {
      for (const [from, to] of [
        [1, 10],
        [1, 10],
        [4, 10],
        [4, 20],
        [4, 7],
        [8, 20],
        [15, 15],
        [16, 30],
      ] as const) {
        await put(records(from, to));
      }
      expect(await textsOf()).toEqual(numbered(1, 30));
    });

    it("keeps apart what two shards number alike", async () => {
      await opened.archive.put(batch([record(1, ["{}"])], "shardId-000000000000"), []);
      await opened.archive.put(
        batch([record(1, ["{}"], { partitionKey: "ETH-PERP" })], "shardId-000000000001"),
        [],
      );
      expect((await read()).map(({ shard, partitionKey }) => [shard, partitionKey])).toEqual([
        ["shardId-000000000000", "BTC-PERP"],
        ["shardId-000000000001", "ETH-PERP"],
      ]);
    });

    it("follows a key that moved to another shard, whatever the shards are called", async () => {
      await opened.archive.put(batch(records(11, 20), "shardId-000000000001"), []);
      await opened.archive.put(batch(records(1, 10), "shardId-000000000009"), []);
      expect(await textsOf()).toEqual(numbered(1, 20));
    });

    it("reads one key alone", async () => {
      const eth = { partitionKey: "ETH-PERP" };
      await put([record(1), record(2, ["{}"], eth), record(3), record(4, ["{ }"], eth)]);
      expect(await textsOf({ partitionKey: "ETH-PERP" })).toEqual(["{}", "{ }"]);
      expect(await textsOf({ partitionKey: "SOL-PERP" })).toEqual([]);
      expect(await textsOf({ partitionKey: "ETH" })).toEqual([]);
    });

    const hourly = async () => {
      const start = Math.floor(T0 / HOUR_US) * HOUR_US;
      const times = [-30, -1, 0, 0.5, 1, 1.5, 26].map((hours) => start + hours * HOUR_US);
      await put(times.map((at, i) => record(i + 1, undefined, { arrivedAt: at as EpochUs })));
      return start;
    };

    it.each([
      { from: -1_000, to: 1_000, expected: [1, 2, 3, 4, 5, 6, 7], when: "all" },
      { from: 0, to: 1, expected: [3, 4], when: "one hour" },
      { from: 0, to: 0.5, expected: [3], when: "half an hour" },
      { from: 0.25, to: 1.25, expected: [4, 5], when: "from half to half" },
      { from: 1, to: 1, expected: [], when: "nothing" },
      { from: 2, to: 26, expected: [], when: "hours in which nothing came" },
      { from: 2, to: 27, expected: [7], when: "the last" },
    ])("takes `from` in and leaves `to` out: $when", async ({ from, to, expected }) => {
      const start = await hourly();
      const range = {
        from: (start + from * HOUR_US) as EpochUs,
        to: (start + to * HOUR_US) as EpochUs,
      };
      expect(await textsOf(range)).toEqual(expected.map((n) => `{"sequence":${n}}`));
    });

    it("lets a reader stop half-way, and another begin", async () => {
      for (let n = 1; n <= 25; n += 1) await put(records(n, n));
      const all = { from: 0 as EpochUs, to: (2 ** 52) as EpochUs };
      for await (const { line } of opened.stream.read(all)) if (line === '{"sequence":3}') break;
      expect(await textsOf()).toEqual(numbered(1, 25));
    });

    it.each([
      { shard: "../etc", sequence: "1", when: "a path as a shard" },
      { shard: "", sequence: "1", when: "no shard" },
      { shard: SHARD, sequence: "one", when: "a sequence number that is none" },
      { shard: SHARD, sequence: "", when: "no sequence number" },
      { shard: SHARD, sequence: "1".repeat(57), when: "a sequence number too long" },
    ])("refuses $when", async ({ shard, sequence }) => {
      const bad = batch([record(1, undefined, { sequenceNumber: sequence })], shard);
      await expect(opened.archive.put(bad, [])).rejects.toThrow(RangeError);
    });

    it("gives any records in any cuts, each once and in order", async () => {
      const cut = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 11 }));
      const hours = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 12, maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(fc.array(cut, { maxLength: 6 }), hours, async (cuts, drawn) => {
          const fresh = await open();
          try {
            // As a stream's clock goes: on.
            const sorted = [...drawn].sort((a, b) => a - b);
            const all = sorted.map((hour, i) =>
              record(i + 1, undefined, { arrivedAt: (T0 + hour * HOUR_US) as EpochUs }),
            );
            const taken = new Set<number>();
            for (const [from, more] of cuts) {
              const part = all.slice(from - 1, from + more);
              part.forEach((_, i) => {
                taken.add(from + i);
              });
              await fresh.archive.put(batch(part), []);
            }
            const found: string[] = [];
            const range = { from: 0 as EpochUs, to: (2 ** 52) as EpochUs };
            for await (const { line } of fresh.stream.read(range)) found.push(line);
            expect(found).toEqual([...taken].sort((a, b) => a - b).map((n) => `{"sequence":${n}}`));
          } finally {
            await fresh.close();
          }
        }),
        { numRuns: 25 },
      );
    });
  });
}
