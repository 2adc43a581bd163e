/**
 * The embedded store: how fast history loads, how fast a chart's rows come back, and how much the ladder of
 * resolutions saves against scanning fine rows in plain SQLite. Same answer checked before any time counts.
 *
 *     node bench/embedded.ts [--quick]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { RESOLUTION_US, type Resolution, type RollupRow } from "../lib/core/rollup/row.ts";
import type { EpochUs } from "../lib/core/units.ts";

const isQuick = process.argv.includes("--quick");
const DAYS = 90;
const T0 = 1_750_032_000_000_000;
const PARTS = [
  "core",
  "markout.1s",
  "markout.5s",
  "markout.10s",
  "markout.30s",
  "markout.1m",
  "markout.5m",
];
const REPEATS = isQuick ? 5 : 15;
const BULK_ROWS = isQuick ? 150_000 : 1_000_000;
const BATCH_ROWS = 5_000;
const FIGURES = 20;

/** About as long as a core row (and, shorter, a markout row) is. */
function exampleValue(part: string, i: number): object {
  const moments = [i, (i % 997) / 7, (i % 991) / 3, (i % 983) * 1.1, (i % 977) * 2.3];
  if (part !== "core") return { maker: moments, taker: moments, pending: i % 5 };
  return {
    trades: i % 40,
    notional: `${i * 17}.25`,
    spread: `${i % 101}.5`,
    inventory: `-${i % 57}.125`,
    fees: `${i % 13}.0625`,
    path: [`${i % 31}`, `${i % 37}`, `-${i % 41}`, `${i % 43}`, T0 + i, T0 + i, T0 + i],
    mids: [100 + (i % 17) / 4, 100 + (i % 19) / 4],
    quoting: moments,
  };
}

function* rollups(resolution: Resolution, instruments: number, rows: number): Generator<RollupRow> {
  for (let i = 0; i < rows; i += 1) {
    const part = PARTS[i % PARTS.length] ?? "core";
    const group = Math.floor(i / PARTS.length);
    const bucket = T0 + Math.floor(group / instruments) * RESOLUTION_US[resolution];
    yield {
      account: "main",
      instrument: `COIN${group % instruments}-PERP`,
      resolution,
      bucket: bucket as EpochUs,
      part,
      version: 2 ** 40 + i,
      value: JSON.stringify(exampleValue(part, i)),
    };
  }
}

/** Time by the wall, and by the processor: the second is the fair one where others share the machine. */
interface Spent {
  ms: number;
  cpuMs: number;
}

function load(store: EmbeddedStore, rows: Iterable<RollupRow>): Spent {
  let batch: RollupRow[] = [];
  const spent: Spent = { ms: 0, cpuMs: 0 };
  const flush = () => {
    const start = performance.now();
    const cpuBefore = process.cpuUsage();
    store.transaction((writer) => writer.upsertRollups(batch));
    const cpu = process.cpuUsage(cpuBefore);
    spent.ms += performance.now() - start;
    spent.cpuMs += (cpu.user + cpu.system) / 1_000;
    batch = [];
  };
  for (const row of rows) if (batch.push(row) === BATCH_ROWS) flush();
  flush();
  return spent;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < REPEATS + 2; i += 1) {
    const start = performance.now();
    await work();
    if (i >= 2) times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** What one would do without rollups: twenty figures a minute, grouped by hour on each read. */
function rawScan(path: string, hours: number): () => number {
  const db = new DatabaseSync(path);
  const names = Array.from({ length: FIGURES }, (_, i) => `f${i}`);
  db.exec(
    `CREATE TABLE fine (instrument TEXT, time INTEGER, ${names.map((name) => `${name} REAL`).join(", ")}, PRIMARY KEY (instrument, time)) WITHOUT ROWID`,
  );
  const insert = db.prepare(`INSERT INTO fine VALUES (?, ?, ${names.map(() => "?").join(", ")})`);
  db.exec("BEGIN");
  for (let i = 0; i < hours * 60; i += 1) {
    const figures = names.map((_, column) => (i % 997) * 1.1 + column);
    insert.run("COIN0-PERP", T0 + i * RESOLUTION_US["1m"], ...figures);
  }
  db.exec("COMMIT");
  const scan = db.prepare(
    "SELECT time / 3600000000 AS hour, sum(f7) FROM fine WHERE instrument = 'COIN0-PERP' AND time >= ? AND time < ? GROUP BY hour",
  );
  return () => scan.all(T0, T0 + hours * RESOLUTION_US["1h"]).length;
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "brawler-bench-"));
  try {
    const path = join(directory, "store.db");
    const store = openEmbedded({ path });
    const hours = DAYS * 24;
    const bulk = load(store, rollups("5s", 8, BULK_ROWS));
    load(store, rollups("1h", 8, hours * 8 * PARTS.length));
    await report(store, { directory, path, hours, bulk });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function report(
  store: EmbeddedStore,
  run: {
    readonly directory: string;
    readonly path: string;
    readonly hours: number;
    readonly bulk: Spent;
  },
): Promise<void> {
  const chart = {
    account: "main",
    instrument: "COIN0-PERP",
    resolution: "1h",
    from: T0,
    to: T0 + run.hours * RESOLUTION_US["1h"],
  } as const;
  const scan = rawScan(join(run.directory, "raw.db"), run.hours);
  const rows = await store.metrics.readRollups({ ...chart, partPrefix: "core" });
  if (rows.length !== run.hours || scan() !== run.hours) throw new Error("the answers differ");
  const chartMs = await median(() => store.metrics.readRollups({ ...chart, partPrefix: "core" }));
  const allPartsMs = await median(() => store.metrics.readRollups(chart));
  const scanMs = await median(scan);
  let generation = 0;
  const commitMs = await median(() => {
    generation += 1;
    store.transaction((writer) =>
      writer.upsertRollups(
        [...rollups("1m", 8, 8)].map((row) => ({ ...row, version: 2 ** 41 + generation })),
      ),
    );
  });
  const latestMs = await median(() =>
    Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        store.metrics.lastRollupBefore(
          { ...chart, instrument: `COIN${i % 8}-PERP`, part: "core" },
          chart.to,
        ),
      ),
    ),
  );
  store.close();
  const openMs = await median(() => openEmbedded({ path: run.path }).close());
  const rate = (ms: number) => Math.round((BULK_ROWS / ms) * 1_000);
  console.table({
    "bulk load, rows a second": { value: rate(run.bulk.ms), goal: "≥ 100,000" },
    "bulk load, rows a processor second": { value: rate(run.bulk.cpuMs), goal: "" },
    "90 days by the hour, one part, ms": { value: round(chartMs), goal: "≤ 5" },
    "… all seven parts, ms": { value: round(allPartsMs), goal: "" },
    "raw scan of minute rows, ms": { value: round(scanMs), goal: "" },
    "raw scan ÷ chart": { value: round(scanMs / chartMs), goal: "≥ 10" },
    "commit of 8 rows, ms": { value: round(commitMs), goal: "" },
    "latest of 50 instruments, ms": { value: round(latestMs), goal: "≤ 5" },
    "open and close, ms": { value: round(openMs), goal: "≤ 20" },
  });
}

const round = (value: number): number => Math.round(value * 100) / 100;

await main();
