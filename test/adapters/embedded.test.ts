/**
 * What the embedded store promises beyond its ports: transactions, one writer at a time, and an error that says
 * what to do for every way in which a file can be unusable.
 */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  EmbeddedStoreError,
  type EmbeddedStoreErrorKind,
} from "../../lib/adapters/embedded/embedded-store-error.ts";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import type { RollupRow, TradeRow } from "../../lib/core/rollup/row.ts";
import type { EpochUs } from "../../lib/core/units.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const BTC = { account: "main", instrument: "BTC-PERP" };
const CHILD = fileURLToPath(new URL("store-child.ts", import.meta.url));

const rollup = (bucket: number, value = "1"): RollupRow => ({
  ...BTC,
  resolution: "1m",
  bucket: bucket as EpochUs,
  part: "core",
  version: 1,
  value,
});

const trade = (sequence: number): TradeRow => ({
  ...BTC,
  time: sequence as EpochUs,
  sequence,
  tradeId: `T${sequence}`,
  version: 1,
  value: "null",
});

const everything = { ...BTC, resolution: "1m", from: 0, to: 1e15 } as const;

describe("openEmbedded", () => {
  let directory: ReturnType<typeof scratchDirectory>;
  let path: string;
  const open: EmbeddedStore[] = [];

  beforeEach(() => {
    directory = scratchDirectory();
    path = join(directory.path, "data", "store.db");
  });
  afterEach(() => {
    for (const store of open.splice(0)) store.close();
    directory.remove();
  });

  const opened = (...location: Parameters<typeof openEmbedded>): EmbeddedStore => {
    const store = openEmbedded(...location);
    open.push(store);
    return store;
  };
  const failure = (work: () => unknown): EmbeddedStoreError => {
    try {
      work();
    } catch (error) {
      if (error instanceof EmbeddedStoreError) return error;
      throw error;
    }
    throw new Error("expected an EmbeddedStoreError, nothing was thrown");
  };
  const expectFailure = (work: () => unknown, kind: EmbeddedStoreErrorKind): EmbeddedStoreError => {
    const error = failure(work);
    expect(error.kind).toBe(kind);
    expect(error.message).toContain(error.path);
    return error;
  };
  const fill = (at: string, rows = 2_000): void => {
    const store = openEmbedded({ path: at });
    store.transaction((writer) =>
      writer.upsertRollups(Array.from({ length: rows }, (_, i) => rollup(i, "x".repeat(100)))),
    );
    store.close();
  };

  describe("transaction", () => {
    it("writes state, rollups, trades and meta together", async () => {
      const store = opened({ path });
      const outcome = store.transaction((writer) => {
        writer.upsertRollups([rollup(1)]);
        writer.upsertTrades([trade(1)]);
        writer.setMeta("position", "17");
        return writer.commit(BTC, undefined, { epoch: 1, gen: 1, body: "b", summary: "s" });
      });
      expect(outcome).toEqual({ outcome: "committed" });
      expect(await store.metrics.readRollups(everything)).toHaveLength(1);
      expect(await store.metrics.findTrade(BTC.account, BTC.instrument, "T1")).toEqual(trade(1));
      expect(store.meta.get("position")).toBe("17");
    });

    it("undoes all of it when the work throws, and hands the error on as it is", async () => {
      const store = opened({ path });
      const reason = new Error("the fold refused");
      const work = () =>
        store.transaction((writer) => {
          writer.upsertRollups([rollup(1)]);
          writer.upsertTrades([trade(1)]);
          writer.setMeta("position", "17");
          writer.commit(BTC, undefined, { epoch: 1, gen: 1, body: "b", summary: "s" });
          throw reason;
        });
      expect(work).toThrow(reason);
      expect(await store.metrics.readRollups(everything)).toEqual([]);
      expect(await store.metrics.readTrades({ from: 0, to: 9, limit: 9 })).toMatchObject({
        rows: [],
      });
      expect(store.meta.get("position")).toBeUndefined();
      expect(await store.state.load(BTC)).toBeUndefined();
    });

    it("writes names again that an undone transaction had brought", async () => {
      const store = opened({ path });
      const work = () =>
        store.transaction((writer) => {
          writer.upsertRollups([{ ...rollup(1), instrument: "NEW", part: "new" }]);
          throw new Error("undo");
        });
      expect(work).toThrow("undo");
      await store.metrics.upsertRollups([rollup(1)]);
      await store.metrics.upsertRollups([{ ...rollup(1), instrument: "NEW", part: "new" }]);
      const found = await store.metrics.readRollups({ ...everything, instrument: "NEW" });
      expect(found.map(({ part }) => part)).toEqual(["new"]);
      expect(await store.metrics.readRollups(everything)).toHaveLength(1);
    });

    it("is undone as a whole when a write inside it failed, even if the work went on", async () => {
      const store = opened({ path });
      const work = () =>
        store.transaction((writer) => {
          writer.upsertRollups([rollup(1)]);
          expect(() => writer.upsertRollups([rollup(2), rollup(0.5)])).toThrow(RangeError);
        });
      expect(work).toThrow(RangeError);
      expect(await store.metrics.readRollups(everything)).toEqual([]);
      expect((await store.metrics.upsertRollups([rollup(1)])).written).toBe(1);
    });

    it("refuses asynchronous work, and keeps nothing of it", async () => {
      const store = opened({ path });
      const work = () =>
        store.transaction(async (writer) => {
          writer.upsertRollups([rollup(1)]);
        });
      expect(work).toThrow(TypeError);
      expect(await store.metrics.readRollups(everything)).toEqual([]);
    });
  });

  describe("meta", () => {
    it("sets, replaces, removes, and survives a restart", () => {
      const store = opened({ path });
      store.meta.set("position", "1");
      store.meta.set("position", "2");
      store.meta.set("gone", "x");
      store.meta.set("gone", undefined);
      store.close();
      const again = opened({ path });
      expect(again.meta.get("position")).toBe("2");
      expect(again.meta.get("gone")).toBeUndefined();
      expect(again.meta.get("never")).toBeUndefined();
    });
  });

  describe("one writer at a time", () => {
    it("refuses a second writer in this process and names the holder", () => {
      opened({ path });
      const error = expectFailure(() => openEmbedded({ path }), "locked");
      expect(error.holder?.pid).toBe(process.pid);
      expect(error.message).toContain(`process ${process.pid}`);
    });

    it("refuses a second writer in another process, naming the first, until that has closed", () => {
      const store = opened({ path });
      const refused = runChild("open", path);
      expect(refused).toMatchObject({ kind: "locked", holder: { pid: process.pid } });
      store.close();
      expect(runChild("open", path)).toMatchObject({ opened: true });
    });

    it("is free again after its holder was killed", () => {
      const killed = spawnSync(process.execPath, [CHILD, "hold-and-die", path], {
        encoding: "utf8",
      });
      expect(killed.signal).toBe("SIGKILL");
      const store = opened({ path });
      expect(store.meta.get("written-by")).toBe("the one that died");
    });

    it("is free again after an opening that failed", () => {
      mkdirSync(join(directory.path, "data"));
      writeFileSync(path, "not a database, but long enough to be read as one ".repeat(100));
      expectFailure(() => openEmbedded({ path }), "not-a-database");
      writeFileSync(path, "");
      expect(opened({ path }).meta.get("x")).toBeUndefined();
    });

    it("lets readers in beside the writer, who see what is committed as it comes", async () => {
      const store = opened({ path });
      const reader = opened({ path, access: "read" });
      expect(await reader.metrics.readRollups(everything)).toEqual([]);
      await store.metrics.upsertRollups([rollup(1)]);
      expect(await reader.metrics.readRollups(everything)).toEqual([rollup(1)]);
    });

    it("refuses to write through a reader", async () => {
      fill(path, 1);
      const reader = opened({ path, access: "read" });
      await expect(reader.metrics.upsertRollups([rollup(9)])).rejects.toMatchObject({
        kind: "read-only",
      });
      expectFailure(() => reader.meta.set("a", "b"), "read-only");
    });
  });

  describe("a file that cannot be used", () => {
    it.each([
      { bytes: Buffer.from("# my notes\n".repeat(500)), when: "text" },
      { bytes: Buffer.alloc(8192, 0xa5), when: "noise" },
    ])(
      "says that it is not a database when it holds $when, and leaves it as it is",
      ({ bytes }) => {
        mkdirSync(join(directory.path, "data"));
        writeFileSync(path, bytes);
        expectFailure(() => openEmbedded({ path }), "not-a-database");
        expectFailure(() => openEmbedded({ path, access: "read" }), "not-a-database");
        expect(readFileSync(path).equals(bytes)).toBe(true);
      },
    );

    it.each([0.9, 0.5, 0.1])("says that it is damaged when only %d of it is left", (share) => {
      fill(path);
      truncateSync(path, Math.floor(statSync(path).size * share));
      const error = expectFailure(() => opened({ path }), "corrupt");
      expect(error.message).toMatch(/raw archive/);
    });

    it("says that it is damaged when a page inside is overwritten, at the read that meets it", async () => {
      fill(path);
      const bytes = readFileSync(path);
      bytes.fill(0xff, 8192 * 6, 8192 * 12);
      writeFileSync(path, bytes);
      const read = async () => (await opened({ path }).metrics.readRollups(everything)).length;
      await expect(read()).rejects.toMatchObject({ kind: "corrupt" });
    });

    it("leaves the database of another program alone", () => {
      mkdirSync(join(directory.path, "data"));
      const other = new DatabaseSync(path);
      other.exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
      other.close();
      const before = readFileSync(path);
      expectFailure(() => openEmbedded({ path }), "foreign");
      expectFailure(() => openEmbedded({ path, access: "read" }), "foreign");
      expect(readFileSync(path).equals(before)).toBe(true);
    });

    it("names both versions when a newer program wrote it", () => {
      fill(path, 1);
      const newer = new DatabaseSync(path);
      newer.exec("PRAGMA user_version = 77");
      newer.close();
      const error = expectFailure(() => openEmbedded({ path }), "schema");
      expect(error.message).toMatch(/schema 77.*up to \d/);
      expectFailure(() => openEmbedded({ path, access: "read" }), "schema");
    });

    it("says that there is nothing to read, and makes nothing, where no store is", () => {
      expectFailure(() => openEmbedded({ path, access: "read" }), "absent");
      expect(existsSync(join(directory.path, "data"))).toBe(false);
    });

    it("says that the place cannot be reached when it is a directory", () => {
      mkdirSync(path, { recursive: true });
      expectFailure(() => openEmbedded({ path }), "unreachable");
    });

    it("says that the place cannot be reached when a file stands where a directory should", () => {
      writeFileSync(join(directory.path, "data"), "in the way");
      expectFailure(() => openEmbedded({ path }), "unreachable");
    });

    it("says that it is read-only when this user may not write there", () => {
      fill(path, 1);
      asPlainUser(directory.path, () => {
        expectFailure(() => openEmbedded({ path }), "read-only");
        expectFailure(
          () => openEmbedded({ path: join(directory.path, "new", "s.db") }),
          "read-only",
        );
      });
    });

    it("says that it has been closed", async () => {
      const store = opened({ path });
      store.close();
      store.close();
      await expect(store.state.load(BTC)).rejects.toMatchObject({ kind: "closed" });
      await expect(store.metrics.upsertRollups([rollup(1)])).rejects.toMatchObject({
        kind: "closed",
      });
    });
  });

  describe("a full disk", () => {
    it.each([
      { make: () => opened({ path, maxBytes: 400_000 }), when: "a file" },
      { make: () => opened({ temporary: true, maxBytes: 400_000 }), when: "a temporary store" },
    ])("undoes the write that did not fit in $when, and keeps all before it", async ({ make }) => {
      const store = make();
      let kept = 0;
      const writeUntilFull = async () => {
        for (;;) {
          const rows = [0, 1, 2].map((i) => rollup(kept + i, "x".repeat(1_000)));
          await store.metrics.upsertBatch({ rollups: rows, trades: [trade(kept + 1)] });
          kept += 3;
        }
      };
      await expect(writeUntilFull()).rejects.toMatchObject({ kind: "disk-full" });
      expect(kept).toBeGreaterThan(30);
      expect(await store.metrics.readRollups(everything)).toHaveLength(kept);
      const { rows } = await store.metrics.readTrades({ from: 0, to: 1e9, limit: 1_000 });
      expect(rows).toHaveLength(kept / 3);
      await store.metrics.deleteRollupsBefore({ ...BTC, resolution: "1m" }, 30);
      expect((await store.metrics.upsertRollups([rollup(kept)])).written).toBe(1);
    });

    it("opens again with everything that was committed", async () => {
      const store = opened({ path, maxBytes: 400_000 });
      let kept = 0;
      const writeUntilFull = async () => {
        for (; ; kept += 1) await store.metrics.upsertRollups([rollup(kept, "x".repeat(1_000))]);
      };
      await expect(writeUntilFull()).rejects.toMatchObject({ kind: "disk-full" });
      store.close();
      const again = opened({ path });
      expect(await again.metrics.readRollups(everything)).toHaveLength(kept);
      expect((await again.metrics.upsertRollups([rollup(kept)])).written).toBe(1);
    });
  });

  describe("temporary", () => {
    it("is seen by no other, also of the same process", async () => {
      const [one, two] = [opened({ temporary: true }), opened({ temporary: true })];
      await one.metrics.upsertRollups([rollup(1)]);
      expect(await two.metrics.readRollups(everything)).toEqual([]);
      expect(one.path).toBeUndefined();
    });

    it("leaves nothing behind, also when it is killed with more in it than fits in memory", () => {
      const killed = spawnSync(process.execPath, [CHILD, "spill-and-die", "x"], {
        encoding: "utf8",
        env: { ...process.env, TMPDIR: directory.path, SQLITE_TMPDIR: directory.path },
      });
      expect(killed.signal).toBe("SIGKILL");
      const { rows, residentGrowth } = JSON.parse(killed.stdout);
      expect(rows).toBe(60_000);
      expect(residentGrowth).toBeLessThan(160_000_000);
      expect(readdirSync(directory.path)).toEqual([]);
    });
  });

  it("finds a range of one part, and of one instrument's trades, by one search of an index", () => {
    fill(path, 10);
    const db = new DatabaseSync(path, { readOnly: true });
    const plan = (sql: string): string =>
      db
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map((step) => String(step["detail"]))
        .join("; ");
    const rollups =
      "SELECT value FROM rollup WHERE series = 1 AND resolution = 60 AND part = 1 AND bucket >= 5 AND bucket < 9";
    expect(plan(rollups)).toMatch(
      /^SEARCH rollup USING PRIMARY KEY \(.*bucket>\? AND bucket<\?\)$/,
    );
    const trades =
      "SELECT value FROM trade WHERE series IN (1) AND time >= 5 AND time < 9 ORDER BY time, sequence LIMIT 5";
    expect(plan(trades)).toMatch(/^SEARCH trade USING INDEX trade_by_series/);
    db.close();
  });
});

function runChild(role: string, path: string): unknown {
  return JSON.parse(execFileSync(process.execPath, [CHILD, role, path], { encoding: "utf8" }));
}

/** File permissions say nothing to root: it steps down to a user without rights for the length of `work`. */
function asPlainUser(root: string, work: () => void): void {
  const isRoot = process.geteuid?.() === 0;
  chmodSync(root, 0o555);
  if (isRoot) process.seteuid?.(65_534);
  try {
    work();
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(root, 0o755);
  }
}
