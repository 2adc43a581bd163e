/**
 * What every MetricStore promises. Capabilities are data: where a store has one less, the suite asserts what it
 * declares instead, so that "unsupported" is a promise too.
 */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EPOCH_STEP, versionOf } from "../../lib/core/pipeline/version.ts";
import type { Resolution, RollupRow, TradeRow } from "../../lib/core/rollup/row.ts";
import { RESOLUTION_US, RESOLUTIONS } from "../../lib/core/rollup/row.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import { InvalidCursorError } from "../../lib/ports/invalid-cursor-error.ts";
import type {
  MetricStore,
  RollupRange,
  RollupSeries,
  TradeRange,
  UpsertOutcome,
} from "../../lib/ports/metric-store.ts";
import { HOSTILE_NAMES } from "./hostile-names.ts";
import type { Opened } from "./opened.ts";

export interface MetricStoreCapabilities {
  /** After a call that was refused: nothing of it stands, or rows before the bad one may. */
  readonly refusedCall: "changes-nothing" | "may-be-partial";
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
  /** How the outcome counts a row that stands there already, same version and same values. */
  readonly repeatedRow: "stale" | "written";
  /**
   * A trade under an id that stands with another sequence in the same epoch, or with another time at the same version. Where
   * it is conflicting, the row of a higher epoch takes the place of what stands; where it stands beside, so does that one,
   * and `findTrade` gives the one of the highest epoch.
   */
  readonly reusedTradeId: "conflicting" | "stands-beside";
  /** What `deleteRollupsBefore` does; where it does nothing, the store deletes by age itself. */
  readonly deletion: "on-request" | "by-age";
  /** Times that can be stored. */
  readonly times: "any" | "up-to-now";
}

const T0 = 1_758_240_000_000_000;
const MINUTE = RESOLUTION_US["1m"];
const ALL_TIME = { from: 0, to: 4_000_000_000_000_000 };

const EXACT_NUMBERS = [
  0.1,
  -0.1,
  1 / 3,
  1e-300,
  5e-324,
  1.7976931348623157e308,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  123456.789012345,
  0,
];

const json = (value: unknown): string => JSON.stringify(value);

/** A row as a fold writes it: its value is JSON text. */
function rollup(
  fields: Partial<Omit<RollupRow, "bucket" | "value">> & { bucket?: number; value?: unknown } = {},
): RollupRow {
  return {
    account: "main",
    instrument: "BTC-PERP",
    resolution: "1m",
    part: "core",
    version: 1,
    ...fields,
    bucket: (fields.bucket ?? T0) as EpochUs,
    value: json(fields.value === undefined ? { trades: 1 } : fields.value),
  };
}

function trade(
  fields: Partial<Omit<TradeRow, "time" | "value">> & { time?: number; value?: unknown } = {},
): TradeRow {
  const sequence = fields.sequence ?? 1;
  return {
    account: "main",
    instrument: "BTC-PERP",
    sequence,
    tradeId: `T${sequence}`,
    version: 1,
    ...fields,
    time: (fields.time ?? T0) as EpochUs,
    value: json(fields.value === undefined ? { price: "100.5" } : fields.value),
  };
}

const minutes = (count: number): RollupRow[] =>
  Array.from({ length: count }, (_, i) =>
    rollup({ bucket: T0 + i * MINUTE, value: { trades: i } }),
  );

const range = (fields: Partial<RollupRange> = {}): RollupRange => ({
  account: "main",
  instrument: "BTC-PERP",
  resolution: "1m",
  ...ALL_TIME,
  ...fields,
});

const page = (fields: Partial<TradeRange> = {}): TradeRange => ({
  ...ALL_TIME,
  limit: 1_000,
  ...fields,
});

const byPosition = (a: TradeRow, b: TradeRow): number => a.time - b.time || a.sequence - b.sequence;

const rowsOf = (outcome: UpsertOutcome): number =>
  outcome.written + outcome.stale + outcome.conflicting.length;

