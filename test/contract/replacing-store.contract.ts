/** What every ReplacingStore promises: an instrument's state and rows give way to others together, or none does. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RESOLUTIONS } from "../../lib/core/rollup/row.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import type { AtomicStore } from "../../lib/ports/atomic-store.ts";
import type { MetricStore, RowBatch } from "../../lib/ports/metric-store.ts";
import type { ReplacingStore } from "../../lib/ports/replacing-store.ts";
import type { StateKey, StateStore } from "../../lib/ports/state-store.ts";
import type { Opened } from "./opened.ts";

/** The ports of one store: what is replaced is read through the others, and as a whole where the store can. */
export interface ReplacingStores extends ReplacingStore {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly atomic: AtomicStore;
  readonly rowsOf?: (key: StateKey) => Iterable<RowBatch>;
}

export interface ReplacingStoreCapabilities {
  /** Whether every row of one instrument can be had at once, as a place to fold beside needs. */
  readonly rowsOf: "some-at-a-time" | "absent";
}

const BTC: StateKey = { account: "main", instrument: "BTC-PERP" };
const ETH: StateKey = { account: "main", instrument: "ETH-PERP" };
const T0 = 1_758_240_000_000_000;

const snapshot = (epoch: number, gen: number) => {
  return { epoch, gen, body: `body ${epoch}.${gen}`, summary: `summary ${epoch}.${gen}` };
};

function batch(key: StateKey, version: number, buckets: readonly number[]): RowBatch {
  const value = JSON.stringify({ version });
  return {
    rollups: buckets.flatMap((bucket) =>
      ["core", "core+7", "markout.1s"].map((part) => ({
        ...key,
        resolution: "5s" as const,
        bucket: (T0 + bucket * 5_000_000) as EpochUs,
        part,
        version,
        value,
      })),
    ),
    trades: buckets.map((bucket) => ({
      ...key,
      tradeId: `T${bucket}`,
      time: (T0 + bucket * 5_000_000) as EpochUs,
      sequence: bucket + 1,
      version,
      value,
    })),
  };
}

async function everything({ metrics }: ReplacingStores, key: StateKey) {
  const range = { ...key, from: 0, to: Number.MAX_SAFE_INTEGER };
  const rollups = await Promise.all(
    RESOLUTIONS.map((resolution) => metrics.readRollups({ ...range, resolution })),
  );
  const trades = await metrics.readTrades({ ...range, limit: 100_000 });
  return { rollups: rollups.flat(), trades: trades.rows };
}

const sorted = (rows: RowBatch) => ({
  rollups: [...rows.rollups].sort((a, b) => a.bucket - b.bucket || (a.part < b.part ? -1 : 1)),
  trades: rows.trades,
});

export function replacingStoreContract(
  name: string,
  open: () => Promise<Opened<ReplacingStores>>,
  capabilities: ReplacingStoreCapabilities,
): void {
  describe(`${name} as a ReplacingStore`, () => {
    let opened: Opened<ReplacingStores>;
    let store: ReplacingStores;
    beforeEach(async () => {
      opened = await open();
      store = opened.store;
      await store.atomic.commitWithRows(BTC, undefined, snapshot(1, 1), batch(BTC, 101, [0, 1, 2]));
      await store.atomic.commitWithRows(ETH, undefined, snapshot(1, 1), batch(ETH, 101, [0, 1]));
    });
    afterEach(() => opened.close());

    it("replaces every row and the state of one instrument, and nothing of another", async () => {
      const next = snapshot(2, 1);
      const rows = [batch(BTC, 201, [1]), batch(BTC, 201, [5, 6])];
      expect(await store.replace(BTC, { epoch: 1, gen: 1 }, next, rows)).toEqual({
        outcome: "committed",
      });
      expect(await store.state.load(BTC)).toEqual(next);
      expect(await everything(store, BTC)).toEqual(sorted(batch(BTC, 201, [1, 5, 6])));
      expect(await everything(store, ETH)).toEqual(sorted(batch(ETH, 101, [0, 1])));
      expect(await store.state.load(ETH)).toEqual(snapshot(1, 1));
    });

    it.each([
      { expected: { epoch: 1, gen: 9 }, when: "another commit stands" },
      { expected: undefined, when: "one stands where none was expected" },
    ])("replaces nothing when $when", async ({ expected }) => {
      const rows = [batch(BTC, 201, [7])];
      const result = await store.replace(BTC, expected, snapshot(2, 1), rows);
      expect(result).toEqual({ outcome: "stale", current: snapshot(1, 1) });
      expect(await everything(store, BTC)).toEqual(sorted(batch(BTC, 101, [0, 1, 2])));
    });

    it("replaces nothing when the rows cannot be had to their end", async () => {
      function* broken(): Generator<RowBatch> {
        yield batch(BTC, 201, [7]);
        throw new Error("no more");
      }
      const replacing = store.replace(BTC, { epoch: 1, gen: 1 }, snapshot(2, 1), broken());
      await expect(replacing).rejects.toThrow("no more");
      expect(await everything(store, BTC)).toEqual(sorted(batch(BTC, 101, [0, 1, 2])));
      expect(await store.state.load(BTC)).toEqual(snapshot(1, 1));
    });

    it("makes an instrument that was not there", async () => {
      const key = { account: "main", instrument: "SOL-PERP" };
      await store.replace(key, undefined, snapshot(1, 1), [batch(key, 101, [3])]);
      expect(await everything(store, key)).toEqual(sorted(batch(key, 101, [3])));
    });

    it("names no orphan while every row has its state", async () => {
      expect(await store.orphans()).toEqual([]);
    });

    it("names those whose rows stand without a state", async () => {
      const key = { account: "desk-b", instrument: "SOL-PERP" };
      await store.metrics.upsertRollups(batch(key, 1, [0]).rollups);
      expect(await store.orphans()).toEqual([key]);
    });

    it("replaces thousands of rows by thousands", async () => {
      const buckets = Array.from({ length: 3_000 }, (_, index) => index);
      await store.replace(BTC, { epoch: 1, gen: 1 }, snapshot(2, 1), [batch(BTC, 201, buckets)]);
      const rows = [
        batch(BTC, 301, buckets.slice(0, 1_500)),
        batch(BTC, 301, buckets.slice(1_500)),
      ];
      await store.replace(BTC, { epoch: 2, gen: 1 }, snapshot(3, 1), rows);
      expect(await everything(store, BTC)).toEqual(sorted(batch(BTC, 301, buckets)));
    });

    it(`can hand over every row of one instrument: ${capabilities.rowsOf}`, async () => {
      const buckets = Array.from({ length: 3_000 }, (_, index) => index);
      const many = batch(BTC, 301, buckets);
      await store.replace(BTC, { epoch: 1, gen: 1 }, snapshot(3, 1), [many]);
      if (capabilities.rowsOf === "absent") {
        expect(store.rowsOf).toBeUndefined();
        return;
      }
      const parts = [...(store.rowsOf?.(BTC) ?? [])];
      expect(parts.length).toBeGreaterThan(1);
      const rows = {
        rollups: parts.flatMap(({ rollups }) => rollups),
        trades: parts.flatMap(({ trades }) => trades),
      };
      expect(sorted(rows)).toEqual(sorted(many));
      const none = store.rowsOf?.({ account: "main", instrument: "NONE" });
      expect([...(none ?? ["absent"])]).toEqual([]);
    });
  });
}
