/**
 * Goal: with the figures in PostgreSQL the product says what it says without, and outlasts the server. Method: the real
 * command line, asked for JSON and over HTTP, while a server of this test's own is stopped, started and emptied.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HealthBody } from "../../../lib/core/api/health.ts";
import type { Report } from "../../../lib/core/metrics/performance-metrics.ts";
import { simulate } from "../../../lib/core/simulator/simulation.ts";
import { epochUs, HOUR_US } from "../../../lib/core/units.ts";
import { brawler, startDesk } from "../../bin/brawler-process.ts";
import { freshSchema } from "./fresh-schema.ts";
import { startServer, type TestServer } from "./server.ts";

/** Every event has a number: one that was lost would be missed. */
const NOTHING_LOST = { gaps: 0, quarantined: 0, buffered: 0 };

describe("a desk whose figures are in PostgreSQL", () => {
  let server: TestServer;
  let directory = "";
  let file = "";

  beforeAll(async () => {
    server = await startServer();
    directory = mkdtempSync(join(tmpdir(), "brawler-desk-"));
    file = join(directory, "events.ndjson");
    const lines = simulate({
      seed: 5,
      from: epochUs(1_767_225_600_000_000),
      durationUs: HOUR_US,
    });
    writeFileSync(file, [...lines].map(({ line }) => line).join("\n"));
  });
  afterAll(async () => {
    await server?.remove();
    rmSync(directory, { recursive: true, force: true });
  });

  const storeIn = (schema: string) => ["--store", `${server.url}?schema=${schema}`];
  const json = async (typed: readonly string[]): Promise<unknown> => {
    const { stdout, stderr, exitCode } = await brawler([...typed, "--json"]);
    expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
    return JSON.parse(stdout);
  };

  it("replays to the same report as without, to the byte, and reports it from any machine", async () => {
    const store = storeIn(freshSchema());
    const expected = await json(["replay", file, "--quiet"]);
    const data = ["--data", join(directory, "replayed")];
    expect(await json(["replay", file, ...data, ...store, "--quiet"])).toEqual(expected);
    expect(await json(["replay", file, ...data, ...store, "--quiet"])).toMatchObject({
      instruments: (expected as Report).instruments,
    });
    const elsewhere = ["--data", join(directory, "nothing-here")];
    expect(await json(["report", "--window", "all", ...elsewhere, ...store])).toMatchObject({
      instruments: (expected as Report).instruments,
    });
    const { instruments } = (await json(["status", ...data, ...store])) as {
      readonly instruments: readonly object[];
    };
    expect(instruments).toHaveLength(8);
  });

  it("makes figures anew in a database that lost some, and proves both", async () => {
    const schema = freshSchema();
    const desk = ["--data", join(directory, "damaged"), ...storeIn(schema)];
    await json(["replay", file, ...desk, "--quiet"]);
    expect((await brawler(["verify", ...desk, "--quiet"])).exitCode).toBe(0);
    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`DELETE FROM ${schema}.rollup_1h WHERE bucket % 7 = 0`);
    await client.query(`UPDATE ${schema}.trade SET value = '{}' WHERE sequence % 5 = 0`);
    await client.end();
    expect((await brawler(["verify", ...desk, "--quiet"])).exitCode).toBe(1);
    expect((await brawler(["rebuild", ...desk, "--quiet"])).exitCode).toBe(0);
    expect((await brawler(["verify", ...desk, "--quiet"])).exitCode).toBe(0);
  });

  it("refuses to keep figures without the events that they came from", async () => {
    const refused = await brawler(["replay", file, ...storeIn(freshSchema())]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(/--data DIR/);
  });

  it("says in one line what is wrong with the database, without its password", async () => {
    const { exitCode, stderr } = await brawler([
      ...["report", "--data", join(directory, "nowhere")],
      ...["--store", "postgres://desk:s3cret@127.0.0.1:1/brawler"],
    ]);
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/^brawler: PostgreSQL at 127\.0\.0\.1:1\/brawler.* cannot be reached/);
    expect(stderr).not.toContain("s3cret");
  });

  it("waits for a server that is away, loses nothing, and gives a new database the whole archive", async () => {
    const schema = freshSchema();
    const data = ["--data", join(directory, "desk")];
    const world = ["--seed", "3", "--history", "2h", "--instruments", "BTC-PERP,ETH-PERP"];
    const first = await startDesk([...data, ...world, ...storeIn(schema)]);
    await healthWhen(first.url, ({ history }) => history.state === "ready");
    await server.stop();
    await sleep(1_500);
    await server.start();
    const before = await healthWhen(first.url, () => true);
    await healthWhen(first.url, (health) => health.data.events > before.data.events);
    expect(await first.stop("SIGINT")).toMatchObject({ exitCode: 0 });
    const figures = (await json([
      "report",
      "--window",
      "all",
      ...data,
      ...storeIn(schema),
    ])) as Report;
    expect(figures.data).toMatchObject(NOTHING_LOST);

    const proven = await brawler(["verify", ...data, ...storeIn(schema), "--quiet"]);
    expect(proven).toMatchObject({ exitCode: 0, stderr: "" });

    const client = new Client({ connectionString: server.url });
    await client.connect();
    await client.query(`DROP SCHEMA ${schema} CASCADE`);
    await client.end();
    const second = await startDesk([...data, ...storeIn(schema)]);
    const events = (health: HealthBody) => health.data.events >= figures.data.events;
    await healthWhen(second.url, events);
    expect(await second.stop("SIGINT")).toMatchObject({ exitCode: 0 });
    expect((await brawler(["verify", ...data, ...storeIn(schema), "--quiet"])).exitCode).toBe(0);
    const again = (await json([
      "report",
      "--window",
      "all",
      ...data,
      ...storeIn(schema),
    ])) as Report;
    expect(again.data).toMatchObject(NOTHING_LOST);
  });
});

/** While the server is away the API cannot answer: then it is asked again. */
async function healthWhen(
  url: string,
  isReady: (health: HealthBody) => boolean,
): Promise<HealthBody> {
  for (;;) {
    const response = await fetch(`${url}/api/v1/health`);
    const health = response.ok ? ((await response.json()) as HealthBody) : undefined;
    if (health !== undefined && isReady(health)) return health;
    await sleep(50);
  }
}
