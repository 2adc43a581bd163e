/** What every AlertStore promises: records that change together or not at all, one winner of each race, and lists. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EpochUs } from "../../lib/core/units.ts";
import {
  ALERT_RECORD_TYPES,
  type AlertCommitResult,
  type AlertRange,
  type AlertRecord,
  type AlertRecordType,
  type AlertStore,
  APPEND_ONLY,
  COMMIT_CHARACTERS_MAX,
  COMMIT_RECORDS_MAX,
} from "../../lib/ports/alert-store.ts";
import { InvalidCursorError } from "../../lib/ports/invalid-cursor-error.ts";
import { VALUE_CHARACTERS_MAX } from "../../lib/ports/require-value.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";
import type { Opened } from "./opened.ts";

export interface AlertStoreCapabilities {
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
}

const T0 = 1_758_240_000_000_000;
const ALL_TIME = { from: 0, to: 4_000_000_000_000_000 };
const COMMITTED = { outcome: "committed" };

type Fields = Partial<Omit<AlertRecord, "time" | "openAt">> & {
  readonly time?: number;
  readonly openAt?: number;
};

const record = ({ time = T0, openAt, ...fields }: Fields = {}): AlertRecord => ({
  type: "instance",
  id: "daily-loss|instrument=SOL-PERP",
  version: 1,
  parent: "daily-loss",
  value: '{"state":"pending"}',
  ...fields,
  time: time as EpochUs,
  ...(openAt !== undefined && { openAt: openAt as EpochUs }),
});

const due = (id: string, openAt: number, fields: Fields = {}): AlertRecord =>
  record({ type: "outbox", id, parent: "group", ...fields, openAt });

/** The next version, open or done. */
const next = ({ openAt: _, ...standing }: AlertRecord, fields: Fields = {}): AlertRecord =>
  record({ ...standing, version: standing.version + 1, ...fields });

const range = (fields: Partial<AlertRange> = {}): AlertRange => ({
  type: "instance",
  ...ALL_TIME,
  limit: 1_000,
  ...fields,
});

