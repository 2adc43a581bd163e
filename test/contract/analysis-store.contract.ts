/** What every AnalysisStore promises: documents replaced by version alone, the latest of each, and ranges by time. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import type {
  AnalysisDocument,
  AnalysisRange,
  AnalysisStore,
} from "../../lib/ports/analysis-store.ts";
import { InvalidCursorError } from "../../lib/ports/invalid-cursor-error.ts";
import { VALUE_CHARACTERS_MAX } from "../../lib/ports/require-value.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";
import type { Opened } from "./opened.ts";

export interface AnalysisStoreCapabilities {
  /** After a call that was refused: nothing of it stands, or documents before the bad one may. */
  readonly refusedCall: "changes-nothing" | "may-be-partial";
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
}

const BTC = { kind: "rolling", account: "main", instrument: "BTC-PERP" };
const T0 = 1_758_240_000_000_000;
const ALL_TIME = { from: 0, to: 4_000_000_000_000_000 };
const WRITTEN = { written: 1, stale: 0, conflicting: [] };
const STALE = { written: 0, stale: 1, conflicting: [] };

type Fields = Partial<Omit<AnalysisDocument, "time">> & { readonly time?: number };

const document = (fields: Fields = {}): AnalysisDocument => ({
  ...BTC,
  version: 1,
  value: '{"trades":1}',
  ...fields,
  time: (fields.time ?? T0) as EpochUs,
});

const hourly = (count: number): AnalysisDocument[] =>
  Array.from({ length: count }, (_, i) => document({ time: T0 + i, value: `${i}` }));

const range = (fields: Partial<AnalysisRange> = {}): AnalysisRange => ({
  ...BTC,
  ...ALL_TIME,
  limit: 1_000,
  ...fields,
});

