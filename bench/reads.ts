/**
 * Reads: the reports, series and levels that a page asks for, of 50 instruments over 90 days: rows and trades of eight
 * simulated instruments, folded as `npm start` folds their past, and copies of them under other names; on the embedded
 * store, and on a PostgreSQL server where one is named. The same answer, checked, of two peers: what one would do in
 * plain SQLite, and as a floor the very rows that a question reads, by bare SELECTs.
 *
 *     node bench/reads.ts [--quick] [--store postgres://…]
 *
 * `first` is the first question to a store just opened; `anew` a process that remembers nothing, of a store in use;
 * `then` the same process asked again.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { openPostgres } from "../lib/adapters/postgres/open-postgres.ts";
import { type AnswerQuery, answerQueries } from "../lib/app/answer-query.ts";
import type { ReportRequest } from "../lib/app/queries.ts";
import { RESOLUTIONS } from "../lib/core/rollup/row.ts";
import { DAY_US, type DurationUs, type EpochUs, MINUTE_US } from "../lib/core/units.ts";
import {
  bareSelect,
  type Database,
  postgresAt,
  recordingOf,
  sqliteAt,
} from "./reads/bare-select.ts";
import {
  CONFIG,
  type Copy,
  copiesOf,
  copyRows,
  copyState,
  countRows,
  endOf,
  FROM,
  foldHistory,
  isCopy,
  type Stores,
} from "./reads/history.ts";
import { plainSqlite } from "./reads/plain-sqlite.ts";

const isQuick = process.argv.includes("--quick");
const named = process.argv.indexOf("--store");
const ADDRESS = named === -1 ? undefined : process.argv[named + 1];
const DAYS = isQuick ? 10 : 90;
const INSTRUMENTS = isQuick ? 8 : 50;
const REPEATS = 9;
const END = endOf(DAYS);
const ONE = "BTC-PERP";
const SCHEMA = "brawler_bench_reads";

function questions({ state, metrics, analyses }: Stores): AnswerQuery {
  const ports = {
    state,
    metrics,
    analyses,
    clock: { now: () => END },
    deliver: () => Promise.reject(new Error("a benchmark of reads delivers nothing")),
  };
  const settings = { ...CONFIG, version: "bench", feed: "simulated", startedAt: END };
  return answerQueries(ports, settings, {
    history: () => ({ state: "ready", done: 1, loadedTo: null, etaSeconds: null }),
    stray: () => ({ events: 0, quarantined: 0 }),
  });
}

async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const median = (times: readonly number[]): number =>
  [...times].sort((a, b) => a - b)[times.length >> 1] ?? 0;

/** Each in turn, so that what disturbs one disturbs the other; the medians. */
async function medians(works: readonly (() => unknown)[]): Promise<number[]> {
  const times = works.map((): number[] => []);
  for (let round = 0; round < REPEATS; round += 1) {
    for (const [at, work] of works.entries()) times[at]?.push(await timed(work));
  }
  return times.map(median);
}

/** A day that ends with the last whole minute: the peer has no finer rows. */
function lastDay(newest: number): { readonly from: number; readonly to: number } {
  const to = newest - (newest % MINUTE_US);
  return { from: to - DAY_US, to };
}

async function againstPlainSqlite(store: Stores, directory: string): Promise<number> {
  const queries = questions(store);
  const { instruments, fresh } = await queries.instruments();
  const day = lastDay(fresh.asOf ?? END);
  const span = { kind: "range", from: day.from as EpochUs, to: day.to as EpochUs } as const;
  const request: ReportRequest = { span, instrument: undefined, asOf: undefined };
  const window = { ...day, instrument: ONE };
  const scan = await plainSqlite(store, join(directory, "plain.db"), window);
  const report = await queries.report(request);
  const peer = scan();
  const label = CONFIG.horizons[1]?.label ?? "";
  const found = report?.instruments[ONE]?.markouts.maker[label]?.median;
  const isSame = Math.abs((found ?? Number.NaN) - (peer.median ?? 0)) < 1e-9;
  if (report?.portfolio.trades.count !== peer.trades || !isSame) {
    throw new Error("the answers differ");
  }
  if (instruments.length !== INSTRUMENTS) throw new Error("instruments are missing");
  const [ours = 1, theirs = 0] = await medians([() => queries.report(request), scan]);
  return theirs / ours;
}

const round = (value: number): number => Math.round(value * 100) / 100;

interface Question {
  readonly name: string;
  readonly goal: string;
  readonly ask: (queries: AnswerQuery) => unknown;
  /** Whether its rows are read by bare SELECTs too; those of many instruments are too many for one statement. */
  readonly hasFloor: boolean;
}

function questionsAsked(): readonly Question[] {
  const last = (days: number, instrument?: string): ReportRequest => ({
    span: { kind: "last", lengthUs: (days * DAY_US) as DurationUs },
    instrument,
    asOf: undefined,
  });
  const chart = { metric: "pnl", from: FROM, to: END, stepUs: 14_400_000_000 as DurationUs };
  const report = (days: number, goal: string, instrument?: string): Question => ({
    name: `report of ${days === 1 ? "24 h" : `${days} days`}, ${instrument ?? `all ${INSTRUMENTS}`}`,
    goal,
    ask: (queries) => queries.report(last(days, instrument)),
    hasFloor: instrument !== undefined,
  });
  const series = (goal: string, instrument?: string): Question => ({
    name: `chart of ${DAYS} days, ${instrument ?? `all ${INSTRUMENTS}`}`,
    goal,
    ask: (queries) => queries.series({ ...chart, metric: "pnl", instrument }),
    hasFloor: instrument !== undefined,
  });
  return [
    report(1, "≤ 30", ONE),
    report(1, ""),
    ...(isQuick ? [] : [report(30, "", ONE)]),
    report(DAYS, "≤ 60", ONE),
    report(DAYS, ""),
    series("≤ 5", ONE),
    series(""),
    {
      name: `latest of all ${INSTRUMENTS}`,
      goal: "≤ 5",
      ask: (queries) => queries.live(undefined),
      hasFloor: true,
    },
  ];
}