export function metricStoreContract(
  name: string,
  open: () => Promise<Opened<MetricStore>>,
  capabilities: MetricStoreCapabilities,
): void {
  describe(`${name} as a MetricStore`, () => {
    let opened: Opened<MetricStore>;
    let store: MetricStore;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const settle = async () => opened.settle?.();
    /** What is said of `count` rows that stand there already, beside `others` that were written. */
    const repeated = (count: number, others = 0): UpsertOutcome =>
      capabilities.repeatedRow === "stale"
        ? { written: others, stale: count, conflicting: [] }
        : { written: others + count, stale: 0, conflicting: [] };
    const readAll = async (fields: Partial<RollupRange> = {}) => {
      await settle();
      return store.readRollups(range(fields));
    };
    const readTrades = async (fields: Partial<TradeRange> = {}) => {
      await settle();
      return store.readTrades(page(fields));
    };
    const allPages = async (fields: Partial<TradeRange>) => {
      await settle();
      return readPages(store, page(fields));
    };

    describe("upsertRollups", () => {
      it("writes a row that was absent, and reads it back whole", async () => {
        const row = rollup({ value: { trades: 3, notional: "12.5", path: [1, null, true] } });
        expect(await store.upsertRollups([row])).toEqual({
          written: 1,
          stale: 0,
          conflicting: [],
        });
        expect(await readAll()).toEqual([row]);
      });

      it("takes an empty call and writes nothing", async () => {
        expect(await store.upsertRollups([])).toEqual({ written: 0, stale: 0, conflicting: [] });
        expect(await readAll()).toEqual([]);
      });

      it("replaces a row by a higher version", async () => {
        await store.upsertRollups([rollup({ version: 1 })]);
        const next = rollup({ version: 2, value: { trades: 2 } });
        expect((await store.upsertRollups([next])).written).toBe(1);
        expect(await readAll()).toEqual([next]);
      });

      it("ignores a lower version as stale, whatever it says", async () => {
        const standing = rollup({ version: 5 });
        await store.upsertRollups([standing]);
        const late = rollup({ version: 4, value: { trades: 99 } });
        expect(await store.upsertRollups([late])).toEqual({
          written: 0,
          stale: 1,
          conflicting: [],
        });
        expect(await readAll()).toEqual([standing]);
      });

      it(`changes nothing by the same version with the same values, and counts it as ${capabilities.repeatedRow}`, async () => {
        await store.upsertRollups([rollup()]);
        expect(await store.upsertRollups([rollup()])).toEqual(repeated(1));
        expect(await readAll()).toEqual([rollup()]);
      });

      it.each([
        { value: '{"trades":2}', when: "a figure differs" },
        { value: '{"trades":1} ', when: "a blank follows" },
        { value: '{"Trades":1}', when: "a letter is of the other case" },
        { value: "", when: "it is empty" },
      ])(
        "reports the same version as conflicting and keeps the first when $when",
        async ({ value }) => {
          await store.upsertRollups([rollup()]);
          const outcome = await store.upsertRollups([{ ...rollup(), value }]);
          expect(outcome).toMatchObject({ written: 0, stale: 0 });
          expect(outcome.conflicting).toHaveLength(1);
          expect(outcome.conflicting[0]).toContain("BTC-PERP");
          expect(outcome.conflicting[0]).toContain("core");
          expect(await readAll()).toEqual([rollup()]);
        },
      );

      it("reports the conflicting row among good ones, and writes the good ones", async () => {
        await store.upsertRollups(minutes(3));
        const outcome = await store.upsertRollups([
          rollup({ bucket: T0, version: 2 }),
          rollup({ bucket: T0 + MINUTE, value: { trades: -1 } }),
          rollup({ bucket: T0 + 9 * MINUTE }),
        ]);
        expect(outcome).toMatchObject({ written: 2, stale: 0 });
        expect(outcome.conflicting).toHaveLength(1);
        expect((await readAll()).map((row) => row.version)).toEqual([2, 1, 1, 1]);
      });

      it.each([
        { versions: [1, 2], when: "the higher comes last" },
        { versions: [2, 1], when: "the higher comes first" },
      ])(
        "keeps the higher version of a key that stands twice in a call when $when",
        async ({ versions }) => {
          const rows = versions.map((version) => rollup({ version, value: { from: version } }));
          expect((await store.upsertRollups(rows)).conflicting).toEqual([]);
          expect(await readAll()).toEqual([rollup({ version: 2, value: { from: 2 } })]);
        },
      );

      it("reports a key that stands twice in a call with one version and two values", async () => {
        const outcome = await store.upsertRollups([rollup(), rollup({ value: { trades: 2 } })]);
        expect(outcome.conflicting).toHaveLength(1);
        expect(await readAll()).toHaveLength(1);
      });

      it.each([1, 99, 100, 101, 199, 200, 250])("takes %i rows in one call", async (count) => {
        const rows = minutes(count);
        expect(await store.upsertRollups(rows)).toEqual({
          written: count,
          stale: 0,
          conflicting: [],
        });
        expect(await readAll()).toEqual(rows);
      });

      it("accounts for every row of a mixed call of 250", async () => {
        await store.upsertRollups(minutes(150));
        const rows = minutes(250);
        const again = [
          ...rows.slice(0, 50),
          ...rows.slice(50, 100).map((row) => ({ ...row, version: 2 })),
          ...rows.slice(100, 150).map((row) => ({ ...row, value: "other" })),
          ...rows.slice(150),
        ];
        const outcome = await store.upsertRollups(again);
        const { written, stale } = repeated(50, 150);
        expect(outcome).toMatchObject({ written, stale });
        expect(outcome.conflicting).toHaveLength(50);
        expect(rowsOf(outcome)).toBe(250);
      });

      it("writes the same state whatever the order of the rows", async () => {
        const rows = minutes(120);
        await store.upsertRollups([...rows].reverse());
        expect(await readAll()).toEqual(rows);
      });

      it("keeps every part of the key apart", async () => {
        const rows = [
          rollup({ account: "main" }),
          rollup({ account: "hedge" }),
          rollup({ instrument: "ETH-PERP" }),
          rollup({ resolution: "5s" }),
          rollup({ bucket: T0 + MINUTE }),
          rollup({ part: "markout.5s" }),
          rollup({ part: "core+17" }),
        ].map((row, i) => ({ ...row, value: `${i}` }));
        expect((await store.upsertRollups(rows)).written).toBe(7);
        expect((await readAll({ account: "hedge" })).map((row) => row.value)).toEqual(["1"]);
        expect((await readAll({ instrument: "ETH-PERP" })).map((row) => row.value)).toEqual(["2"]);
        expect((await readAll({ resolution: "5s" })).map((row) => row.value)).toEqual(["3"]);
        expect((await readAll()).map((row) => row.value)).toEqual(["0", "6", "5", "4"]);
      });

      it("tells (ab, c) from (a, bc) as account and instrument", async () => {
        await store.upsertRollups([rollup({ account: "ab", instrument: "c" })]);
        expect(await readAll({ account: "a", instrument: "bc" })).toEqual([]);
      });

      it("orders versions beyond 2^40 exactly", async () => {
        const version = 8191 * 2 ** 40 + 2 ** 40 - 1;
        await store.upsertRollups([rollup({ version: version - 1 })]);
        const last = rollup({ version, value: { trades: 2 } });
        expect((await store.upsertRollups([last])).written).toBe(1);
        expect((await store.upsertRollups([rollup({ version: version - 1 })])).stale).toBe(1);
        expect(await readAll()).toEqual([last]);
      });

      it.each([0.5, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60])(
        "refuses %d as a bucket and as a version",
        async (bad) => {
          await expect(store.upsertRollups([rollup({ bucket: bad })])).rejects.toThrow(RangeError);
          await expect(store.upsertRollups([rollup({ version: bad })])).rejects.toThrow(RangeError);
          expect(await readAll()).toEqual([]);
        },
      );

      it(`of a refused call, ${capabilities.refusedCall}; sent again without the fault it is complete`, async () => {
        const rows = minutes(250);
        const broken = rows.map((row, i) => (i === 149 ? { ...row, version: 0.5 } : row));
        await expect(store.upsertRollups(broken)).rejects.toThrow(RangeError);
        const standing = await readAll();
        if (capabilities.refusedCall === "changes-nothing") expect(standing).toEqual([]);
        else expect(rows).toEqual(expect.arrayContaining([...standing]));
        const outcome = await store.upsertRollups(rows);
        expect(outcome).toEqual(repeated(standing.length, 250 - standing.length));
        expect(await readAll()).toEqual(rows);
      });

      it("ends with the highest version when many writers race for one key", async () => {
        const writes = Array.from({ length: 40 }, (_, i) =>
          store.upsertRollups([rollup({ version: ((i * 17) % 40) + 1, value: (i * 17) % 40 })]),
        );
        const outcomes = await Promise.all(writes);
        expect(outcomes.every((outcome) => rowsOf(outcome) === 1)).toBe(true);
        expect(await readAll()).toEqual([rollup({ version: 40, value: 39 })]);
      });

      it("loses no row when many writers write side by side", async () => {
        const rows = minutes(200);
        const writes = Array.from({ length: 20 }, (_, i) =>
          store.upsertRollups(rows.filter((_row, at) => at % 20 === i)),
        );
        await Promise.all(writes);
        expect(await readAll()).toEqual(rows);
      });

      it("agrees with a map of the highest versions, call by call", async () => {
        await agreesWithModel(open, capabilities);
      });
    });

    describe("values", () => {
      it.each(EXACT_NUMBERS)("gives %d back to the last bit", async (figure) => {
        await store.upsertRollups([rollup({ value: figure })]);
        await store.upsertTrades([trade({ value: { figure } })]);
        expect(JSON.parse((await readAll())[0]?.value ?? "")).toBe(figure);
        expect(JSON.parse((await readTrades()).rows[0]?.value ?? "")).toEqual({ figure });
      });

      it.each([
        { value: "", when: "no text at all" },
        { value: " { } ", when: "blanks, which JSON does not need" },
        { value: '{"b":1,"a":2,"1":3}', when: "keys in no order" },
        {
          value: '"\\ud83d \ud83d \u0000 \u0001"',
          when: "halves of characters and control characters",
        },
        { value: '{"__proto__":{"polluted":1}}', when: "a key named __proto__" },
        { value: "[".repeat(2_000) + "]".repeat(2_000), when: "two thousand levels" },
        {
          value: json(Array.from({ length: 5_000 }, (_, i) => i / 7)),
          when: "five thousand numbers",
        },
        { value: json("x".repeat(200_000)), when: "two hundred thousand characters" },
      ])("gives back the very text with $when", async ({ value }) => {
        await store.upsertRollups([{ ...rollup(), value }]);
        await store.upsertTrades([{ ...trade(), value }]);
        expect((await readAll())[0]?.value === value).toBe(true);
        expect((await readTrades()).rows[0]?.value === value).toBe(true);
      });
    });

    describe("names", () => {
      it.each(HOSTILE_NAMES)("keeps a name with $when as it is", async ({ name: hostile }) => {
        const row = rollup({ account: hostile, instrument: hostile, part: hostile });
        const ours = trade({ account: hostile, instrument: hostile, tradeId: hostile });
        expect((await store.upsertRollups([row, rollup()])).written).toBe(2);
        expect((await store.upsertTrades([ours, trade()])).written).toBe(2);
        expect(await readAll({ account: hostile, instrument: hostile })).toEqual([row]);
        expect(
          await readAll({ account: hostile, instrument: hostile, partPrefix: hostile }),
        ).toEqual([row]);
        expect((await readTrades({ instrument: hostile })).rows).toEqual([ours]);
        expect(await store.findTrade(hostile, hostile, hostile)).toEqual(ours);
        expect(await readAll()).toEqual([rollup()]);
      });

      it("keeps all hostile names apart, side by side and in one call", async () => {
        const rows = HOSTILE_NAMES.map(({ name: hostile }, i) =>
          rollup({ instrument: hostile, value: i }),
        );
        await store.upsertRollups(rows);
        for (const row of rows) {
          expect(await readAll({ instrument: row.instrument })).toEqual([row]);
        }
      });

      it("tells upper from lower case, and an accent from none", async () => {
        const rows = ["btc", "BTC", "bťc"].map((instrument) => rollup({ instrument }));
        expect((await store.upsertRollups(rows)).written).toBe(3);
        expect(await readAll({ instrument: "btc" })).toHaveLength(1);
      });
    });

    describe("readRollups", () => {
      it("gives nothing for an instrument it has never seen", async () => {
        expect(await readAll({ instrument: "NOBODY" })).toEqual([]);
      });

      it.each([
        { from: 0, to: 3, expected: [0, 1, 2], when: "the range starts on the first bucket" },
        { from: 1, to: 2, expected: [1], when: "the range holds one bucket" },
        { from: 2, to: 2, expected: [], when: "the range is empty" },
        { from: 3, to: 1, expected: [], when: "the range is reversed" },
        { from: 4, to: 9, expected: [4], when: "the range ends after the last bucket" },
        { from: 5, to: 9, expected: [], when: "the range starts after the last bucket" },
        { from: -9, to: 0, expected: [], when: "the range ends on the first bucket" },
      ])(
        "takes `from` in and leaves `to` out: $expected when $when",
        async ({ from, to, expected }) => {
          await store.upsertRollups(minutes(5));
          const found = await readAll({ from: T0 + from * MINUTE, to: T0 + to * MINUTE });
          expect(found.map((row) => (row.bucket - T0) / MINUTE)).toEqual(expected);
        },
      );

      it("cuts between two microseconds", async () => {
        await store.upsertRollups([rollup({ bucket: T0 })]);
        expect(await readAll({ from: T0, to: T0 + 1 })).toHaveLength(1);
        expect(await readAll({ from: T0 + 1, to: T0 + 2 })).toEqual([]);
        expect(await readAll({ from: T0 - 1, to: T0 })).toEqual([]);
      });

      it(`holds the first bucket of time, and one 200 years on where times are ${capabilities.times}`, async () => {
        const far = 6_300_000_000_000_000;
        const outcome = await store.upsertRollups([rollup({ bucket: 0 }), rollup({ bucket: far })]);
        const holdsFar = capabilities.times === "any";
        expect((await readAll({ to: far + 1 })).map((row) => row.bucket)).toEqual(
          holdsFar ? [0, far] : [0],
        );
        expect(outcome.written).toBe(holdsFar ? 2 : 1);
        // What it does not hold is named, with the reason: nothing is lost in silence.
        expect(outcome.refused?.map(({ row }) => row.includes(String(far)))).toEqual(
          holdsFar ? undefined : [true],
        );
      });

      it("orders by bucket, then by part", async () => {
        const parts = ["markout.5s", "core+9", "core", "markout.1m", "core+17"];
        const rows = [3, 1, 2].flatMap((at) =>
          parts.map((part) => rollup({ bucket: T0 + at * MINUTE, part })),
        );
        await store.upsertRollups(rows);
        const found = (await readAll()).map((row) => `${(row.bucket - T0) / MINUTE} ${row.part}`);
        const sorted = ["core", "core+17", "core+9", "markout.1m", "markout.5s"];
        expect(found).toEqual([1, 2, 3].flatMap((at) => sorted.map((part) => `${at} ${part}`)));
      });

      it.each([
        { partPrefix: "core", expected: ["core", "core+17", "core+18", "core.more"] },
        { partPrefix: "core+", expected: ["core+17", "core+18"] },
        { partPrefix: "core+17", expected: ["core+17"] },
        { partPrefix: "markout.", expected: ["markout.1m", "markout.1m+3", "markout.5s"] },
        { partPrefix: "markout.1m", expected: ["markout.1m", "markout.1m+3"] },
        { partPrefix: "%", expected: [] },
        { partPrefix: "Core", expected: [] },
        { partPrefix: "core+177", expected: [] },
      ])("reads only parts that start with $partPrefix", async ({ partPrefix, expected }) => {
        const parts = "core core+17 core+18 core.more markout.5s markout.1m markout.1m+3".split(
          " ",
        );
        await store.upsertRollups(parts.map((part) => rollup({ part })));
        expect((await readAll({ partPrefix })).map((row) => row.part)).toEqual(expected);
      });

      it("keeps an additive row beside the row it adds to, each with its own version", async () => {
        const rows = [
          rollup({ part: "core", version: 9 }),
          rollup({ part: "core+17", version: 12, value: { trades: 1 } }),
          rollup({ part: "core+18", version: 12, value: { trades: 2 } }),
        ];
        await store.upsertRollups(rows);
        await store.upsertRollups([rollup({ part: "core+17", version: 11, value: "older" })]);
        expect(await readAll()).toEqual(rows);
      });

      it("does not mistake a number after a plus for a sequence when it is none", async () => {
        const parts = [
          "core+017",
          "core+-1",
          "core+1.5",
          "core+",
          "core+1e3",
          "core+9007199254740993",
        ];
        await store.upsertRollups(parts.map((part) => rollup({ part })));
        expect((await readAll()).map((row) => row.part)).toEqual([...parts].sort());
      });

      it("reads each resolution of one bucket apart", async () => {
        const bucket = T0 - (T0 % RESOLUTION_US["1d"]);
        const rows = RESOLUTIONS.map((resolution) =>
          rollup({ bucket, resolution, value: resolution }),
        );
        await store.upsertRollups(rows);
        for (const row of rows)
          expect(await readAll({ resolution: row.resolution })).toEqual([row]);
      });
    });

    describe("lastRollupBefore", () => {
      const key = (
        fields: { part?: string; instrument?: string; resolution?: Resolution } = {},
      ) => ({
        account: "main",
        instrument: "BTC-PERP",
        resolution: "1m" as const,
        part: "core",
        ...fields,
      });

      it("gives nothing where nothing stands before", async () => {
        await store.upsertRollups([rollup()]);
        await settle();
        expect(await store.lastRollupBefore(key(), T0)).toBeUndefined();
        expect(await store.lastRollupBefore(key({ instrument: "X" }), T0 + 1)).toBeUndefined();
        expect(await store.lastRollupBefore(key({ part: "never" }), T0 + 1)).toBeUndefined();
        expect(await store.lastRollupBefore(key({ resolution: "1h" }), T0 + 1)).toBeUndefined();
      });

      it("gives the newest strictly before, across any gap", async () => {
        const rows = [0, 1, 500].map((at) => rollup({ bucket: T0 + at * MINUTE, value: at }));
        await store.upsertRollups(rows);
        await settle();
        const valueBefore = async (at: number) =>
          (await store.lastRollupBefore(key(), T0 + at * MINUTE))?.value;
        expect(await valueBefore(500)).toBe("1");
        expect(await valueBefore(501)).toBe("500");
        expect(await valueBefore(1)).toBe("0");
        expect(await store.lastRollupBefore(key(), T0 + 1)).toEqual(rows[0]);
      });

      it("looks at that part alone: not at additive rows, not at parts with the same beginning", async () => {
        await store.upsertRollups([
          rollup({ part: "core" }),
          rollup({ part: "core+17", bucket: T0 + MINUTE }),
          rollup({ part: "core.more", bucket: T0 + MINUTE }),
        ]);
        await settle();
        const found = await store.lastRollupBefore(key(), T0 + 9 * MINUTE);
        expect(found).toEqual(rollup());
        const additive = await store.lastRollupBefore(key({ part: "core+17" }), T0 + 9 * MINUTE);
        expect(additive?.bucket).toBe(T0 + MINUTE);
      });
    });

    describe("readRollupRanges", () => {
      it("takes no range and gives no answer", async () => {
        expect(await store.readRollupRanges([])).toEqual([]);
      });

      it("answers each range as readRollups does, in the order asked, a repeated one too", async () => {
        const rows = ["BTC-PERP", "ETH-PERP"].flatMap((instrument) =>
          ["core", "core+3", "markout.5s"].flatMap((part) => [
            ...minutes(4).map((row) => ({ ...row, instrument, part })),
            rollup({ instrument, part, resolution: "1h", bucket: T0 - (T0 % RESOLUTION_US["1h"]) }),
          ]),
        );
        await store.upsertRollups(rows);
        await settle();
        const ranges = [
          range({ instrument: "ETH-PERP", partPrefix: "core" }),
          range({ resolution: "1h" }),
          range({ from: T0 + MINUTE, to: T0 + 3 * MINUTE }),
          range({ instrument: "NOBODY" }),
          range({ account: "hedge" }),
          range({ from: T0 + MINUTE, to: T0 + 3 * MINUTE }),
          range({ partPrefix: "markout.", from: T0 + 2 * MINUTE }),
          range({ from: T0 + MINUTE, to: T0 }),
        ];
        const each = await Promise.all(ranges.map((one) => store.readRollups(one)));
        expect(each.map((found) => found.length)).toEqual([8, 3, 6, 0, 0, 6, 2, 0]);
        expect(await store.readRollupRanges(ranges)).toEqual(each);
      });

      it("answers 200 ranges of 50 instruments", async () => {
        const names = Array.from({ length: 50 }, (_, i) => `COIN${i}-PERP`);
        await store.upsertRollups(
          names.flatMap((instrument) => minutes(3).map((row) => ({ ...row, instrument }))),
        );
        await settle();
        const ranges = names.flatMap((instrument) =>
          [0, 1, 2, 3].map((at) => range({ instrument, from: T0 + at * MINUTE })),
        );
        const found = await store.readRollupRanges(ranges);
        expect(found.map((rows) => rows.length)).toEqual(names.flatMap(() => [3, 2, 1, 0]));
        expect(found[4]?.map(({ instrument }) => instrument)).toEqual(Array(3).fill("COIN1-PERP"));
      });
    });

    describe("lastRollupsBefore", () => {
      const of = (fields: Partial<RollupSeries> = {}): RollupSeries => ({
        account: "main",
        instrument: "BTC-PERP",
        resolution: "1m",
        part: "core",
        ...fields,
      });

      it("takes no question and gives no answer", async () => {
        expect(await store.lastRollupsBefore([])).toEqual([]);
      });

      it("answers each as lastRollupBefore does, in the order asked, a repeated one too", async () => {
        await store.upsertRollups([
          ...minutes(3),
          rollup({ instrument: "ETH-PERP", bucket: T0 + 5 * MINUTE }),
          rollup({ part: "core+17", bucket: T0 + 9 * MINUTE }),
        ]);
        await settle();
        const asked = [
          { of: of(), before: T0 + MINUTE },
          { of: of({ instrument: "ETH-PERP" }), before: T0 + 6 * MINUTE },
          { of: of(), before: T0 },
          { of: of(), before: T0 + 100 * MINUTE },
          { of: of({ part: "core+17" }), before: T0 + 100 * MINUTE },
          { of: of({ resolution: "1d" }), before: T0 + 100 * MINUTE },
          { of: of(), before: T0 + MINUTE },
        ];
        const each = await Promise.all(
          asked.map(({ of: one, before }) => store.lastRollupBefore(one, before)),
        );
        const buckets = each.map((row) => row && (row.bucket - T0) / MINUTE);
        expect(buckets).toEqual([0, 5, undefined, 2, 9, undefined, 0]);
        expect(await store.lastRollupsBefore(asked)).toEqual(each);
      });
    });

    describe("deleteRollupsBefore", () => {
      const key = { account: "main", instrument: "BTC-PERP", resolution: "1m" as const };

      if (capabilities.deletion === "by-age") {
        it("deletes nothing and says so: the store does, by age", async () => {
          await store.upsertRollups(minutes(3));
          await settle();
          expect(await store.deleteRollupsBefore(key, T0 + 3 * MINUTE)).toBe(0);
          expect(await readAll()).toEqual(minutes(3));
        });
        return;
      }

      it("deletes buckets that start before, of all parts, and says how many rows", async () => {
        const parts = ["core", "core+17", "markout.5s"];
        const rows = minutes(4).flatMap((row) => parts.map((part) => ({ ...row, part })));
        await store.upsertRollups(rows);
        await settle();
        expect(await store.deleteRollupsBefore(key, T0 + 2 * MINUTE)).toBe(6);
        expect(await readAll()).toEqual(rows.slice(6));
      });

      it("leaves other resolutions, instruments and accounts alone", async () => {
        const others = [
          rollup({ resolution: "1h" }),
          rollup({ instrument: "ETH-PERP" }),
          rollup({ account: "hedge" }),
        ];
        await store.upsertRollups([rollup(), ...others]);
        await settle();
        expect(await store.deleteRollupsBefore(key, T0 + 1)).toBe(1);
        for (const row of others)
          expect(await readAll(row as Partial<RollupRange>)).toHaveLength(1);
      });

      it("deletes nothing the second time, nor where nothing is", async () => {
        await store.upsertRollups(minutes(3));
        await settle();
        expect(await store.deleteRollupsBefore(key, T0)).toBe(0);
        expect(await store.deleteRollupsBefore(key, T0 + 3 * MINUTE)).toBe(3);
        expect(await store.deleteRollupsBefore(key, T0 + 3 * MINUTE)).toBe(0);
        expect(await store.deleteRollupsBefore({ ...key, instrument: "X" }, T0)).toBe(0);
      });

      it("lets a deleted bucket be written again, at any version", async () => {
        await store.upsertRollups([rollup({ version: 9 })]);
        await settle();
        await store.deleteRollupsBefore(key, T0 + 1);
        expect((await store.upsertRollups([rollup({ version: 1 })])).written).toBe(1);
      });
    });

    describe("upsertTrades", () => {
      it("writes, restates and ignores by version as rollups do", async () => {
        expect((await store.upsertTrades([trade({ version: 2 })])).written).toBe(1);
        expect((await store.upsertTrades([trade({ version: 1, value: "old" })])).stale).toBe(1);
        expect(await store.upsertTrades([trade({ version: 2 })])).toEqual(repeated(1));
        const matured = trade({ version: 3, value: { price: "100.5", markout: { "5s": 1.25 } } });
        expect((await store.upsertTrades([matured])).written).toBe(1);
        expect((await readTrades()).rows).toEqual([matured]);
      });

      it("reports the same version with other values as conflicting", async () => {
        await store.upsertTrades([trade()]);
        const outcome = await store.upsertTrades([trade({ value: "other" })]);
        expect(outcome).toMatchObject({ written: 0, stale: 0 });
        expect(outcome.conflicting[0]).toContain("T1");
        expect((await readTrades()).rows).toEqual([trade()]);
      });

      const isGuarded = capabilities.reusedTradeId === "conflicting";

      it(`never overwrites a tradeId by another time at the same version: it is ${capabilities.reusedTradeId}`, async () => {
        await store.upsertTrades([trade()]);
        const moved = trade({ time: T0 + 1 });
        const outcome = await store.upsertTrades([moved]);
        expect(outcome).toMatchObject({ written: isGuarded ? 0 : 1, stale: 0 });
        if (isGuarded) expect(outcome.conflicting[0]).toContain("T1");
        expect((await readTrades()).rows).toEqual(isGuarded ? [trade()] : [trade(), moved]);
        expect(await store.findTrade("main", "BTC-PERP", "T1")).toEqual(trade());
      });

      it(`never overwrites a tradeId by another sequence of its epoch, whatever the version: it is ${capabilities.reusedTradeId}`, async () => {
        const first = trade({ sequence: 5, tradeId: "X" });
        await store.upsertTrades([first]);
        const reused = trade({
          sequence: 9,
          tradeId: "X",
          version: EPOCH_STEP - 1,
          value: "reused",
        });
        const { conflicting } = await store.upsertTrades([reused]);
        expect(conflicting).toHaveLength(isGuarded ? 1 : 0);
        expect((await readTrades()).rows).toEqual(isGuarded ? [first] : [first, reused]);
        expect(await store.findTrade("main", "BTC-PERP", "X")).toEqual(first);
      });

      it("reports a tradeId that stands under two sequences of one epoch in one call", async () => {
        const first = trade({ sequence: 5, tradeId: "X" });
        const reused = trade({ sequence: 9, tradeId: "X", version: 99 });
        expect((await store.upsertTrades([first, reused])).conflicting).toHaveLength(1);
        expect((await readTrades()).rows).toEqual([first]);
      });

      describe("of a past that was folded anew", () => {
        const before = trade({ sequence: 5, tradeId: "X", version: versionOf(2, EPOCH_STEP - 1) });
        const find = () => store.findTrade("main", "BTC-PERP", "X");

        it.each([
          { what: "under a later sequence", sequence: 9 },
          { what: "under an earlier sequence", sequence: 3 },
          { what: "at a later time", sequence: 5, time: T0 + 60_000_000 },
          { what: "at an earlier time, under a later sequence", sequence: 9, time: T0 - 1 },
        ])(
          `a trade $what ${isGuarded ? "takes the place of" : "stands beside"} the one of a lower epoch, which is stale from then on`,
          async ({ what: _, ...fields }) => {
            await store.upsertTrades([before]);
            // Read, so that whatever leads to a trade by its time has led to this one.
            expect((await readTrades()).rows).toEqual([before]);
            const after = trade({
              tradeId: "X",
              version: versionOf(3, 1),
              value: "new",
              ...fields,
            });
            const none = { stale: 0, conflicting: [] };
            expect(await store.upsertTrades([after])).toEqual({ written: 1, ...none });
            const rows = isGuarded ? [after] : [before, after].sort(byPosition);
            expect((await readTrades()).rows).toEqual(rows);
            expect((await readTrades({ order: "desc" })).rows).toEqual([...rows].reverse());
            expect(await find()).toEqual(after);

            const again = await store.upsertTrades([before]);
            expect(again).toEqual(
              isGuarded ? { written: 0, stale: 1, conflicting: [] } : repeated(1),
            );
            expect((await readTrades()).rows).toEqual(rows);
            expect(await find()).toEqual(after);
          },
        );

        it("a trade of a lower epoch that was never written is stale, not conflicting", async () => {
          const after = trade({ sequence: 9, tradeId: "X", version: versionOf(3, 1) });
          await store.upsertTrades([after]);
          const outcome = await store.upsertTrades([before]);
          expect(outcome).toMatchObject(
            isGuarded ? { written: 0, stale: 1 } : { written: 1, stale: 0 },
          );
          expect(outcome.conflicting).toEqual([]);
          expect((await readTrades()).rows).toEqual(isGuarded ? [after] : [before, after]);
          expect(await find()).toEqual(after);
        });

        it.each(["lower first", "higher first"])(
          "a trade of two epochs in one call stands once, as the higher has it: the %s",
          async (order) => {
            const after = trade({ sequence: 9, tradeId: "X", version: versionOf(3, 1) });
            const rows = order === "lower first" ? [before, after] : [after, before];
            const outcome = await store.upsertTrades(rows);
            expect(outcome.conflicting).toEqual([]);
            expect(rowsOf(outcome)).toBe(2);
            expect((await readTrades()).rows).toEqual([after]);
            expect(await find()).toEqual(after);
          },
        );

        it("another sequence of the higher epoch is conflicting with that one in its turn", async () => {
          const after = trade({ sequence: 9, tradeId: "X", version: versionOf(3, 1) });
          const reused = trade({ sequence: 5, tradeId: "X", version: versionOf(3, 7) });
          const outcome = await store.upsertTrades([before, after, reused]);
          expect(outcome.conflicting).toHaveLength(1);
          expect((await readTrades()).rows).toEqual([after]);
        });
      });

      it("keeps one tradeId of two instruments and two accounts apart", async () => {
        const rows = [
          trade({ account: "hedge" }),
          trade({ instrument: "BTC-PERP" }),
          trade({ instrument: "ETH-PERP" }),
        ];
        expect((await store.upsertTrades(rows)).written).toBe(3);
        expect((await readTrades()).rows).toEqual(rows);
      });

      it("keeps the higher version of a trade that stands twice in a call", async () => {
        await store.upsertTrades([
          trade({ version: 2, value: 2 }),
          trade({ version: 1, value: 1 }),
        ]);
        expect((await readTrades()).rows).toEqual([trade({ version: 2, value: 2 })]);
      });

      it.each([0.5, -1, Number.NaN])("refuses %d as time, sequence and version", async (bad) => {
        for (const field of ["time", "sequence", "version"]) {
          const refused = store.upsertTrades([trade({ tradeId: "T", [field]: bad })]);
          await expect(refused).rejects.toThrow(RangeError);
        }
        expect((await readTrades()).rows).toEqual([]);
      });

      it("takes an empty call", async () => {
        expect(await store.upsertTrades([])).toEqual({ written: 0, stale: 0, conflicting: [] });
      });

      it("takes 250 trades in one call", async () => {
        const rows = Array.from({ length: 250 }, (_, i) =>
          trade({ sequence: i + 1, time: T0 + i }),
        );
        expect((await store.upsertTrades(rows)).written).toBe(250);
        expect((await readTrades()).rows).toEqual(rows);
      });
    });

    describe("upsertBatch", () => {
      it("writes both and says what became of each", async () => {
        await store.upsertRollups([rollup()]);
        const outcome = await store.upsertBatch({
          rollups: [rollup(), rollup({ bucket: T0 + MINUTE })],
          trades: [trade()],
        });
        expect(outcome).toEqual({
          rollups: repeated(1, 1),
          trades: { written: 1, stale: 0, conflicting: [] },
        });
        expect(await readAll()).toHaveLength(2);
        expect((await readTrades()).rows).toHaveLength(1);
      });

      it("takes an empty batch", async () => {
        const none = { written: 0, stale: 0, conflicting: [] };
        expect(await store.upsertBatch({ rollups: [], trades: [] })).toEqual({
          rollups: none,
          trades: none,
        });
      });

      it(`of a refused batch, ${capabilities.refusedCall}; sent again without the fault it is complete`, async () => {
        const batch = { rollups: minutes(3), trades: [trade(), trade({ sequence: 2 })] };
        const broken = { ...batch, trades: [trade(), trade({ sequence: 2, version: 0.5 })] };
        await expect(store.upsertBatch(broken)).rejects.toThrow(RangeError);
        if (capabilities.refusedCall === "changes-nothing") {
          expect(await readAll()).toEqual([]);
          expect((await readTrades()).rows).toEqual([]);
        }
        await store.upsertBatch(batch);
        expect(await readAll()).toEqual(batch.rollups);
        expect((await readTrades()).rows).toEqual(batch.trades);
      });
    });

    describe("readTrades", () => {
      /** Many ties: four trades at each instant, of three instruments and two accounts. */
      const tied = (): TradeRow[] =>
        Array.from({ length: 6 }, (_, i) => [
          trade({ time: T0 + i, sequence: i + 1, account: "hedge" }),
          trade({ time: T0 + i, sequence: i + 1, instrument: "BTC-PERP" }),
          trade({ time: T0 + i, sequence: i + 1, instrument: "ETH-PERP" }),
          trade({ time: T0 + i, sequence: i + 100, instrument: "BTC-PERP" }),
        ]).flat();

      it("gives an empty page where there is nothing", async () => {
        expect(await readTrades()).toEqual({ rows: [], cursor: undefined });
        expect(await readTrades({ instrument: "X" })).toEqual({ rows: [], cursor: undefined });
      });

      it("orders by time, then sequence, then account, then instrument", async () => {
        await store.upsertTrades([...tied()].reverse());
        expect((await readTrades()).rows).toEqual(tied());
      });

      it("orders names by code point, also beyond the basic plane", async () => {
        const rows = ["A", "B", "a", "\uffee", "😀"].map((instrument) => trade({ instrument }));
        await store.upsertTrades([...rows].reverse());
        expect((await readTrades()).rows.map((row) => row.instrument)).toEqual(
          rows.map((row) => row.instrument),
        );
      });

      it("is exactly reversed when asked newest first", async () => {
        await store.upsertTrades(tied());
        expect((await readTrades({ order: "desc" })).rows).toEqual(tied().reverse());
      });

      it.each([1, 2, 3, 4, 5, 7, 23, 24, 25])(
        "misses and repeats nothing in pages of %i, either way",
        async (limit) => {
          await store.upsertTrades(tied());
          const up = await allPages({ limit });
          expect(up.rows).toEqual(tied());
          expect(up.sizes.slice(0, -1).every((size) => size === limit)).toBe(true);
          expect((await allPages({ limit, order: "desc" })).rows).toEqual(tied().reverse());
        },
      );

      it("gives no cursor with the last page, even when that page is full", async () => {
        await store.upsertTrades(tied());
        expect((await readTrades({ limit: 24 })).cursor).toBeUndefined();
        expect((await readTrades({ limit: 23 })).cursor).toBeDefined();
      });

      it("pages on past trades that arrive meanwhile", async () => {
        await store.upsertTrades([1, 2, 5, 6].map((at) => trade({ sequence: at, time: T0 + at })));
        const first = await readTrades({ limit: 2 });
        await store.upsertTrades([
          trade({ sequence: 3, time: T0 }),
          trade({ sequence: 4, time: T0 + 4 }),
        ]);
        const rest = await readTrades({ limit: 9, ...(first.cursor && { cursor: first.cursor }) });
        expect(rest.rows.map((row) => row.sequence)).toEqual([4, 5, 6]);
      });

      it.each([
        {
          fields: { instrument: "BTC-PERP" },
          expected: 18,
          when: "one instrument of all accounts",
        },
        { fields: { account: "main" }, expected: 18, when: "one account" },
        { fields: { account: "hedge", instrument: "BTC-PERP" }, expected: 6, when: "both" },
        {
          fields: { account: "hedge", instrument: "ETH-PERP" },
          expected: 0,
          when: "neither together",
        },
      ])("reads $when, page by page", async ({ fields, expected }) => {
        await store.upsertTrades(tied());
        const { rows } = await allPages({ ...fields, limit: 5 });
        const matching = tied().filter((row) =>
          Object.entries(fields).every(([field, value]) => row[field as "account"] === value),
        );
        expect(rows).toEqual(matching);
        expect(rows).toHaveLength(expected);
      });

      it.each([
        { from: 0, to: 6, count: 24, when: "the whole" },
        { from: 2, to: 3, count: 4, when: "one instant" },
        { from: 2, to: 2, count: 0, when: "an empty range" },
        { from: 5, to: 1, count: 0, when: "a reversed range" },
        { from: 5, to: 99, count: 4, when: "a range that begins at the last trade" },
        { from: -9, to: 0, count: 0, when: "a range that ends at the first trade" },
      ])("takes `from` in and leaves `to` out: $count of $when", async ({ from, to, count }) => {
        await store.upsertTrades(tied());
        for (const order of ["asc", "desc"] as const) {
          const { rows } = await allPages({ from: T0 + from, to: T0 + to, limit: 3, order });
          expect(rows).toHaveLength(count);
        }
      });

      it.each([
        { cursor: "", when: "empty" },
        { cursor: "garbage", when: "no encoding" },
        { cursor: "'; DROP TABLE trade; --", when: "an SQL statement" },
        { cursor: Buffer.from("{}").toString("base64url"), when: "an object" },
        { cursor: Buffer.from('["asc",1]').toString("base64url"), when: "too short" },
        {
          cursor: Buffer.from('["asc","1",1,"a","b"]').toString("base64url"),
          when: "of wrong types",
        },
        {
          cursor: Buffer.from('["asc",1e300,1,"a","b"]').toString("base64url"),
          when: "out of range",
        },
        { cursor: "x".repeat(100_000), when: "very long" },
      ])("refuses a cursor that is $when", async ({ cursor }) => {
        await store.upsertTrades([trade()]);
        await expect(readTrades({ cursor })).rejects.toThrow(InvalidCursorError);
        expect((await readTrades()).rows).toHaveLength(1);
      });

      it("refuses a cursor of the other order", async () => {
        await store.upsertTrades(tied());
        const { cursor } = await readTrades({ limit: 2 });
        const turned = readTrades({ limit: 2, order: "desc", ...(cursor && { cursor }) });
        await expect(turned).rejects.toThrow(InvalidCursorError);
      });

      it.each([0, -1, 1.5, Number.NaN])("refuses a limit of %d", async (limit) => {
        await expect(readTrades({ limit })).rejects.toThrow(RangeError);
      });

      it("pages any set of trades as one sorted list", async () => {
        await pagesAsSorted(open);
      });
    });

    describe("findTrade", () => {
      it("finds a trade by account, instrument and id, as it stands now", async () => {
        await store.upsertTrades([trade(), trade({ sequence: 2, instrument: "ETH-PERP" })]);
        await store.upsertTrades([trade({ version: 2, value: "restated" })]);
        await settle();
        expect(await store.findTrade("main", "BTC-PERP", "T1")).toEqual(
          trade({ version: 2, value: "restated" }),
        );
        expect(await store.findTrade("main", "ETH-PERP", "T2")).toBeDefined();
      });

      it("finds nothing under another account, instrument or id", async () => {
        await store.upsertTrades([trade()]);
        await settle();
        expect(await store.findTrade("hedge", "BTC-PERP", "T1")).toBeUndefined();
        expect(await store.findTrade("main", "ETH-PERP", "T1")).toBeUndefined();
        expect(await store.findTrade("main", "BTC-PERP", "t1")).toBeUndefined();
        expect(await store.findTrade("main", "BTC-PERP", "T1 ")).toBeUndefined();
      });
    });

    it(`${capabilities.reopening} when it is closed and opened again`, async () => {
      await store.upsertBatch({ rollups: minutes(3), trades: [trade()] });
      await settle();
      store = await opened.reopen();
      const isKept = capabilities.reopening === "keeps-all";
      expect(await store.readRollups(range())).toEqual(isKept ? minutes(3) : []);
      expect(await store.findTrade("main", "BTC-PERP", "T1")).toEqual(isKept ? trade() : undefined);
      const outcome = await store.upsertRollups([rollup({ version: 2, value: "after" })]);
      expect(outcome.written).toBe(1);
    });
  });
}

