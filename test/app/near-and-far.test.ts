/** Two embedded stores as one: it keeps every promise of a store, and asks the dear one only for what is old. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { nearAndFar } from "../../lib/app/near-and-far.ts";
import {
  RESOLUTION_US,
  RESOLUTIONS,
  type Resolution,
  type RollupRow,
  type TradeRow,
} from "../../lib/core/rollup/row.ts";
import { bucketStart, DAY_US, type EpochUs, HOUR_US } from "../../lib/core/units.ts";
import { metricStoreContract } from "../contract/metric-store.contract.ts";

const NOW = Date.UTC(2026, 10, 2, 12) * 1_000;
const KEPT = { "5s": 6 * HOUR_US, "1m": 48 * HOUR_US, "1h": Infinity, "1d": Infinity };

function openBoth(now: number) {
  const [nearStore, farStore] = [
    openEmbedded({ temporary: true }),
    openEmbedded({ temporary: true }),
  ];
  const [near, far] = [nearStore.metrics, farStore.metrics];
  const store = nearAndFar({ near, far, clock: { now: () => now as EpochUs }, nearKept: KEPT });
  const close = () => {
    nearStore.close();
    farStore.close();
  };
  return { near, far, store, close };
}

/** Where the suite's own times lie, as seen from the clock. */
const CLOCKS = {
  "the rows' own day": 1_758_240_000_000_000 + 7 * HOUR_US,
  "all of it far": NOW,
};
for (const [where, now] of Object.entries(CLOCKS)) {
  const open = async () => {
    const { store, close } = openBoth(now);
    return { store, close: async () => close(), reopen: async () => (await open()).store };
  };
  metricStoreContract(`Near and far, ${where},`, open, {
    refusedCall: "changes-nothing",
    reopening: "starts-empty",
    repeatedRow: "stale",
    reusedTradeId: "conflicting",
    deletion: "on-request",
    times: "any",
  });
}

function rollup(resolution: Resolution, time: number, version = 1): RollupRow {
  const bucket = bucketStart(time, RESOLUTION_US[resolution]);
  const value = JSON.stringify({ bucket, version });
  return {
    account: "main",
    instrument: "SOL-PERP",
    resolution,
    bucket,
    part: "core",
    version,
    value,
  };
}

function trade(time: number): TradeRow {
  const sequence = Math.floor(time / 1_000_000);
  const tradeId = `T${sequence}`;
  return {
    account: "main",
    instrument: "SOL-PERP",
    sequence,
    tradeId,
    version: 1,
    time: time as EpochUs,
    value: "{}",
  };
}

const series = { account: "main", instrument: "SOL-PERP" };
const core = (resolution: Resolution) => ({ ...series, resolution, part: "core" });

describe("near and far", () => {
  it("answers as one store that keeps all, whatever near has forgotten", async () => {
    const ago = fc.integer({ min: 0, max: 4 * DAY_US }).map((us) => NOW - us);
    const row = fc.tuple(fc.constantFrom(...RESOLUTIONS), ago);
    const asked = fc.tuple(fc.constantFrom(...RESOLUTIONS), ago, ago);
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 60 }),
        fc.array(asked, { minLength: 1, maxLength: 8 }),
        async (rows, questions) => {
          const { near, store, close } = openBoth(NOW);
          const whole = openEmbedded({ temporary: true });
          const rollups = rows.map(([resolution, time]) => rollup(resolution, time));
          await store.upsertRollups(rollups);
          await whole.metrics.upsertRollups(rollups);
          for (const resolution of ["5s", "1m"] as const) {
            await near.deleteRollupsBefore({ ...series, resolution }, NOW - KEPT[resolution]);
          }
          const ranges = questions.map(([resolution, from, to]) => ({
            ...series,
            resolution,
            from,
            to,
          }));
          const lasts = questions.map(([resolution, before]) => ({ of: core(resolution), before }));
          expect(await store.readRollupRanges(ranges)).toEqual(
            await whole.metrics.readRollupRanges(ranges),
          );
          expect(await store.lastRollupsBefore(lasts)).toEqual(
            await whole.metrics.lastRollupsBefore(lasts),
          );
          whole.close();
          close();
        },
      ),
    );
  });

  it("reads what is recent, what is coarse, and every trade, from near alone", async () => {
    const { near, store, close } = openBoth(NOW);
    const rows = [
      rollup("5s", NOW - HOUR_US),
      rollup("1m", NOW - 40 * HOUR_US),
      rollup("1h", NOW - 80 * DAY_US),
      rollup("1d", NOW - 80 * DAY_US),
    ];
    await near.upsertBatch({ rollups: rows, trades: [trade(NOW - 80 * DAY_US)] });
    const ranges = rows.map(({ resolution, bucket }) => ({
      ...series,
      resolution,
      from: bucket,
      to: NOW,
    }));
    expect((await store.readRollupRanges(ranges)).flat()).toEqual(rows);
    for (const row of rows) {
      expect(await store.lastRollupBefore(core(row.resolution), NOW)).toEqual(row);
    }
    expect((await store.readTrades({ from: 0, to: NOW, limit: 5 })).rows).toHaveLength(1);
    close();
  });

  it("reads what near may have forgotten from far, even where near still has some of it", async () => {
    const { near, far, store, close } = openBoth(NOW);
    const old = [NOW - 8 * HOUR_US, NOW - 7 * HOUR_US].map((time) => rollup("5s", time));
    await far.upsertRollups(old);
    await near.upsertRollups(old.slice(1));
    const range = { ...series, resolution: "5s", from: NOW - 9 * HOUR_US, to: NOW } as const;
    expect(await store.readRollups(range)).toEqual(old);
    await far.upsertRollups([rollup("5s", NOW - 7 * HOUR_US, 2)]);
    expect((await store.lastRollupBefore(core("5s"), NOW))?.version).toBe(2);
    close();
  });

  it("has stored nothing until both have, and says what one of them knew to be at odds", async () => {
    const { near, far, store, close } = openBoth(NOW);
    const row = rollup("1m", NOW - HOUR_US);
    await near.upsertRollups([row]);
    expect(await store.upsertRollups([row])).toMatchObject({ written: 1, conflicting: [] });
    expect(await far.readRollups({ ...series, resolution: "1m", from: 0, to: NOW })).toEqual([row]);
    await far.upsertRollups([{ ...row, version: 2, value: "1" }]);
    const at = await store.upsertRollups([{ ...row, version: 2, value: "2" }]);
    expect(at.conflicting).toHaveLength(1);
    expect(at.written + at.stale).toBe(0);
    close();
  });

  it("fails where one of them does, and is whole when it is called again", async () => {
    const { near, far, store, close } = openBoth(NOW);
    const row = rollup("1m", NOW - HOUR_US);
    const gone = openEmbedded({ temporary: true });
    gone.close();
    const broken = nearAndFar({
      near,
      far: gone.metrics,
      clock: { now: () => NOW as EpochUs },
      nearKept: KEPT,
    });
    await expect(broken.upsertRollups([row])).rejects.toThrow();
    await store.upsertRollups([row]);
    for (const one of [near, far]) {
      expect(await one.lastRollupBefore(core("1m"), NOW)).toEqual(row);
    }
    close();
  });
});
