/** What every AtomicStore promises: a commit and its rows stand together, or neither does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RollupRow, TradeRow } from "../../lib/core/rollup/row.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { AtomicStore } from "../../lib/ports/atomic-store.ts";
import type { MetricStore, RowBatch } from "../../lib/ports/metric-store.ts";
import type { StateKey, StateStore } from "../../lib/ports/state-store.ts";
import type { Opened } from "./opened.ts";

/** The three ports of one store: what `atomic` writes is read through the others. */
export interface AtomicStores {
  readonly atomic: AtomicStore;
  readonly state: StateStore;
  readonly metrics: MetricStore;
}

export interface AtomicStoreCapabilities {
  /** What stands after closing and opening again. */
  readonly reopening: "keeps-all" | "starts-empty";
}

const BTC: StateKey = { account: "main", instrument: "BTC-PERP" };
const T0 = 1_758_240_000_000_000;
const HOUR = { resolution: "1h", from: T0, to: T0 + 3_600_000_000 } as const;

const snapshot = (gen: number) => ({ epoch: 1, gen, body: `body ${gen}`, summary: `${gen}` });

function batch(version: number, bucket: number = T0): RowBatch {
  const value = JSON.stringify({ version });
  const rollup: RollupRow = {
    ...BTC,
    resolution: "1h",
    bucket: bucket as EpochUs,
    part: "core",
    version,
    value,
  };
  const trade: TradeRow = {
    ...BTC,
    tradeId: "t1",
    time: T0 as EpochUs,
    sequence: 1,
    version,
    value,
  };
  return { rollups: [rollup], trades: [trade] };
}

export function atomicStoreContract(
  name: string,
  open: () => Promise<Opened<AtomicStores>>,
  { reopening }: AtomicStoreCapabilities,
): void {
  describe(`${name} as an AtomicStore`, () => {
    let opened: Opened<AtomicStores>;
    let store: AtomicStores;

    beforeEach(async () => {
      opened = await open();
      store = opened.store;
    });
    afterEach(() => opened.close());

    const rollupVersions = async () =>
      (await store.metrics.readRollups({ ...BTC, ...HOUR })).map(({ version }) => version);
    const tradeVersion = async () =>
      (await store.metrics.findTrade(BTC.account, BTC.instrument, "t1"))?.version;

    it("writes the snapshot and the rows, and says what became of each", async () => {
      expect(await store.atomic.commitWithRows(BTC, undefined, snapshot(1), batch(1))).toEqual({
        result: { outcome: "committed" },
        rows: {
          rollups: { written: 1, stale: 0, conflicting: [] },
          trades: { written: 1, stale: 0, conflicting: [] },
        },
      });
      expect(await store.state.load(BTC)).toEqual(snapshot(1));
      expect(await rollupVersions()).toEqual([1]);
      expect(await tradeVersion()).toBe(1);
    });

    it("writes no row of a commit that came too late, and hands over what stands", async () => {
      await store.atomic.commitWithRows(BTC, undefined, snapshot(1), batch(1));
      expect(await store.atomic.commitWithRows(BTC, undefined, snapshot(9), batch(9))).toEqual({
        result: { outcome: "stale", current: snapshot(1) },
        rows: undefined,
      });
      expect(await store.state.load(BTC)).toEqual(snapshot(1));
      expect(await rollupVersions()).toEqual([1]);
      expect(await tradeVersion()).toBe(1);
    });

    it("commits nothing when a row is refused, not even the rows before it", async () => {
      const refused = { rollups: [...batch(1).rollups, ...batch(1, -1).rollups], trades: [] };
      const commit = store.atomic.commitWithRows(BTC, undefined, snapshot(1), refused);
      await expect(commit).rejects.toThrow(RangeError);
      expect(await store.state.load(BTC)).toBeUndefined();
      expect(await rollupVersions()).toEqual([]);
    });

    it("commits beside rows that stand already, and ignores those", async () => {
      await store.metrics.upsertBatch(batch(5));
      const { result, rows } = await store.atomic.commitWithRows(
        BTC,
        undefined,
        snapshot(1),
        batch(3),
      );
      expect(result).toEqual({ outcome: "committed" });
      expect(rows?.rollups).toEqual({ written: 0, stale: 1, conflicting: [] });
      expect(rows?.trades).toEqual({ written: 0, stale: 1, conflicting: [] });
      expect(await rollupVersions()).toEqual([5]);
    });

    it("takes commits of either kind in turn", async () => {
      await store.atomic.commitWithRows(BTC, undefined, snapshot(1), batch(1));
      expect(await store.state.commit(BTC, snapshot(1), snapshot(2))).toEqual({
        outcome: "committed",
      });
      const third = await store.atomic.commitWithRows(BTC, snapshot(2), snapshot(3), batch(3));
      expect(third.result).toEqual({ outcome: "committed" });
      expect(await rollupVersions()).toEqual([3]);
    });

    it(`${reopening === "keeps-all" ? "keeps" : "forgets"} both over a restart`, async () => {
      await store.atomic.commitWithRows(BTC, undefined, snapshot(1), batch(1));
      store = await opened.reopen();
      const kept = reopening === "keeps-all";
      expect(await store.state.load(BTC)).toEqual(kept ? snapshot(1) : undefined);
      expect(await rollupVersions()).toEqual(kept ? [1] : []);
      expect(await tradeVersion()).toBe(kept ? 1 : undefined);
    });
  });
}
