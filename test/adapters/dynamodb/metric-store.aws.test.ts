/** What the metric store does on a real server beyond the contract: expiry, long ranges, several processes, errors. */
import { describe, expect, it } from "vitest";
import { dynamoDbMetricStore } from "../../../lib/adapters/dynamodb/metric-store.ts";
import type { Table } from "../../../lib/adapters/dynamodb/table.ts";
import { METRICS_TABLE } from "../../../lib/adapters/dynamodb/tables.ts";
import { DEFAULT_RETENTION } from "../../../lib/core/rollup/ladder.ts";
import { RESOLUTIONS, type RollupRow } from "../../../lib/core/rollup/row.ts";
import { DAY_US, type EpochUs, HOUR_US, MINUTE_US } from "../../../lib/core/units.ts";
import type { MetricStore } from "../../../lib/ports/metric-store.ts";
import { emulatorClient, openingTable } from "./emulated-table.ts";
import { incompressible } from "./incompressible.ts";

const T0 = 1_758_240_000_000_000 as EpochUs;
/** Far ahead of the machine's clock, so that the emulator itself deletes nothing. */
const FUTURE = 4_102_444_800_000_000;
const ROLLUP: RollupRow = {
  account: "main",
  instrument: "BTC-PERP",
  resolution: "1m",
  bucket: T0,
  part: "core",
  version: 7,
  value: "{}",
};
const ALL_TIME = { ...ROLLUP, from: 0, to: 4_000_000_000_000_000 };

/** Runs with a store whose clock the test moves, and with others on the same table. */
async function withStore(
  work: (opened: {
    readonly store: MetricStore;
    readonly clock: { time: number };
    readonly another: () => MetricStore;
  }) => Promise<void>,
): Promise<void> {
  const clock = { time: FUTURE };
  const open = (table: Table) =>
    dynamoDbMetricStore({
      ...table,
      clock: { now: () => clock.time as EpochUs },
      retention: DEFAULT_RETENTION,
    });
  const opened = await openingTable(METRICS_TABLE, (table) => table)();
  const { store: table } = opened;
  try {
    await work({ store: open(table), clock, another: () => open(table) });
  } finally {
    await opened.close();
  }
}

describe("what has expired", () => {
  it.each([
    { resolution: "5s", lives: 48 * HOUR_US + MINUTE_US },
    { resolution: "1m", lives: 35 * DAY_US + HOUR_US },
    { resolution: "1h", lives: 400 * DAY_US + DAY_US },
  ] as const)("is gone for every read, of $resolution to the second", async (asked) => {
    await withStore(async ({ store, clock }) => {
      const row = { ...ROLLUP, resolution: asked.resolution };
      await store.upsertRollups([row]);
      const range = { ...ALL_TIME, resolution: asked.resolution };
      clock.time = FUTURE + asked.lives - 1;
      expect(await store.readRollups(range)).toEqual([row]);
      expect(await store.lastRollupBefore(row, T0 + 1)).toEqual(row);
      clock.time += 1;
      expect(await store.readRollups(range)).toEqual([]);
      expect(await store.lastRollupBefore(row, T0 + 1)).toBeUndefined();
    });
  });

  it("stands in nobody's way: an older version may be written again", async () => {
    await withStore(async ({ store, clock }) => {
      await store.upsertRollups([ROLLUP]);
      const older = { ...ROLLUP, version: 1, value: "again" };
      expect((await store.upsertRollups([older])).stale).toBe(1);
      clock.time += 36 * DAY_US;
      expect((await store.upsertRollups([older])).written).toBe(1);
      expect(await store.readRollups(ALL_TIME)).toEqual([older]);
    });
  });

  it("is never a day: those are kept for ever", async () => {
    await withStore(async ({ store, clock }) => {
      await store.upsertRollups(RESOLUTIONS.map((resolution) => ({ ...ROLLUP, resolution })));
      clock.time += 10_000 * DAY_US;
      const found = await Promise.all(
        RESOLUTIONS.map((resolution) => store.readRollups({ ...ALL_TIME, resolution })),
      );
      expect(found.map((rows) => rows.length)).toEqual([0, 0, 0, 1]);
    });
  });
});

it("reads a range of many megabytes", async () => {
  await withStore(async ({ store }) => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      ...ROLLUP,
      bucket: (T0 + i * MINUTE_US) as EpochUs,
      value: incompressible(40_000),
    }));
    await store.upsertRollups(rows);
    const found = await store.readRollups(ALL_TIME);
    expect(found.map(({ bucket }) => bucket)).toEqual(rows.map(({ bucket }) => bucket));
    expect(found.every(({ value }) => value === rows[0]?.value)).toBe(true);
  });
});

it("finds families that another process wrote meanwhile", async () => {
  await withStore(async ({ store, another }) => {
    const other = another();
    await store.upsertRollups([ROLLUP]);
    await other.upsertRollups([{ ...ROLLUP, part: "markout.5s" }]);
    await store.upsertRollups([{ ...ROLLUP, part: "quoting" }]);
    for (const each of [store, other, another()]) {
      const parts = (await each.readRollups(ALL_TIME)).map(({ part }) => part);
      expect(parts).toEqual(["core", "markout.5s", "quoting"]);
    }
  });
});

it("names the table that is missing, and what to do", async () => {
  const store = dynamoDbMetricStore({
    client: emulatorClient(),
    name: "never-made",
    clock: { now: () => T0 },
    retention: DEFAULT_RETENTION,
  });
  await expect(store.findTrade("main", "BTC-PERP", "T1")).rejects.toMatchObject({
    kind: "table-missing",
    isTransient: false,
    message: expect.stringContaining("never-made"),
  });
});