export function analysisStoreContract(
  name: string,
  open: () => Promise<Opened<AnalysisStore>>,
  capabilities: AnalysisStoreCapabilities,
): void {
  describe(`${name} as an AnalysisStore`, () => {
    let opened: Opened<AnalysisStore>;
    let store: AnalysisStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const settle = async () => opened.settle?.();
    const readAll = async (fields: Partial<AnalysisRange> = {}) => {
      await settle();
      return (await store.read(range(fields))).documents;
    };

    describe("put", () => {
      it("writes a document that was absent, and reads it back whole", async () => {
        expect(await store.put([document()])).toEqual(WRITTEN);
        expect(await readAll()).toEqual([document()]);
      });

      it("takes an empty call", async () => {
        expect(await store.put([])).toEqual({ written: 0, stale: 0, conflicting: [] });
        expect(await readAll()).toEqual([]);
      });

      it("replaces by a higher version, and ignores a lower and an equal one", async () => {
        await store.put([document({ version: 2 })]);
        expect(await store.put([document({ version: 1, value: "older" })])).toEqual(STALE);
        expect(await store.put([document({ version: 2 })])).toEqual(STALE);
        expect(await readAll()).toEqual([document({ version: 2 })]);
        const next = document({ version: 3, value: "newer" });
        expect(await store.put([next])).toEqual(WRITTEN);
        expect(await readAll()).toEqual([next]);
      });

      it("reports the same version with another value as conflicting, naming its key", async () => {
        await store.put([document()]);
        const outcome = await store.put([document({ value: '{"trades":1} ' })]);
        expect(outcome).toMatchObject({ written: 0, stale: 0 });
        expect(outcome.conflicting).toHaveLength(1);
        expect(outcome.conflicting[0]).toContain("rolling");
        expect(outcome.conflicting[0]).toContain("BTC-PERP");
        expect(await readAll()).toEqual([document()]);
      });

      it.each([
        [1, 2],
        [2, 1],
      ])(
        "keeps the higher version of a key that stands twice in a call, as %i then %i",
        async (...versions) => {
          await store.put(versions.map((version) => document({ version, value: `${version}` })));
          expect(await readAll()).toEqual([document({ version: 2, value: "2" })]);
        },
      );

      it("takes 250 documents in one call, whatever their order", async () => {
        const documents = hourly(250);
        expect((await store.put([...documents].reverse())).written).toBe(250);
        expect(await readAll()).toEqual(documents);
      });

      it("keeps every part of the key apart", async () => {
        const documents = [
          document(),
          document({ kind: "alert-baseline" }),
          document({ account: "hedge" }),
          document({ instrument: "ETH-PERP" }),
          document({ kind: "rollingB", instrument: "TC-PERP" }),
        ].map((each, i) => ({ ...each, value: `${i}` }));
        expect((await store.put(documents)).written).toBe(5);
        for (const each of documents) {
          const { kind, account, instrument } = each;
          expect(await readAll({ kind, account, instrument })).toEqual([each]);
        }
      });

      it("ends with the highest version when many writers race for one key", async () => {
        const versions = Array.from({ length: 30 }, (_, i) => ((i * 7) % 30) + 1);
        await Promise.all(
          versions.map((version) => store.put([document({ version, value: `${version}` })])),
        );
        expect(await readAll()).toEqual([document({ version: 30, value: "30" })]);
      });

      it.each([0.5, -1, Number.NaN, 2 ** 60])("refuses %d as time and version", async (bad) => {
        await expect(store.put([document({ time: bad })])).rejects.toThrow(RangeError);
        await expect(store.put([document({ version: bad })])).rejects.toThrow(RangeError);
        expect(await readAll()).toEqual([]);
      });

      it(`of a refused call, ${capabilities.refusedCall}; sent again without the fault it is complete`, async () => {
        const documents = hourly(3);
        const broken = [...documents, document({ time: T0 + 9, version: 0.5 })];
        await expect(store.put(broken)).rejects.toThrow(RangeError);
        if (capabilities.refusedCall === "changes-nothing") expect(await readAll()).toEqual([]);
        await store.put(documents);
        expect(await readAll()).toEqual(documents);
      });

      it("is a map of the highest versions, whatever the calls", async () => {
        await agreesWithModel(open);
      });
    });

    describe("values", () => {
      it.each([
        { value: "", when: "no text at all" },
        { value: ' {"b":1, "a":0.1} ', when: "blanks, which JSON does not need" },
        { value: '"\ud83d \u0000 \u0001 日本🚀"', when: "characters that are hard to store" },
        { value: "\u0001", when: "a control character in front" },
        { value: "x".repeat(VALUE_CHARACTERS_MAX), when: "as many characters as it may have" },
        { value: "日".repeat(VALUE_CHARACTERS_MAX), when: "as many that need three bytes" },
      ])("gives back the very text with $when", async ({ value }) => {
        await store.put([document({ value })]);
        expect((await readAll())[0]?.value === value).toBe(true);
        expect((await store.latest(BTC))?.value === value).toBe(true);
      });

      it("refuses a value with one character too many, and says how many it holds", async () => {
        const refused = store.put([document({ value: "x".repeat(VALUE_CHARACTERS_MAX + 1) })]);
        await expect(refused).rejects.toThrow(/at most 65536 characters/);
        expect(await readAll()).toEqual([]);
      });
    });

    it.each(HOSTILE_NAMES)("keeps a name with $when as it is", async ({ name: hostile }) => {
      const key = { kind: hostile, account: hostile, instrument: hostile };
      const ours = document(key);
      expect((await store.put([ours, document()])).written).toBe(2);
      expect(await readAll(key)).toEqual([ours]);
      expect(await store.latest(key)).toEqual(ours);
      expect(await store.latestOfKind(hostile)).toEqual([ours]);
      expect(await store.deleteBefore(key, T0 + 1)).toBe(1);
      expect(await readAll()).toEqual([document()]);
    });

    describe("latest", () => {
      it("is the one with the highest time, whatever came last", async () => {
        await store.put([document({ time: T0 + 5 })]);
        await store.put([document({ time: T0, version: 99 })]);
        await settle();
        expect(await store.latest(BTC)).toEqual(document({ time: T0 + 5 }));
      });

      it("is nothing where nothing stands", async () => {
        await store.put([document()]);
        await settle();
        expect(await store.latest({ ...BTC, kind: "regimes" })).toBeUndefined();
        expect(await store.latest({ ...BTC, account: "hedge" })).toBeUndefined();
        expect(await store.latest({ ...BTC, instrument: "btc-perp" })).toBeUndefined();
      });

      it("goes back when the latest was deleted, and to nothing with the last", async () => {
        await store.put(hourly(3));
        await settle();
        await store.deleteBefore(BTC, T0 + 3);
        await settle();
        expect(await store.latest(BTC)).toBeUndefined();
        expect(await store.latestOfKind("rolling")).toEqual([]);
        await store.put([document({ time: T0 + 1, version: 1 })]);
        await settle();
        expect(await store.latest(BTC)).toEqual(document({ time: T0 + 1 }));
      });

      it("of a kind holds one document of each instrument, by account, then instrument", async () => {
        const sorted = [
          { account: "a", instrument: "B" },
          { account: "a", instrument: "b" },
          { account: "a", instrument: "\uffee" },
          { account: "a", instrument: "😀" },
          { account: "b", instrument: "B" },
        ].map((key) => document({ ...key, time: T0 + 7, value: "latest" }));
        await store.put([...sorted].reverse());
        await store.put(sorted.map((each) => ({ ...each, time: T0 as EpochUs, value: "old" })));
        await store.put([document({ kind: "regimes", time: T0 + 99 })]);
        await settle();
        expect(await store.latestOfKind("rolling")).toEqual(sorted);
        expect(await store.latestOfKind("never")).toEqual([]);
      });

      it("of a kind holds a hundred instruments with large documents", async () => {
        const documents = Array.from({ length: 100 }, (_, i) =>
          document({
            instrument: `I${String(i).padStart(3, "0")}`,
            value: "0123456789abcdef".repeat(4_000),
          }),
        );
        await store.put(documents);
        await settle();
        const found = await store.latestOfKind("rolling");
        expect(found.map(({ instrument }) => instrument)).toEqual(
          documents.map(({ instrument }) => instrument),
        );
        expect(found.every(({ value }) => value.length === 64_000)).toBe(true);
      });
    });

    describe("read", () => {
      it.each([
        { from: 0, to: 5, expected: [0, 1, 2, 3, 4], when: "the whole" },
        { from: 1, to: 2, expected: [1], when: "one instant" },
        { from: 2, to: 2, expected: [], when: "an empty range" },
        { from: 4, to: 1, expected: [], when: "a reversed range" },
        { from: 4, to: 99, expected: [4], when: "a range that begins at the last" },
        { from: -9, to: 0, expected: [], when: "a range that ends at the first" },
      ])("takes `from` in and leaves `to` out: $expected of $when", async (asked) => {
        await store.put(hourly(5));
        for (const order of ["asc", "desc"] as const) {
          const pages = await allPages(store, {
            ...range(),
            from: T0 + asked.from,
            to: T0 + asked.to,
            limit: 2,
            order,
          });
          const times = pages.flat().map(({ time }) => time - T0);
          expect(order === "asc" ? times : times.reverse()).toEqual(asked.expected);
        }
      });

      it.each([1, 2, 3, 6, 7, 8])("misses and repeats nothing in pages of %i", async (limit) => {
        await store.put(hourly(7));
        await settle();
        const up = await allPages(store, range({ limit }));
        expect(up.flat()).toEqual(hourly(7));
        expect(up).toHaveLength(Math.ceil(7 / limit));
        const down = await allPages(store, range({ limit, order: "desc" }));
        expect(down.flat()).toEqual(hourly(7).reverse());
      });

      it("refuses a cursor of the other order, and one that no page returned", async () => {
        await store.put(hourly(3));
        await settle();
        const { cursor = "" } = await store.read(range({ limit: 1 }));
        for (const bad of [cursor, "", "garbage", `${cursor}x`, "'; DROP TABLE analysis; --"]) {
          const refused = store.read(range({ limit: 1, order: "desc", cursor: bad }));
          await expect(refused).rejects.toThrow(InvalidCursorError);
        }
      });

      it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %d", async (limit) => {
        await expect(store.read(range({ limit }))).rejects.toThrow(RangeError);
      });
    });

    describe("deleteBefore", () => {
      it("deletes what is older, of that key alone, and says how many", async () => {
        const others = [
          document({ kind: "regimes" }),
          document({ account: "hedge" }),
          document({ instrument: "ETH-PERP" }),
        ];
        await store.put([...hourly(5), ...others]);
        await settle();
        expect(await store.deleteBefore(BTC, T0 + 3)).toBe(3);
        expect(await readAll()).toEqual(hourly(5).slice(3));
        for (const other of others)
          expect(await readAll(other as Fields as object)).toHaveLength(1);
        expect(await store.deleteBefore(BTC, T0 + 3)).toBe(0);
        expect(await store.deleteBefore({ ...BTC, kind: "never" }, T0 + 3)).toBe(0);
      });

      it("lets a deleted document be written again, at any version", async () => {
        await store.put([document({ version: 9 })]);
        await settle();
        await store.deleteBefore(BTC, T0 + 1);
        expect(await store.put([document({ version: 1 })])).toEqual(WRITTEN);
      });
    });

    it(`${capabilities.reopening} when it is closed and opened again`, async () => {
      await store.put(hourly(3));
      await settle();
      store = await opened.reopen();
      const isKept = capabilities.reopening === "keeps-all";
      expect(await readAll()).toEqual(isKept ? hourly(3) : []);
      expect(await store.latest(BTC)).toEqual(isKept ? hourly(3).at(-1) : undefined);
      expect(await store.put([document({ time: T0 + 9 })])).toEqual(WRITTEN);
    });
  });
}