/** Few keys and versions, so that every collision happens; each version is given one of two values. */
async function agreesWithModel(
  open: () => Promise<Opened<MetricStore>>,
  { repeatedRow }: MetricStoreCapabilities,
): Promise<void> {
  const row = fc.record({
    at: fc.integer({ min: 0, max: 2 }),
    part: fc.constantFrom("core", "core+1", "markout.5s"),
    version: fc.integer({ min: 1, max: 4 }),
    value: fc.constantFrom(1, 2),
  });
  const calls = fc.array(fc.uniqueArray(row, { selector: ({ at, part }) => `${at} ${part}` }), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(calls, async (drawn) => {
      const opened = await open();
      try {
        const model = new Map<string, RollupRow>();
        for (const call of drawn) {
          const rows = call.map(({ at, ...fields }) =>
            rollup({ bucket: T0 + at * MINUTE, ...fields }),
          );
          const expected = { written: 0, stale: 0, conflicts: 0 };
          for (const next of rows) {
            const fate = applyToModel(model, next);
            expected[fate === "repeated" ? repeatedRow : fate] += 1;
          }
          const { written, stale, conflicting } = await opened.store.upsertRollups(rows);
          expect({ written, stale, conflicts: conflicting.length }).toEqual(expected);
        }
        await opened.settle?.();
        const found = await opened.store.readRollups(range());
        expect(found).toEqual([...model.entries()].sort(byText).map(([, held]) => held));
      } finally {
        await opened.close();
      }
    }),
    { numRuns: 40 },
  );
}

