/**
 * PostgreSQL beside the embedded store and beside the textbook's way into PostgreSQL (one prepared upsert a row, in
 * transactions of the same size): history load, a chart, the latest of many instruments, a commit. Same rows, same answers.
 *
 *     node bench/postgres.ts [--quick] [--store postgres://…]
 *
 * Without a server it says so, and measures nothing.
 */
import { Client } from "pg";
import { openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { openPostgres } from "../lib/adapters/postgres/open-postgres.ts";
import { RESOLUTION_US, type RollupRow } from "../lib/core/rollup/row.ts";
import type { EpochUs } from "../lib/core/units.ts";
import type { MetricStore } from "../lib/ports/metric-store.ts";

const isQuick = process.argv.includes("--quick");
const ROUNDS = isQuick ? 3 : 7;
const BATCHES = isQuick ? 4 : 20;
const BATCH_ROWS = 5_000;
const READS = isQuick ? 5 : 25;
const INSTRUMENTS = 8;
const PARTS = ["core", "markout.1s", "markout.5s", "markout.10s", "markout.30s", "markout.1m"];
const T0 = 1_750_032_000_000_000;
const SCHEMA = "brawler_bench";

function batch(number: number): RollupRow[] {
  return Array.from({ length: BATCH_ROWS }, (_, i) => {
    const n = number * BATCH_ROWS + i;
    const bucket = Math.floor(n / (PARTS.length * INSTRUMENTS));
    return {
      account: "main",
      instrument: `COIN${Math.floor(n / PARTS.length) % INSTRUMENTS}-PERP`,
      resolution: "1h",
      bucket: (T0 + bucket * RESOLUTION_US["1h"]) as EpochUs,
      part: PARTS[n % PARTS.length] ?? "core",
      version: 2 ** 40 + n,
      value: JSON.stringify({
        trades: n % 40,
        notional: `${n * 17}.25`,
        path: [`${n % 31}`, `-${n % 41}`, T0 + n, T0 + n],
        moments: [n, n / 7, n / 3, n * 1.1, n * 2.3],
      }),
    };
  });
}

const rows = Array.from({ length: BATCHES }, (_, number) => batch(number));

/** The textbook: names as text, one prepared statement a row, the same transactions. */
async function textbook(client: Client): Promise<void> {
  await client.query(`
    CREATE TABLE IF NOT EXISTS ${SCHEMA}.plain (
      account text, instrument text, resolution text, bucket bigint, part text, version bigint, value jsonb,
      PRIMARY KEY (account, instrument, resolution, bucket, part)
    ); TRUNCATE ${SCHEMA}.plain`);
  for (const together of rows) {
    await client.query("BEGIN");
    for (const row of together) {
      await client.query({
        name: "plain",
        text: `INSERT INTO ${SCHEMA}.plain AS standing VALUES ($1, $2, $3, $4, $5, $6, $7)
          ON CONFLICT (account, instrument, resolution, bucket, part) DO UPDATE
          SET version = excluded.version, value = excluded.value WHERE excluded.version > standing.version`,
        values: Object.values({
          ...{ account: row.account, instrument: row.instrument, resolution: row.resolution },
          ...{ bucket: row.bucket, part: row.part, version: row.version, value: row.value },
        }),
      });
    }
    await client.query("COMMIT");
  }
}

async function load(metrics: MetricStore): Promise<void> {
  for (const together of rows) await metrics.upsertBatch({ rollups: together, trades: [] });
}

const chartOf = { account: "main", instrument: "COIN0-PERP", resolution: "1h" } as const;
const chart = { ...chartOf, from: T0, to: Number.MAX_SAFE_INTEGER, partPrefix: "core" };
const latest = Array.from({ length: 50 }, (_, i) => ({
  of: { ...chartOf, instrument: `COIN${i % INSTRUMENTS}-PERP`, part: "core" },
  before: Number.MAX_SAFE_INTEGER,
}));

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

/** Each in turn, so that what disturbs one disturbs the other. */
async function medians(
  rounds: number,
  works: readonly (() => Promise<unknown>)[],
): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [i, work] of works.entries()) {
      const ms = await timed(work);
      if (round > 0) times[i]?.push(ms);
    }
  }
  return times.map(median);
}

async function measure(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`);
  const postgres = await openPostgres({ url, schema: SCHEMA });
  const embedded = openEmbedded({ temporary: true });
  const tables = ["rollup_5s", "rollup_1m", "rollup_1h", "rollup_1d"];
  const truncate = `TRUNCATE ${tables.map((table) => `${SCHEMA}.${table}`).join(", ")}`;
  try {
    const count = BATCHES * BATCH_ROWS;
    const [ours, plain] = await medians(ROUNDS, [
      () => client.query(truncate).then(() => load(postgres.metrics)),
      () => textbook(client),
    ]);
    await load(embedded.metrics);
    await client.query("ANALYZE");
    const [one, other] = [postgres.metrics, embedded.metrics];
    const same = JSON.stringify(await one.readRollups(chart));
    if (same !== JSON.stringify(await other.readRollups(chart))) throw new Error("answers differ");
    const reads = await medians(READS, [
      () => one.readRollups(chart),
      () => other.readRollups(chart),
      () => one.lastRollupsBefore(latest),
      () => other.lastRollupsBefore(latest),
    ]);
    const [chartMs = 0, chartOther = 0, latestMs = 0, latestOther = 0] = reads;
    const rate = (ms = 1) => Math.round((count / ms) * 1_000);
    console.table({
      "bulk load, rows a second": {
        PostgreSQL: rate(ours),
        peer: rate(plain),
        "peer is": "an upsert a row",
      },
      "chart of one part, ms": {
        PostgreSQL: round(chartMs),
        peer: round(chartOther),
        "peer is": "embedded",
      },
      "latest of 50, ms": {
        PostgreSQL: round(latestMs),
        peer: round(latestOther),
        "peer is": "embedded",
      },
    });
    console.log(`bulk load ÷ an upsert a row: ${round((plain ?? 0) / (ours ?? 1))}×`);
  } finally {
    await postgres.close();
    embedded.close();
    await client.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
    await client.end();
  }
}

const round = (value: number): number => Math.round(value * 100) / 100;

const named = process.argv.indexOf("--store");
const address = named === -1 ? undefined : process.argv[named + 1];
if (address === undefined) console.log("not run: --store postgres://… names a server");
else await measure(address);
