/**
 * What the PostgreSQL store promises beyond its ports: an error that says what to do for each way in which a server
 * can be missing, wrong, busy or lost; nothing lost and nothing half written; partitions that come and go with time.
 */
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  openPostgres,
  type PostgresLocation,
  type PostgresStore,
} from "../../../lib/adapters/postgres/open-postgres.ts";
import {
  explainStoreError,
  PostgresStoreError,
  type PostgresStoreErrorKind,
} from "../../../lib/adapters/postgres/postgres-store-error.ts";
import { RESOLUTION_US, type RollupRow, type TradeRow } from "../../../lib/core/rollup/row.ts";
import { DAY_US, type EpochUs, HOUR_US } from "../../../lib/core/units.ts";
import type { RowBatch } from "../../../lib/ports/metric-store.ts";
import { type CuttingProxy, cuttingProxy } from "./cutting-proxy.ts";
import { freshSchema } from "./fresh-schema.ts";
import { startServer, type TestServer } from "./server.ts";
import { packagedDirectory } from "./server-binaries.ts";

const BTC = { account: "main", instrument: "BTC-PERP" };
const T0 = 1_758_240_000_000_000;
const FIRST = { epoch: 1, gen: 1, body: "b1", summary: "s1" };
const SECOND = { epoch: 1, gen: 2, body: "b2", summary: "s2" };

const rollup = (fields: Partial<RollupRow> = {}): RollupRow => ({
  ...BTC,
  resolution: "1m",
  bucket: T0 as EpochUs,
  part: "core",
  version: 1,
  value: '{"trades":1}',
  ...fields,
});

const trade = (sequence: number): TradeRow => ({
  ...BTC,
  time: (T0 + sequence) as EpochUs,
  sequence,
  tradeId: `T${sequence}`,
  version: 1,
  value: '{"price":"100.5"}',
});

/** Rows of every resolution, and trades. */
const batch = (count: number): RowBatch => ({
  rollups: (["5s", "1m", "1h", "1d"] as const).flatMap((resolution) =>
    Array.from({ length: count }, (_, i) =>
      rollup({ resolution, bucket: (T0 + i * RESOLUTION_US[resolution]) as EpochUs }),
    ),
  ),
  trades: Array.from({ length: count }, (_, i) => trade(i + 1)),
});

const everything = (resolution: RollupRow["resolution"] = "1m") =>
  ({ ...BTC, resolution, from: 0, to: Number.POSITIVE_INFINITY }) as const;