export function alertStoreContract(
  name: string,
  open: () => Promise<Opened<AlertStore>>,
  capabilities: AlertStoreCapabilities,
): void {
  describe(`${name} as an AlertStore`, () => {
    let opened: Opened<AlertStore>;
    let store: AlertStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const settle = async () => opened.settle?.();
    const list = async (fields: Partial<AlertRange> = {}) => {
      await settle();
      return (await store.list(range(fields))).records;
    };
    const openIds = async (fields: Partial<AlertRange> = {}) => {
      await settle();
      return (await store.open(range({ type: "outbox", ...fields }))).records.map(({ id }) => id);
    };

    describe("commit", () => {
      it("writes the first version of what never was, and gives it back whole", async () => {
        expect(await store.commit([record()])).toEqual(COMMITTED);
        expect(await store.find(record())).toEqual(record());
        expect(await list()).toEqual([record()]);
      });

      it("replaces what stands by its next version, all fields of it", async () => {
        await store.commit([record({ openAt: T0 })]);
        const changed = record({ version: 2, parent: "other", time: T0 + 5, value: "2" });
        expect(await store.commit([changed])).toEqual(COMMITTED);
        expect(await store.find(record())).toEqual(changed);
        expect(await list({ parent: "daily-loss" })).toEqual([]);
        expect(await list({ parent: "other" })).toEqual([changed]);
        expect(await openIds({ type: "instance" })).toEqual([]);
      });

      it("takes an empty call", async () => {
        expect(await store.commit([])).toEqual(COMMITTED);
      });

      it.each([
        { version: 2, when: "nothing stands" },
        { version: 7, when: "nothing stands, by far" },
      ])("refuses version $version where $when", async ({ version }) => {
        const early = record({ version });
        expect(await store.commit([early])).toEqual({
          outcome: "stale",
          refused: [{ record: early, standing: undefined }],
        });
        expect(await store.find(early)).toBeUndefined();
      });

      it.each([1, 2, 4, 9])("refuses version %i where version 2 stands", async (version) => {
        const standing = record({ version: 2, value: "standing" });
        await store.commit([record()]);
        await store.commit([standing]);
        const lost = record({ version, value: "lost" });
        expect(await store.commit([lost])).toEqual({
          outcome: "stale",
          refused: [{ record: lost, standing }],
        });
        expect(await store.find(lost)).toEqual(standing);
      });

      it("refuses a commit sent twice, so that nobody takes another's for his own", async () => {
        await store.commit([record()]);
        expect(await store.commit([record()])).toEqual({
          outcome: "stale",
          refused: [{ record: record(), standing: record() }],
        });
      });

      it("writes nothing when one of several does not follow, wherever it stands", async () => {
        const standing = record({ id: "b" });
        await store.commit([standing]);
        const batch = ["a", "b", "c"].map((id) => record({ id, value: "new" }));
        for (const records of [batch, [...batch].reverse()]) {
          expect(await store.commit(records)).toEqual({
            outcome: "stale",
            refused: [{ record: record({ id: "b", value: "new" }), standing }],
          });
          expect(await list()).toEqual([standing]);
        }
      });

      it("hands over every record that does not follow, in the order of the call", async () => {
        await store.commit([record({ id: "a" }), record({ id: "b" })]);
        const stale = [
          record({ id: "b", value: "lost" }),
          record({ id: "new" }),
          record({ id: "z", version: 3 }),
          record({ id: "a", value: "lost" }),
        ];
        const result = await store.commit(stale);
        expect(result).toEqual({
          outcome: "stale",
          refused: [
            { record: stale[0], standing: record({ id: "b" }) },
            { record: stale[2], standing: undefined },
            { record: stale[3], standing: record({ id: "a" }) },
          ],
        });
        expect(await store.find(record({ id: "new" }))).toBeUndefined();
      });

      it("changes records of every type together", async () => {
        const all = ALERT_RECORD_TYPES.map((type, i) => record({ type, value: `${i}` }));
        expect(await store.commit(all)).toEqual(COMMITTED);
        for (const each of all) {
          expect(await store.find(each)).toEqual(each);
          expect(await list({ type: each.type })).toEqual([each]);
        }
      });

      it(`takes ${COMMIT_RECORDS_MAX} records, new and old, and not one more`, async () => {
        const records = Array.from({ length: COMMIT_RECORDS_MAX + 1 }, (_, i) =>
          record({ id: String(i).padStart(3, "0") }),
        );
        await expect(store.commit(records)).rejects.toThrow(RangeError);
        expect(await list()).toEqual([]);
        const fitting = records.slice(1);
        expect(await store.commit(fitting)).toEqual(COMMITTED);
        expect(await store.commit(fitting.map((each) => next(each)))).toEqual(COMMITTED);
        expect((await list()).map(({ version }) => version)).toEqual(fitting.map(() => 2));
      });

      it("takes values up to what a commit may hold, and not one character more", async () => {
        const full = COMMIT_CHARACTERS_MAX / 50_000;
        const records = Array.from({ length: full }, (_, i) =>
          record({ id: `${i}`, value: "x".repeat(50_000) }),
        );
        const more = [...records, record({ id: "more", value: "x" })];
        await expect(store.commit(more)).rejects.toThrow(RangeError);
        expect(await list()).toEqual([]);
        expect(await store.commit(records)).toEqual(COMMITTED);
        expect((await list()).map(({ value }) => value.length)).toEqual(records.map(() => 50_000));
      });

      it("refuses a key that stands twice in a call", async () => {
        const twice = store.commit([record(), record({ version: 2 })]);
        await expect(twice).rejects.toThrow(RangeError);
        expect(await list()).toEqual([]);
      });

      it.each(APPEND_ONLY)("never changes what is written once: %s", async (type) => {
        await store.commit([record({ type })]);
        await expect(store.commit([record({ type, version: 2 })])).rejects.toThrow(RangeError);
        expect((await store.commit([record({ type, value: "other" })])).outcome).toBe("stale");
        expect(await store.find(record({ type }))).toEqual(record({ type }));
      });

      it.each([
        { fields: { version: 0 }, when: "a version of 0" },
        { fields: { version: 1.5 }, when: "half a version" },
        { fields: { time: -1 }, when: "a time before the first" },
        { fields: { time: Number.NaN }, when: "no time" },
        { fields: { openAt: 0.5 }, when: "an open time between two microseconds" },
        { fields: { value: "x".repeat(VALUE_CHARACTERS_MAX + 1) }, when: "too long a value" },
      ])("refuses $when, and writes nothing of that call", async ({ fields }) => {
        const refused = store.commit([record({ id: "good" }), record(fields)]);
        await expect(refused).rejects.toThrow(RangeError);
        expect(await list()).toEqual([]);
      });
    });

    describe("races", () => {
      it("lets exactly one of many equal first commits win", async () => {
        const commits = Array.from({ length: 20 }, () => store.commit([record()]));
        const outcomes = (await Promise.all(commits)).map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome === "committed")).toHaveLength(1);
      });

      it("lets exactly one of many claims of a due item win, even if they are equal", async () => {
        const item = due("n1", T0);
        await store.commit([item]);
        const claims = Array.from({ length: 20 }, () =>
          store.commit([next(item, { openAt: T0 + 60 })]),
        );
        const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome);
        expect(outcomes.filter((outcome) => outcome === "committed")).toHaveLength(1);
        expect((await store.find(item))?.version).toBe(2);
      });

      it("lets commits that overlap in one record win or lose as a whole", async () => {
        const ids = ["a", "b", "c", "d"];
        await store.commit(ids.map((id) => record({ id })));
        const pairs = ids.map((id, i) => [id, ids[(i + 1) % ids.length] ?? ""]);
        const results = await Promise.all(
          pairs.map((pair, i) =>
            store.commit(pair.map((id) => record({ id, version: 2, value: `${i}` }))),
          ),
        );
        const winners = results.flatMap(({ outcome }, i) => (outcome === "committed" ? [i] : []));
        expect(winners.length).toBeGreaterThan(0);
        const expected = new Map(ids.map((id) => [id, '{"state":"pending"}']));
        for (const i of winners) for (const id of pairs[i] ?? []) expected.set(id, `${i}`);
        const found = new Map((await list()).map(({ id, value }) => [id, value]));
        expect(found).toEqual(expected);
      });

      it("loses no episode when evaluators retry what they lost", async () => {
        const raise = async (): Promise<void> => {
          const before = await store.find(record());
          const count = Number(before?.value ?? "0") + 1;
          const instance = record({ version: (before?.version ?? 0) + 1, value: `${count}` });
          const episode = record({ type: "episode", id: `e${count}` });
          const { outcome } = await store.commit([instance, episode]);
          if (outcome === "stale") await raise();
        };
        await Promise.all(Array.from({ length: 12 }, raise));
        expect((await store.find(record()))?.value).toBe("12");
        expect(await list({ type: "episode" })).toHaveLength(12);
      });
    });

    describe("an outbox", () => {
      it("lists what is due, the longest due first, up to the time asked for", async () => {
        await store.commit([due("late", T0 + 30), due("first", T0 + 10), due("second", T0 + 20)]);
        expect(await openIds({ to: T0 + 30 })).toEqual(["first", "second"]);
        expect(await openIds({ to: T0 + 31 })).toEqual(["first", "second", "late"]);
        expect(await openIds({ to: T0 + 31, limit: 1 })).toEqual(["first"]);
      });

      it("holds back a claimed item until its claim ends, and what was sent for ever", async () => {
        const item = due("n1", T0);
        await store.commit([item]);
        const claim = next(item, { openAt: T0 + 60 });
        await store.commit([claim]);
        expect(await openIds({ to: T0 + 1 })).toEqual([]);
        expect(await openIds({ to: T0 + 61 })).toEqual(["n1"]);
        const sent = next(claim, { value: '{"status":"sent"}' });
        const delivery = record({ type: "delivery", id: "n1" });
        expect(await store.commit([sent, delivery])).toEqual(COMMITTED);
        expect(await openIds()).toEqual([]);
        expect(await store.find(item)).toEqual(sent);
      });

      it("delivers a notification once: the second delivery of it is refused", async () => {
        const delivery = record({ type: "delivery", id: "n1", value: "ours" });
        await store.commit([delivery]);
        const again = await store.commit([
          record({ type: "delivery", id: "n1", value: "theirs" }),
          record({ type: "event", id: "e1" }),
        ]);
        expect(again.outcome).toBe("stale");
        expect(await list({ type: "event" })).toEqual([]);
      });

      it("does not list what is due of another type", async () => {
        await store.commit([record({ type: "silence", openAt: T0 }), due("n1", T0)]);
        expect(await openIds()).toEqual(["n1"]);
        expect(await openIds({ type: "silence" })).toEqual([record().id]);
      });
    });

    it.each(HOSTILE_NAMES)("keeps a name with $when as it is", async ({ name: hostile }) => {
      const ours = due(hostile, T0, { parent: hostile, value: hostile });
      await store.commit([ours, due("other", T0 + 1, { parent: "other" })]);
      expect(await store.find(ours)).toEqual(ours);
      expect(await list({ type: "outbox", parent: hostile })).toEqual([ours]);
      expect(await openIds({ parent: hostile })).toEqual([hostile]);
      const pages = await allPages(store, "open", range({ type: "outbox", limit: 1 }));
      expect(pages.flat().map(({ id }) => id)).toEqual([hostile, "other"]);
    });

    it("keeps all hostile names apart, in one commit", async () => {
      const records = HOSTILE_NAMES.map(({ name: id }, i) => record({ id, value: `${i}` }));
      expect(await store.commit(records)).toEqual(COMMITTED);
      for (const each of records) expect(await store.find(each)).toEqual(each);
    });

    describe.each(["list", "open"] as const)("%s", (by) => {
      /** Two records at each instant, of two parents. */
      const tied = (): AlertRecord[] => Array.from({ length: 10 }, (_, i) => tiedEpisode(by, i));
      const asked = (fields: Partial<AlertRange> = {}) => range({ type: "episode", ...fields });
      const pagesOf = async (fields: Partial<AlertRange> = {}) => {
        await settle();
        return allPages(store, by, asked(fields));
      };

      it("orders by its time, then by id, and exactly reversed when asked", async () => {
        await store.commit([...tied()].reverse());
        expect((await pagesOf()).flat()).toEqual(tied());
        expect((await pagesOf({ order: "desc" })).flat()).toEqual(tied().reverse());
      });

      it("orders ids by code point, also beyond the basic plane", async () => {
        const ids = ["A", "B", "a", "\uffee", "😀"];
        const records = ids.map((id) => record({ type: "episode", id, openAt: T0 }));
        await store.commit([...records].reverse());
        expect((await pagesOf()).flat().map(({ id }) => id)).toEqual(ids);
      });

      it.each([1, 2, 3, 9, 10, 11])("misses and repeats nothing in pages of %i", async (limit) => {
        await store.commit(tied());
        const pages = await pagesOf({ limit });
        expect(pages.flat()).toEqual(tied());
        expect(pages).toHaveLength(Math.ceil(10 / limit));
        expect((await pagesOf({ limit, order: "desc" })).flat()).toEqual(tied().reverse());
      });

      it("reads one parent alone, page by page", async () => {
        await store.commit(tied());
        const pages = await pagesOf({ parent: "third", limit: 3 });
        expect(pages.flat()).toEqual(tied().filter(({ parent }) => parent === "third"));
        expect((await pagesOf({ parent: "nobody" })).flat()).toEqual([]);
      });

      it.each([
        { from: 0, to: 5, count: 10, when: "the whole" },
        { from: 2, to: 3, count: 2, when: "one instant" },
        { from: 2, to: 2, count: 0, when: "an empty range" },
        { from: 4, to: 1, count: 0, when: "a reversed range" },
        { from: 4, to: 50, count: 2, when: "a range that begins at the last" },
        { from: -9, to: 0, count: 0, when: "a range that ends at the first" },
      ])("takes `from` in and leaves `to` out: $count of $when", async ({ from, to, count }) => {
        await store.commit(tied());
        for (const order of ["asc", "desc"] as const) {
          const pages = await pagesOf({ from: T0 + from, to: T0 + to, limit: 3, order });
          expect(pages.flat()).toHaveLength(count);
        }
      });

      it("refuses the cursor of another list, and one that no page returned", async () => {
        await store.commit(tied());
        await settle();
        const first = async (fields: Partial<AlertRange>, how: "list" | "open" = by) =>
          (await store[how](asked({ limit: 1, ...fields }))).cursor ?? "none";
        const foreign = [
          await first({ order: "desc" }),
          await first({}, by === "list" ? "open" : "list"),
          "",
          "garbage",
          "'; DROP TABLE alert; --",
        ];
        for (const cursor of foreign) {
          await expect(store[by](asked({ cursor }))).rejects.toThrow(InvalidCursorError);
        }
      });

      it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %d", async (limit) => {
        await expect(store[by](asked({ limit }))).rejects.toThrow(RangeError);
      });
    });

    describe("find", () => {
      it("finds nothing under another type or id", async () => {
        await store.commit([record()]);
        expect(await store.find({ ...record(), type: "episode" })).toBeUndefined();
        expect(await store.find({ ...record(), id: `${record().id} ` })).toBeUndefined();
      });
    });

    describe("deleteBefore", () => {
      it("deletes what is older and done, of that type alone, and says how many", async () => {
        const records = [
          record({ type: "episode", id: "old", time: T0 }),
          record({ type: "episode", id: "old but open", time: T0, openAt: T0 + 9 }),
          record({ type: "episode", id: "new", time: T0 + 1 }),
          record({ type: "event", id: "old", time: T0 }),
        ];
        await store.commit(records);
        await settle();
        expect(await store.deleteBefore("episode", T0 + 1)).toBe(1);
        expect((await list({ type: "episode" })).map(({ id }) => id)).toEqual([
          "old but open",
          "new",
        ]);
        expect(await list({ type: "event" })).toHaveLength(1);
        expect(await store.deleteBefore("episode", T0 + 1)).toBe(0);
        expect(await store.find(record({ type: "episode", id: "old" }))).toBeUndefined();
      });

      it("deletes more than fit one commit", async () => {
        for (const hundred of [0, 1, 2]) {
          await store.commit(
            Array.from({ length: 100 }, (_, i) => record({ id: `${hundred} ${i}` })),
          );
        }
        await settle();
        expect(await store.deleteBefore("instance", T0 + 1)).toBe(300);
        expect(await list()).toEqual([]);
      });

      it("lets a deleted record begin again with version 1", async () => {
        await store.commit([record()]);
        await settle();
        await store.deleteBefore("instance", T0 + 1);
        expect(await store.commit([record()])).toEqual(COMMITTED);
      });
    });

    it("is a map under compare-and-set, whatever the commits", async () => {
      await agreesWithModel(open);
    });

    it(`${capabilities.reopening} when it is closed and opened again`, async () => {
      await store.commit([record(), due("n1", T0)]);
      await settle();
      store = await opened.reopen();
      const isKept = capabilities.reopening === "keeps-all";
      expect(await store.find(record())).toEqual(isKept ? record() : undefined);
      expect(await openIds()).toEqual(isKept ? ["n1"] : []);
      const { outcome } = await store.commit([record()]);
      expect(outcome).toBe(isKept ? "stale" : "committed");
    });
  });
}