/** Follows cursors to the end. */
async function allPages(
  store: AnalysisStore,
  asked: AnalysisRange,
): Promise<(readonly AnalysisDocument[])[]> {
  const pages: (readonly AnalysisDocument[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.read(cursor === undefined ? asked : { ...asked, cursor });
    pages.push(page.documents);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

async function agreesWithModel(open: () => Promise<Opened<AnalysisStore>>): Promise<void> {
  const drawn = fc.record({
    at: fc.integer({ min: 0, max: 2 }),
    version: fc.integer({ min: 1, max: 4 }),
    value: fc.constantFrom("1", "2"),
  });
  const calls = fc.array(fc.uniqueArray(drawn, { selector: ({ at }) => at }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(calls, async (made) => {
      const opened = await open();
      try {
        const model = new Map<number, AnalysisDocument>();
        for (const call of made) {
          const documents = call.map(({ at, ...fields }) => document({ ...fields, time: T0 + at }));
          const written = documents.filter((next) => {
            const standing = model.get(next.time);
            if (standing !== undefined && standing.version >= next.version) return false;
            model.set(next.time, next);
            return true;
          });
          expect((await opened.store.put(documents)).written).toBe(written.length);
        }
        await opened.settle?.();
        const sorted = [...model.values()].sort((a, b) => a.time - b.time);
        expect((await opened.store.read(range())).documents).toEqual(sorted);
        expect(await opened.store.latest(BTC)).toEqual(sorted.at(-1));
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 40 },
  );
}