interface Opened extends Stores {
  close(): unknown;
}

/** One store, opened anew for each question. */
interface Place {
  readonly name: string;
  open(): Promise<Opened>;
  database(): Promise<Database>;
}

async function measureOne(place: Place, { ask, goal, hasFloor }: Question) {
  const store = await place.open();
  const database = await place.database();
  try {
    const recording = recordingOf(store);
    const first = await timed(async () => JSON.stringify(await ask(questions(recording.stores))));
    const select = await bareSelect(database, recording);
    if (hasFloor && (await select()) < recording.rows) throw new Error("the SELECT lacks rows");
    const known = questions(store);
    await ask(known);
    const [then = 0, anew = 0, floor = 0] = await medians([
      async () => JSON.stringify(await ask(known)),
      ...(hasFloor ? [async () => JSON.stringify(await ask(questions(store))), select] : []),
    ]);
    const row = { "first, ms": round(first), "then, ms": round(then), goal };
    if (!hasFloor) return row;
    const ratios = { "SELECT ÷ anew": round(floor / anew), "SELECT ÷ then": round(floor / then) };
    return { ...row, "anew, ms": round(anew), "SELECT, ms": round(floor), ...ratios };
  } finally {
    await database.close();
    await store.close();
  }
}

async function measure(place: Place): Promise<void> {
  const table: Record<string, object> = {};
  const ratios: Record<string, object> = {};
  for (const question of questionsAsked()) {
    const row = await measureOne(place, question);
    table[question.name] = row;
    if (!("SELECT ÷ anew" in row)) continue;
    const { "SELECT ÷ anew": anew, "SELECT ÷ then": then } = row;
    ratios[`bare SELECT ÷ ${question.name} on ${place.name}`] = { then, anew };
  }
  console.log(`\n${place.name}`);
  console.table(table);
  console.table(ratios);
}

function embeddedAt(path: string): Place {
  return {
    name: "embedded",
    open: async () => openEmbedded({ path, access: "read" }),
    database: async () => sqliteAt(path),
  };
}

/** Copies are made inside of the server: written one by one through the adapter they would take it half an hour. */
async function fill(client: Client, url: string, from: Stores): Promise<void> {
  const store = await openPostgres({ url, schema: SCHEMA });
  const originals = (await from.state.keys()).filter(({ instrument }) => !isCopy(instrument));
  for (const key of originals) {
    await copyRows(from, key, store, key);
    await copyState(from, key, store, key);
  }
  const copies = copiesOf(originals, INSTRUMENTS);
  for (const { of, key } of copies) await copyState(from, of, store, key);
  await store.close();
  await client.query(`SET search_path = ${SCHEMA}`);
  for (const table of [...RESOLUTIONS.map((resolution) => `rollup_${resolution}`), "trade"]) {
    for (const copy of copies) await copyInside(client, table, copy);
  }
  await client.query("VACUUM ANALYZE");
}

async function copyInside(client: Client, table: string, { of, key }: Copy): Promise<void> {
  const { rows } = await client.query<{ readonly name: string }>(
    `SELECT column_name AS name FROM information_schema.columns
      WHERE table_schema = $1 AND table_name = $2 AND column_name <> 'series'`,
    [SCHEMA, table],
  );
  const columns = rows.map(({ name }) => name).join();
  const seriesOf = (place: number) => `(SELECT id FROM series WHERE instrument = $${place})`;
  await client.query(
    `INSERT INTO ${table} (series, ${columns})
      SELECT ${seriesOf(1)}, ${columns} FROM ${table} WHERE series = ${seriesOf(2)}`,
    [key.instrument, of.instrument],
  );
}

async function onPostgres(url: string, from: Stores): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const drop = `SET client_min_messages = warning; DROP SCHEMA IF EXISTS ${SCHEMA} CASCADE`;
  await client.query(drop);
  try {
    await fill(client, url, from);
    await measure({
      name: "PostgreSQL",
      open: () => openPostgres({ url, schema: SCHEMA, access: "read" }),
      database: () => postgresAt(url, SCHEMA),
    });
  } finally {
    await client.query(drop);
    await client.end();
  }
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "brawler-bench-"));
  try {
    const path = join(directory, "store.db");
    const store = openEmbedded({ path });
    await foldHistory(store, DAYS);
    for (const { of, key } of copiesOf(await store.state.keys(), INSTRUMENTS)) {
      await copyRows(store, of, store, key);
      await copyState(store, of, store, key);
    }
    console.log(`${INSTRUMENTS} instruments, ${DAYS} days, ${await countRows(store)} rollup rows`);
    const ratio = await againstPlainSqlite(store, directory);
    store.close();
    await measure(embeddedAt(path));
    const [openMs = 0] = await medians([() => openEmbedded({ path }).close()]);
    console.table({
      "plain SQLite ÷ report of 24 h": { value: round(ratio) },
      "open and close, ms": { value: round(openMs), goal: "≤ 20" },
    });
    if (ADDRESS === undefined) {
      console.log("PostgreSQL not run: --store postgres://… names a server");
      return;
    }
    const from = openEmbedded({ path, access: "read" });
    await onPostgres(ADDRESS, from);
    from.close();
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