function applyToModel(
  model: Map<string, RollupRow>,
  next: RollupRow,
): "written" | "stale" | "repeated" | "conflicts" {
  const key = `${next.bucket} ${next.part}`;
  const standing = model.get(key);
  if (standing === undefined || standing.version < next.version) {
    model.set(key, next);
    return "written";
  }
  if (standing.version > next.version) return "stale";
  return standing.value === next.value ? "repeated" : "conflicts";
}

/** Follows cursors to the end. */
async function readPages(
  store: MetricStore,
  asked: TradeRange,
): Promise<{ readonly rows: readonly TradeRow[]; readonly sizes: readonly number[] }> {
  const pages = [await store.readTrades(asked)];
  for (let cursor = pages[0]?.cursor; cursor !== undefined; cursor = pages.at(-1)?.cursor) {
    pages.push(await store.readTrades({ ...asked, cursor }));
  }
  return {
    rows: pages.flatMap(({ rows }) => rows),
    sizes: pages.map(({ rows }) => rows.length),
  };
}

async function pagesAsSorted(open: () => Promise<Opened<MetricStore>>): Promise<void> {
  const drawnTrade = fc.record({
    time: fc.integer({ min: T0, max: T0 + 3 }),
    sequence: fc.integer({ min: 1, max: 6 }),
    account: fc.constantFrom("main", "hedge"),
    instrument: fc.constantFrom("A", "B", "C"),
  });
  const trades = fc.uniqueArray(drawnTrade, {
    selector: ({ account, instrument, sequence }) => `${account} ${instrument} ${sequence}`,
    maxLength: 30,
  });
  const cut = fc.integer({ min: -1, max: 5 });
  await fc.assert(
    fc.asyncProperty(
      trades,
      cut,
      cut,
      fc.integer({ min: 1, max: 8 }),
      async (drawn, a, b, limit) => {
        const opened = await open();
        try {
          const rows = drawn.map((fields) => trade(fields));
          await opened.store.upsertTrades(rows);
          await opened.settle?.();
          const [from, to] = [T0 + a, T0 + b];
          const expected = rows.filter(({ time }) => time >= from && time < to).sort(byTradeOrder);
          for (const order of ["asc", "desc"] as const) {
            const found = (await readPages(opened.store, { from, to, limit, order })).rows;
            expect(found).toEqual(order === "asc" ? expected : [...expected].reverse());
          }
        } finally {
          await opened.close();
        }
      },
    ),
    { numRuns: 40 },
  );
}

function byTradeOrder(a: TradeRow, b: TradeRow): number {
  if (a.time !== b.time) return a.time - b.time;
  if (a.sequence !== b.sequence) return a.sequence - b.sequence;
  return `${a.account} ${a.instrument}` < `${b.account} ${b.instrument}` ? -1 : 1;
}

function byText([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
