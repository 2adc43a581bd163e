/** What every FailedBatches promises: what a stream gave up on is handed over whole, oldest first, until it is settled. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import type { FailedBatch, FailedBatches } from "../../lib/ports/failed-batches.ts";
import type { RecordBatch } from "../../lib/ports/record-batch.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";

export interface OpenedFailedBatches<Data> {
  readonly failedBatches: FailedBatches<Data>;
  /** The stream gives up on a batch, after all that it gave up on before. */
  leave(batch: RecordBatch<Data>): Promise<void>;
  close(): Promise<void>;
}

export interface FailedBatchesContract<Data> {
  readonly open: () => Promise<OpenedFailedBatches<Data>>;
  /** The bytes of a record as the stream hands them over. */
  readonly toData: (bytes: Uint8Array) => Data;
}

/** 2025-09-19T00:00:00Z */
const T0 = 1_758_240_000_000_000;
const MANY = 25;

export function failedBatchesContract<Data>(
  name: string,
  { open, toData }: FailedBatchesContract<Data>,
): void {
  describe(`${name} as FailedBatches`, () => {
    let opened: OpenedFailedBatches<Data>;
    let failed: FailedBatches<Data>;

    beforeEach(async () => {
      opened = await open();
      failed = opened.failedBatches;
    });
    afterEach(() => opened.close());

    const batchOf = (n: number): RecordBatch<Data> => ({
      shard: `shardId-${n % 3}`,
      records: [1, 2].map((record) => ({
        sequenceNumber: String(10 * n + record),
        partitionKey: "BTC-PERP",
        data: toData(Buffer.from(`{"n":${n}}\n`)),
        arrivedAt: (T0 + 1_000 * n) as EpochUs,
      })),
    });
    const leaveMany = async (count: number) => {
      const batches = Array.from({ length: count }, (_, n) => batchOf(n));
      for (const batch of batches) await opened.leave(batch);
      return batches;
    };
    const pending = async () => {
      const found: FailedBatch<Data>[] = [];
      for await (const one of failed.pending()) found.push(one);
      return found;
    };
    const batches = async () => (await pending()).map(({ batch }) => batch);

    it("has nothing pending where nothing was given up", async () => {
      expect(await pending()).toEqual([]);
    });

    it("hands over every batch, oldest first", async () => {
      expect(await leaveMany(MANY)).toEqual(await batches());
    });

    it("hands over every record as the stream had it, in its order", async () => {
      const record = fc.record({
        sequenceNumber: fc.bigInt({ min: 0n, max: 10n ** 56n - 1n }).map(String),
        partitionKey: fc.oneof(
          fc.constantFrom(...HOSTILE_NAMES.map((hostile) => hostile.name)),
          fc.string({ minLength: 1 }),
        ),
        data: fc.uint8Array({ maxLength: 300 }).map(toData),
      });
      const shape = fc.array(fc.array(record, { minLength: 1, maxLength: 5 }), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(shape, async (lists) => {
          for (const { name: left } of await pending()) await failed.settle(left);
          const given = lists.map((records, n) => ({ shard: `shardId-${n}`, records }));
          for (const batch of given) await opened.leave(batch);
          expect(await batches()).toEqual(given);
        }),
        { numRuns: 15 },
      );
    });

    it("gives each a name of its own, the same whenever it is asked", async () => {
      await leaveMany(MANY);
      const names = (await pending()).map((one) => one.name);
      expect(new Set(names).size).toBe(MANY);
      expect((await pending()).map((one) => one.name)).toEqual(names);
    });

    it("keeps two of the same records apart, and settles one of them", async () => {
      await opened.leave(batchOf(1));
      await opened.leave(batchOf(1));
      const [first] = await pending();
      await failed.settle(first?.name ?? "");
      expect(await batches()).toEqual([batchOf(1)]);
    });

    it("settles the one that is named, and no other", async () => {
      const given = await leaveMany(5);
      const found = await pending();
      await failed.settle(found[2]?.name ?? "");
      expect(await batches()).toEqual(given.filter((_, n) => n !== 2));
    });

    it("changes nothing when what is settled is settled again", async () => {
      const given = await leaveMany(2);
      const [first] = await pending();
      await failed.settle(first?.name ?? "");
      await failed.settle(first?.name ?? "");
      expect(await batches()).toEqual(given.slice(1));
    });

    it("hands over each once, though each is settled while the next are awaited", async () => {
      const given = await leaveMany(MANY);
      const seen: RecordBatch<Data>[] = [];
      for await (const one of failed.pending()) {
        seen.push(one.batch);
        await failed.settle(one.name);
      }
      expect(seen).toEqual(given);
      expect(await pending()).toEqual([]);
    });

    it("passes over what another has settled meanwhile", async () => {
      await leaveMany(3);
      const names = (await pending()).map((one) => one.name);
      const seen: string[] = [];
      for await (const one of failed.pending()) {
        seen.push(one.name);
        for (const other of names) if (other !== one.name) await failed.settle(other);
      }
      expect(seen).toEqual(names.slice(0, 1));
    });

    it("keeps what was not settled, where a reading was broken off", async () => {
      const given = await leaveMany(3);
      for await (const one of failed.pending()) {
        await failed.settle(one.name);
        break;
      }
      expect(await batches()).toEqual(given.slice(1));
    });

    it("hands over what was given up later, behind the rest", async () => {
      const given = await leaveMany(2);
      await pending();
      await opened.leave(batchOf(7));
      expect(await batches()).toEqual([...given, batchOf(7)]);
    });
  });
}