/** The other time runs backwards, so that the two lists differ. */
function tiedEpisode(by: "list" | "open", i: number): AlertRecord {
  const forward = T0 + Math.floor(i / 2);
  const backward = T0 + 99 - i;
  const [time, openAt] = by === "list" ? [forward, backward] : [backward, forward];
  const parent = i % 3 === 0 ? "third" : "rest";
  return record({ type: "episode", id: `e${i}`, parent, time, openAt });
}

/** Follows cursors to the end. */
async function allPages(
  store: AlertStore,
  by: "list" | "open",
  asked: AlertRange,
): Promise<(readonly AlertRecord[])[]> {
  const pages: (readonly AlertRecord[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await store[by](cursor === undefined ? asked : { ...asked, cursor });
    pages.push(page.records);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

/** Few keys and versions, so that commits follow, miss and overlap. */
async function agreesWithModel(open: () => Promise<Opened<AlertStore>>): Promise<void> {
  const drawn = fc.record({
    type: fc.constantFrom<AlertRecordType>("instance", "episode"),
    id: fc.constantFrom("a", "b"),
    version: fc.integer({ min: 1, max: 4 }),
    openAt: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    value: fc.string(),
  });
  const commit = fc.uniqueArray(drawn, { selector: keyOf, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(commit, { maxLength: 15 }), async (commits) => {
      const opened = await open();
      try {
        const model = new Map<string, AlertRecord>();
        for (const fields of commits) {
          const records = fields.map((drawn) => record(drawn as Fields));
          const expected = applyToModel(model, records);
          expect(await opened.store.commit(records)).toEqual(expected);
        }
        for (const standing of model.values()) {
          expect(await opened.store.find(standing)).toEqual(standing);
        }
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 40 },
  );
}

const keyOf = ({ type, id }: { readonly type: string; readonly id: string }) => `${type} ${id}`;

function applyToModel(
  model: Map<string, AlertRecord>,
  records: readonly AlertRecord[],
): AlertCommitResult {
  const refused = records
    .map((each) => ({ record: each, standing: model.get(keyOf(each)) }))
    .filter((each) => each.record.version !== (each.standing?.version ?? 0) + 1);
  if (refused.length > 0) return { outcome: "stale", refused };
  for (const each of records) model.set(keyOf(each), each);
  return { outcome: "committed" };
}