describe("openPostgres", () => {
  let server: TestServer;
  let proxy: CuttingProxy;
  let schema: string;
  const open: PostgresStore[] = [];
  const clients: Client[] = [];

  beforeAll(async () => {
    // The server from npm, whatever the others run on: each release tests two versions.
    server = await startServer({ directory: packagedDirectory(), isPackaged: true });
    proxy = await cuttingProxy(server.url);
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.remove();
  });
  beforeEach(() => {
    schema = freshSchema();
    proxy.mend();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.end();
    for (const store of open.splice(0)) await store.close();
  });

  const opened = async (location: Partial<PostgresLocation> = {}): Promise<PostgresStore> => {
    const store = await openPostgres({ url: server.url, schema, ...location });
    open.push(store);
    return store;
  };
  const admin = async (url = server.url): Promise<Client> => {
    const client = new Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    clients.push(client);
    return client;
  };
  const failure = async (work: Promise<unknown>): Promise<PostgresStoreError> => {
    const error = await work.then(
      () => new Error("expected a PostgresStoreError, nothing was thrown"),
      (thrown: unknown) => thrown,
    );
    if (error instanceof PostgresStoreError) return error;
    throw error;
  };
  const at = (change: (url: URL) => void): string => {
    const url = new URL(server.url);
    change(url);
    return url.href;
  };
  const partitionsOf = async (resolution: string): Promise<string[]> => {
    const client = await admin();
    const { rows } = await client.query(
      "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::regclass ORDER BY 1",
      [`${schema}.rollup_${resolution}`],
    );
    return rows.map(({ name }) => String(name).replace(`${schema}.`, ""));
  };

  describe("a server that cannot be used", () => {
    it.each([
      { port: "1", when: "nobody listens" },
      { port: "", when: "there is no such host" },
    ])("is unreachable when $when, which may pass", async ({ port }) => {
      const url = at((to) => {
        if (port === "") to.hostname = "postgres.invalid";
        else to.port = port;
      });
      const error = await failure(openPostgres({ url, schema, waitMs: 2_000 }));
      expect(error).toMatchObject({ kind: "unreachable", isTransient: true });
      expect(error.message).toContain(new URL(url).hostname);
      expect(error.message).toMatch(/start the server/);
    });

    it("refuses a user it does not know, and no message holds the password", async () => {
      const url = at((to) => {
        to.username = "stranger";
        to.password = "s3cret";
      });
      const error = await failure(openPostgres({ url, schema }));
      expect(error).toMatchObject({ kind: "refused", isTransient: false });
      expect(error.message).toContain("stranger");
      expect(error.message).not.toContain("s3cret");
    });

    it("says that there is no such database", async () => {
      const url = at((to) => {
        to.pathname = "/nowhere";
      });
      const error = await failure(openPostgres({ url, schema }));
      expect(error).toMatchObject({ kind: "no-database", isTransient: false });
      expect(error.message).toMatch(/createdb/);
    });

    it("says that this user may not make the tables", async () => {
      const client = await admin();
      await client.query("CREATE ROLE reader LOGIN");
      const url = at((to) => {
        to.username = "reader";
      });
      expect((await failure(openPostgres({ url, schema }))).kind).toBe("not-permitted");
    });

    it("says that a standby takes no writes", async () => {
      await (await opened()).close();
      const url = at((to) => {
        to.searchParams.set("options", "-c default_transaction_read_only=on");
      });
      const store = await opened({ url, access: "read" });
      expect(await store.state.keys()).toEqual([]);
      const error = await failure(store.state.commit(BTC, undefined, FIRST));
      expect(error).toMatchObject({ kind: "read-only", isTransient: false });
    });

    it("refuses an encoding that cannot hold every name", async () => {
      const client = await admin();
      await client.query("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'");
      const url = at((to) => {
        to.pathname = "/latin";
      });
      const error = await failure(openPostgres({ url, schema }));
      expect(error.kind).toBe("encoding");
      expect(error.message).toContain("LATIN1");
    });

    it.each(["Brawler", "a b", "x; DROP SCHEMA public", "", "x".repeat(64)])(
      "refuses %j as the name of a schema",
      async (name) => {
        await expect(openPostgres({ url: server.url, schema: name })).rejects.toThrow(RangeError);
      },
    );
  });

  describe("the schema", () => {
    it("is made once when many open it at the same time", async () => {
      const stores = await Promise.all(Array.from({ length: 6 }, () => opened()));
      for (const [i, store] of stores.entries()) {
        const instrument = `I${i}`;
        expect(await store.state.commit({ ...BTC, instrument }, undefined, FIRST)).toEqual({
          outcome: "committed",
        });
      }
      expect(await stores[0]?.state.keys()).toHaveLength(6);
    });

    it("of another program is left as it is", async () => {
      const client = await admin();
      await client.query(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.theirs (a integer)`);
      const error = await failure(openPostgres({ url: server.url, schema }));
      expect(error.kind).toBe("foreign");
      const { rows } = await client.query(
        "SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace",
        [schema],
      );
      expect(rows).toEqual([{ relname: "theirs" }]);
    });

    it("may have been made empty by who owns the database", async () => {
      const client = await admin();
      await client.query(`CREATE SCHEMA ${schema}`);
      expect((await opened()).layout).toBe("partitions");
    });

    it("names both versions when a newer program wrote it", async () => {
      await (await opened()).close();
      const client = await admin();
      await client.query(`INSERT INTO ${schema}.migration VALUES (77, 'later.sql')`);
      for (const access of ["write", "read"] as const) {
        const error = await failure(openPostgres({ url: server.url, schema, access }));
        expect(error.kind).toBe("schema");
        expect(error.message).toMatch(/version 4 .*up to 3/);
      }
    });

    it("is asked for before a store is read, and not made by that", async () => {
      const error = await failure(openPostgres({ url: server.url, schema, access: "read" }));
      expect(error.kind).toBe("schema");
      const client = await admin();
      const { rows } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [
        schema,
      ]);
      expect(rows).toEqual([]);
    });

    it("keeps two stores of one database apart", async () => {
      const first = await opened();
      const second = await opened({ schema: freshSchema() });
      await first.metrics.upsertRollups([rollup()]);
      await first.state.commit(BTC, undefined, FIRST);
      expect(await second.metrics.readRollups(everything())).toEqual([]);
      expect(await second.state.keys()).toEqual([]);
      await second.metrics.upsertRollups([rollup({ value: "second" })]);
      expect(await first.metrics.readRollups(everything())).toEqual([rollup()]);
    });
  });

  describe("connections", () => {
    it("are waited for, but not for ever: then the store is busy and says what to do", async () => {
      const store = await opened({ connections: 2, waitMs: 400 });
      await store.state.commit(BTC, undefined, FIRST);
      const client = await admin();
      await client.query(`BEGIN; LOCK TABLE ${schema}.state IN ACCESS EXCLUSIVE MODE`);
      const held = [store.state.keys(), store.state.keys()];
      const error = await failure(store.state.load(BTC));
      expect(error).toMatchObject({ kind: "busy", isTransient: true });
      expect(error.message).toMatch(/All 2 connections .* 400 ms/);
      await client.query("ROLLBACK");
      expect(await Promise.all(held)).toEqual([[BTC], [BTC]]);
      expect(await store.state.load(BTC)).toEqual(FIRST);
    });

    it("serve many more calls than there are connections", async () => {
      const store = await opened({ connections: 2 });
      const writes = Array.from({ length: 100 }, (_, i) =>
        store.metrics.upsertBatch({
          rollups: [rollup({ bucket: (T0 + i * RESOLUTION_US["1m"]) as EpochUs })],
          trades: [trade(i + 1)],
        }),
      );
      await Promise.all(writes);
      expect(await store.metrics.readRollups(everything())).toHaveLength(100);
    });

    it("are replaced when the server ended them while nobody used them", async () => {
      const store = await opened();
      await store.state.commit(BTC, undefined, FIRST);
      const client = await admin();
      await endOthers(client, schema);
      await untilTransientFailuresPass(async () => {
        expect(await store.state.load(BTC)).toEqual(FIRST);
      });
    });

    it("that end under a waiting call make it fail as lost, and nothing of it stands", async () => {
      const store = await opened();
      await store.state.commit(BTC, undefined, FIRST);
      const client = await admin();
      await client.query(`BEGIN; LOCK TABLE ${schema}.trade IN ACCESS EXCLUSIVE MODE`);
      const waiting = failure(store.metrics.upsertBatch(batch(3)));
      await untilSomeoneWaits(client);
      await endOthers(client, schema);
      expect(await waiting).toMatchObject({ kind: "connection-lost", isTransient: true });
      await client.query("ROLLBACK");
      expect(await store.metrics.readRollups(everything())).toEqual([]);
      expect((await store.metrics.upsertBatch(batch(3))).trades.written).toBe(3);
    });

    it("are not held for ever by a statement that takes too long", async () => {
      const store = await opened({ statementMs: 300 });
      await store.state.commit(BTC, undefined, FIRST);
      const client = await admin();
      await client.query(`BEGIN; LOCK TABLE ${schema}.state IN ACCESS EXCLUSIVE MODE`);
      const error = await failure(store.state.commit(BTC, FIRST, SECOND));
      expect(error).toMatchObject({ kind: "cancelled", isTransient: true });
      await client.query("ROLLBACK");
      expect(await store.state.commit(BTC, FIRST, SECOND)).toEqual({ outcome: "committed" });
    });

    it("are given back when the store is closed, after which it says so", async () => {
      const store = await opened();
      const last = store.metrics.upsertRollups([rollup()]);
      await last;
      await store.close();
      await store.close();
      expect(await failure(store.state.load(BTC))).toMatchObject({ kind: "closed" });
      expect(await failure(store.metrics.upsertBatch(batch(1)))).toMatchObject({ kind: "closed" });
      const client = await admin();
      const { rows } = await client.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'brawler' AND query LIKE '%' || $1 || '%'",
        [schema],
      );
      expect(rows).toEqual([]);
    });
  });

  describe("a connection that is cut", () => {
    it("anywhere in a commit with its rows leaves all or nothing, and sending again completes it", async () => {
      const store = await opened({ url: proxy.url, connections: 1 });
      const instruments = Array.from({ length: 24 }, (_, i) => `I${i}`);
      const of = (instrument: string): RowBatch => ({
        rollups: batch(3).rollups.map((row) => ({ ...row, instrument })),
        trades: batch(3).trades.map((row) => ({ ...row, instrument })),
      });
      const commit = (instrument: string) =>
        store.atomic.commitWithRows({ ...BTC, instrument }, undefined, FIRST, of(instrument));
      await commit("warm");
      await store.atomic.commitWithRows(
        { ...BTC, instrument: "measured" },
        undefined,
        FIRST,
        of("measured"),
      );
      proxy.countBytes();
      await store.metrics.upsertBatch(of("measured"));
      const length = proxy.countBytes();
      const found: string[] = [];
      for (const [i, instrument] of instruments.entries()) {
        proxy.cutAfter(Math.floor((length * 1.3 * i) / instruments.length));
        const first = await commit(instrument).catch((error: unknown) => error);
        proxy.mend();
        found.push(await standingAfter(store, instrument, first));
        await commit(instrument);
        expect(await rowsOf(store, instrument)).toEqual([3, 3]);
      }
      expect(new Set(found)).toEqual(new Set(["nothing", "all"]));
    });

    it("when the answer to a commit is lost is told as unknown, and reading tells the truth", async () => {
      const store = await opened({ url: proxy.url, connections: 1 });
      await store.metrics.upsertBatch(batch(1));
      proxy.cutAnswerTo("COMMIT");
      const error = await failure(store.atomic.commitWithRows(BTC, undefined, FIRST, batch(2)));
      expect(error).toMatchObject({ kind: "outcome-unknown", isTransient: true });
      expect(error.message).toMatch(/all of this call may stand, or nothing/);
      proxy.mend();
      expect(await store.state.load(BTC)).toEqual(FIRST);
      const again = await store.metrics.upsertBatch(batch(2));
      expect(again.trades).toEqual({ written: 0, stale: 2, conflicting: [] });
    });

    it("when the answer to a single write is lost is told as unknown too", async () => {
      const store = await opened({ url: proxy.url, connections: 1 });
      await store.state.commit(BTC, undefined, FIRST);
      proxy.cutAnswerTo("b2");
      const error = await failure(store.state.commit(BTC, FIRST, SECOND));
      expect(error.kind).toBe("outcome-unknown");
      proxy.mend();
      expect(await store.state.load(BTC)).toEqual(SECOND);
    });

    it("while reading is told as lost, and reading again is enough", async () => {
      const store = await opened({ url: proxy.url, connections: 1 });
      await store.metrics.upsertRollups([rollup()]);
      await store.metrics.readRollups(everything());
      proxy.cutAnswerTo("rollup-read");
      const error = await failure(store.metrics.readRollups(everything()));
      expect(error).toMatchObject({ kind: "connection-lost", isTransient: true });
      proxy.mend();
      expect(await store.metrics.readRollups(everything())).toEqual([rollup()]);
    });
  });

  describe("a server that is restarted", () => {
    it("is found again by the same store, with everything that was committed", async () => {
      const store = await opened();
      await store.atomic.commitWithRows(BTC, undefined, FIRST, batch(2));
      await server.stop();
      const error = await failure(store.state.commit(BTC, FIRST, SECOND));
      expect(error.isTransient).toBe(true);
      await server.start();
      await untilTransientFailuresPass(async () => {
        expect(await store.state.load(BTC)).toEqual(FIRST);
      });
      expect(await store.state.commit(BTC, FIRST, SECOND)).toEqual({ outcome: "committed" });
      expect(await store.metrics.readRollups(everything())).toHaveLength(2);
    });
  });

  describe("partitions", () => {
    const minute = (days: number, fields: Partial<RollupRow> = {}) =>
      rollup({ bucket: (T0 + days * DAY_US) as EpochUs, ...fields });

    it("come with the times that are written, and go when they are empty", async () => {
      const store = await opened();
      expect(await partitionsOf("1m")).toEqual([]);
      await store.metrics.upsertRollups([minute(0), minute(1), minute(20), minute(40)]);
      expect(await partitionsOf("1m")).toHaveLength(3);
      const deleted = await store.metrics.deleteRollupsBefore(
        { ...BTC, resolution: "1m" },
        T0 + 30 * DAY_US,
      );
      expect(deleted).toBe(3);
      expect(await partitionsOf("1m")).toHaveLength(1);
      expect(await store.metrics.readRollups(everything())).toEqual([minute(40)]);
    });

    it("stay while another instrument has rows in them", async () => {
      const store = await opened();
      const other = minute(0, { instrument: "ETH-PERP" });
      await store.metrics.upsertRollups([minute(0), other]);
      await store.metrics.deleteRollupsBefore({ ...BTC, resolution: "1m" }, T0 + 30 * DAY_US);
      expect(await partitionsOf("1m")).toHaveLength(1);
      expect(await store.metrics.readRollups({ ...everything(), instrument: "ETH-PERP" })).toEqual([
        other,
      ]);
    });

    it("that another process dropped are made again by who writes there next", async () => {
      const [writer, cleaner] = [await opened(), await opened()];
      await writer.metrics.upsertRollups([minute(0)]);
      await cleaner.metrics.deleteRollupsBefore({ ...BTC, resolution: "1m" }, T0 + 30 * DAY_US);
      expect(await partitionsOf("1m")).toEqual([]);
      expect(
        (await writer.metrics.upsertBatch({ rollups: [minute(0)], trades: [trade(1)] })).rollups
          .written,
      ).toBe(1);
      expect(await writer.metrics.readRollups(everything())).toEqual([minute(0)]);
    });

    it("are made once when many write to the same new time", async () => {
      const stores = await Promise.all([opened(), opened(), opened()]);
      const writes = stores.flatMap((store, i) =>
        Array.from({ length: 5 }, (_, j) =>
          store.metrics.upsertRollups([rollup({ part: `p${i}${j}` })]),
        ),
      );
      await Promise.all(writes);
      expect(await stores[0]?.metrics.readRollups(everything())).toHaveLength(15);
    });

    it("are cleaned by a job in the database, by what each instrument's newest hour leaves", async () => {
      const store = await opened();
      const newest = (days: number, instrument: string) =>
        minute(days, { instrument, resolution: "1h" });
      await store.metrics.upsertRollups([
        newest(100, "BTC-PERP"),
        newest(40, "ETH-PERP"),
        ...[0, 30, 66, 99].map((days) => minute(days)),
        ...[0, 30].map((days) => minute(days, { instrument: "ETH-PERP" })),
      ]);
      const client = await admin();
      const { rows } = await client.query(`SELECT ${schema}.clean_up() AS deleted`);
      expect(rows).toEqual([{ deleted: "3" }]);
      const days = async (instrument: string) =>
        (await store.metrics.readRollups({ ...everything(), instrument })).map(
          ({ bucket }) => (bucket - T0) / DAY_US,
        );
      expect(await days("BTC-PERP")).toEqual([66, 99]);
      expect(await days("ETH-PERP")).toEqual([30]);
      expect(await partitionsOf("1m")).toHaveLength(3);
    });

    it("are cleaned by the retention that the store was opened with", async () => {
      const retention = {
        "5s": HOUR_US,
        "1m": DAY_US,
        "1h": 9 * DAY_US,
        "1d": Number.POSITIVE_INFINITY,
      };
      const store = await opened({ retention });
      await store.metrics.upsertRollups([minute(5, { resolution: "1h" }), minute(0), minute(5)]);
      const client = await admin();
      await client.query(`SELECT ${schema}.clean_up()`);
      expect(await store.metrics.readRollups(everything())).toEqual([minute(5)]);
    });
  });

  describe("views", () => {
    it("show names and times as people read them", async () => {
      const store = await opened();
      await store.metrics.upsertBatch(batch(2));
      const client = await admin();
      await client.query(`SET search_path = ${schema}; SET timezone = 'UTC'`);
      const trades = await client.query(
        "SELECT instrument, at::text, trade ->> 'price' AS price FROM trades ORDER BY at",
      );
      expect(trades.rows[0]).toEqual({
        instrument: "BTC-PERP",
        at: "2025-09-19 00:00:00.000001+00",
        price: "100.5",
      });
      const rollups = await client.query(
        "SELECT resolution, bucket::text, part FROM rollups WHERE resolution = '1h' ORDER BY bucket",
      );
      expect(rollups.rows).toEqual([
        { resolution: "1h", bucket: "2025-09-19 00:00:00+00", part: "core" },
        { resolution: "1h", bucket: "2025-09-19 01:00:00+00", part: "core" },
      ]);
      const hours = await client.query("SELECT hour::text, trades FROM trades_by_hour");
      expect(hours.rows).toEqual([{ hour: "2025-09-19 00:00:00+00", trades: "2" }]);
    });
  });
});

describe("explainStoreError", () => {
  const coded = (code: string, message = "reason") => Object.assign(new Error(message), { code });

  it.each<{
    code: string;
    phase: "connect" | "work" | "write";
    kind: PostgresStoreErrorKind;
    isTransient: boolean;
  }>([
    { code: "53100", phase: "write", kind: "disk-full", isTransient: false },
    { code: "53300", phase: "connect", kind: "busy", isTransient: true },
    { code: "57P03", phase: "connect", kind: "unreachable", isTransient: true },
    { code: "28P01", phase: "connect", kind: "refused", isTransient: false },
    { code: "40001", phase: "write", kind: "contention", isTransient: true },
    { code: "40P01", phase: "work", kind: "contention", isTransient: true },
    { code: "54000", phase: "write", kind: "too-long", isTransient: false },
    { code: "57P01", phase: "work", kind: "connection-lost", isTransient: true },
    { code: "57P01", phase: "write", kind: "outcome-unknown", isTransient: true },
    { code: "08006", phase: "write", kind: "outcome-unknown", isTransient: true },
    { code: "ECONNRESET", phase: "connect", kind: "unreachable", isTransient: true },
    { code: "ETIMEDOUT", phase: "work", kind: "connection-lost", isTransient: true },
  ])("calls $code in phase $phase $kind", ({ code, phase, kind, isTransient }) => {
    const error = explainStoreError(coded(code), "db:5432/x", phase);
    expect(error).toBeInstanceOf(PostgresStoreError);
    expect(error).toMatchObject({ kind, isTransient });
    expect((error as Error).message).toMatch(/db:5432\/x.*reason/);
  });

  it.each(["22P02", "42601", "23505"])("leaves %s alone: it is our own mistake", (code) => {
    const error = coded(code);
    expect(explainStoreError(error, "db", "work")).toBe(error);
  });
});

const COMMITTED = { outcome: "committed" };

/** How many minutes and trades stand. */
async function rowsOf(store: PostgresStore, instrument: string): Promise<readonly number[]> {
  const minutes = await store.metrics.readRollups({ ...everything(), instrument });
  const trades = await store.metrics.readTrades({ instrument, ...ALL, limit: 9 });
  return [minutes.length, trades.rows.length];
}

/** What a commit left, whose call ended like that; anything between all and nothing fails. */
async function standingAfter(
  store: PostgresStore,
  instrument: string,
  ended: unknown,
): Promise<"all" | "nothing"> {
  const isLost = ended instanceof PostgresStoreError;
  expect(ended).toMatchObject(isLost ? { isTransient: true } : { result: COMMITTED });
  const state = await store.state.load({ ...BTC, instrument });
  expect(await rowsOf(store, instrument)).toEqual(state === undefined ? [0, 0] : [3, 3]);
  return state === undefined ? "nothing" : "all";
}

const ALL = { from: 0, to: Number.POSITIVE_INFINITY } as const;

/** Ends the connections of the stores of one schema. */
async function endOthers(client: Client, schema: string): Promise<void> {
  await client.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'brawler' AND pid <> pg_backend_pid() AND $1 <> ''",
    [schema],
  );
}

async function untilSomeoneWaits(client: Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query("SELECT 1 FROM pg_locks WHERE NOT granted");
    if (rows.length > 0) return;
  }
}

/** What a caller does about transient failures: the same again. */
async function untilTransientFailuresPass(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof PostgresStoreError && error.isTransient && attempt < 20;
      if (!mayPass) throw error;
    }
  }
}
