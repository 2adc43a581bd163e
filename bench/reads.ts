/**
 * Reads: the reports, series and levels that a page asks for, of 50 instruments over 90 days: rows and trades of eight
 * simulated instruments, folded as `npm start` folds their past, and copies of them under other names. The peer is what
 * one would do in plain SQLite: minutes of twenty figures and trades with their markouts, added up and sorted when asked.
 * Same answer, checked.
 *
 *     node bench/reads.ts [--quick]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { type AnswerQuery, answerQueries } from "../lib/app/answer-query.ts";
import { foldInput, type InputBatch } from "../lib/app/fold-input.ts";
import { createProcessor } from "../lib/app/instrument-processor.ts";
import type { ReportRequest } from "../lib/app/queries.ts";
import { resolveConfig } from "../lib/core/api/config.ts";
import { parseEvent } from "../lib/core/events/parse.ts";
import { isRefusal } from "../lib/core/events/refusal.ts";
import { decodeCore } from "../lib/core/rollup/core-text.ts";
import { keptFrom } from "../lib/core/rollup/ladder.ts";
import {
  RESOLUTIONS,
  type Resolution,
  type RollupRow,
  type TradeRow,
} from "../lib/core/rollup/row.ts";
import { HISTORY_GRID_US, simulate } from "../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, type EpochUs, epochUs, MINUTE_US } from "../lib/core/units.ts";

const isQuick = process.argv.includes("--quick");
const DAYS = isQuick ? 10 : 90;
const INSTRUMENTS = isQuick ? 8 : 50;
const REPEATS = 9;
const FROM = epochUs(1_767_225_600_000_000);
const END = (FROM + DAYS * DAY_US) as EpochUs;
const CONFIG = resolveConfig({});
const BATCH_LINES = 32_768;
const FIGURES = 20;
const ONE = "BTC-PERP";

/** Simulated and folded: what is too old by the end is not written on the way. */
async function foldHistory(store: EmbeddedStore): Promise<void> {
  const kept = (resolution: Resolution) => keptFrom(resolution, END, CONFIG.retention);
  const rowsFrom = { "5s": kept("5s"), "1m": kept("1m"), "1h": kept("1h"), "1d": kept("1d") };
  const processor = createProcessor({
    state: store.state,
    metrics: store.metrics,
    atomic: store.atomic,
    settings: CONFIG,
    rowsFrom: () => rowsFrom,
    onQuarantine: () => {},
  });
  await foldInput(processor, history(), { futureLimit: END + DAY_US });
}

async function* history(): AsyncIterable<InputBatch> {
  const durationUs = (DAYS * DAY_US) as DurationUs;
  const told = simulate({ seed: 42, from: FROM, durationUs, gridUs: HISTORY_GRID_US });
  let deliveries = [];
  for (let next = told.next(); next !== undefined; next = told.next()) {
    const event = parseEvent(next.line);
    if (isRefusal(event)) throw new Error(`the simulator's own line was refused: ${event.detail}`);
    deliveries.push({ event, line: 0 });
    if (deliveries.length < BATCH_LINES) continue;
    yield { deliveries, refused: [] };
    deliveries = [];
  }
  yield { deliveries, refused: [] };
}

/** Copies of the instruments under other names, until there are enough of them. */
async function copyInstruments(store: EmbeddedStore): Promise<void> {
  const originals = await store.state.keys();
  for (let made = originals.length; made < INSTRUMENTS; made += 1) {
    const original = originals[made % originals.length];
    if (original !== undefined) await copy(store, original.instrument, `COIN${made}-PERP`);
  }
}

async function copy({ state, metrics }: EmbeddedStore, of: string, to: string): Promise<void> {
  const account = "main";
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  for (const resolution of RESOLUTIONS) {
    const rows = await metrics.readRollups({ account, instrument: of, resolution, ...all });
    await metrics.upsertRollups(rows.map((row) => ({ ...row, instrument: to })));
  }
  let cursor: string | undefined;
  do {
    const range = { account, instrument: of, ...all, limit: 20_000 };
    const page = await metrics.readTrades(cursor === undefined ? range : { ...range, cursor });
    await metrics.upsertTrades(page.rows.map((row) => ({ ...row, instrument: to })));
    cursor = page.cursor;
  } while (cursor !== undefined);
  const snapshot = await state.load({ account, instrument: of });
  if (snapshot === undefined) return;
  const rename = (text: string) => text.replace(`"instrument":"${of}"`, `"instrument":"${to}"`);
  const named = { ...snapshot, summary: rename(snapshot.summary), body: rename(snapshot.body) };
  await state.commit({ account, instrument: to }, undefined, named);
}

function questions(store: EmbeddedStore): AnswerQuery {
  const ports = {
    ...store,
    clock: { now: () => END },
    deliver: () => Promise.reject(new Error("a benchmark of reads delivers nothing")),
  };
  const settings = { ...CONFIG, version: "bench", feed: "simulated", startedAt: END };
  return answerQueries(ports, settings, {
    history: () => ({ state: "ready", done: 1, loadedTo: null, etaSeconds: null }),
    stray: () => ({ events: 0, quarantined: 0 }),
  });
}

interface Times {
  /** Of a process that knows nothing yet. */
  readonly first: number;
  /** Median of those that followed. */
  readonly again: number;
}

async function time(work: () => unknown): Promise<Times> {
  const times: number[] = [];
  for (let round = 0; round <= REPEATS; round += 1) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  const [first = 0, ...rest] = times;
  return { first, again: rest.sort((a, b) => a - b)[Math.floor(rest.length / 2)] ?? 0 };
}

/** What the peer answers: of all instruments, and one figure of each kind to compare. */
interface PeerReport {
  readonly trades: number;
  readonly median: number | null;
}

/**
 * Minutes of twenty figures, and trades with a markout a horizon, in plain SQLite. A report there is: the figures added
 * up by instrument, the path by minute, and the middle of each instrument's markouts by liquidity and horizon.
 */
async function plainSqlite(
  store: EmbeddedStore,
  path: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<() => PeerReport> {
  const db = new DatabaseSync(path);
  const names = Array.from({ length: FIGURES }, (_, index) => `f${index}`);
  const labels = CONFIG.horizons.map(({ label }) => `m${label}`);
  createTables(db, names, labels);
  db.exec("BEGIN");
  for (const { account, instrument } of await store.state.keys()) {
    const range = { account, instrument, from, to };
    await insertMinutes(db, await store.metrics.readRollups({ ...range, ...MINUTES }), names);
    const { rows } = await store.metrics.readTrades({ ...range, limit: 1_000_000 });
    insertTrades(db, rows, labels);
  }
  db.exec("COMMIT");
  const sums = names.map((name) => `sum(${name})`).join(", ");
  const prepared = (sql: string) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return () => statement.all(from, to) as unknown as (string | number)[][];
  };
  const totals = prepared(
    `SELECT instrument, ${sums} FROM minute WHERE time >= ? AND time < ? GROUP BY instrument`,
  );
  const pathOf = prepared(
    "SELECT time, sum(f1) FROM minute WHERE time >= ? AND time < ? GROUP BY time ORDER BY time",
  );
  const medians = labels.map((label) => prepared(medianSql(label)));
  return () => {
    pathOf();
    const found = medians.map((median) => median());
    const trades = totals().reduce((total, [, count]) => total + Number(count), 0);
    const one = found[1]?.find((row) => row[0] === ONE && row[1] === "maker");
    return { trades, median: one === undefined ? null : Number(one[2]) };
  };
}

const MINUTES = { resolution: "1m", partPrefix: "core" } as const;

function createTables(db: DatabaseSync, names: readonly string[], labels: readonly string[]): void {
  const real = (columns: readonly string[]) => columns.map((name) => `"${name}" REAL`).join(", ");
  db.exec(
    `CREATE TABLE minute (instrument TEXT, time INTEGER, ${real(names)}, PRIMARY KEY (instrument, time)) WITHOUT ROWID`,
  );
  db.exec("CREATE INDEX minute_by_time ON minute (time)");
  db.exec(`CREATE TABLE trade (instrument TEXT, time INTEGER, liquidity TEXT, ${real(labels)})`);
  db.exec("CREATE INDEX trade_by_time ON trade (time)");
}

function medianSql(label: string): string {
  return `SELECT instrument, liquidity, avg(x) FROM (
    SELECT instrument, liquidity, "${label}" AS x,
      row_number() OVER each AS at, count(*) OVER (PARTITION BY instrument, liquidity) AS n
    FROM trade WHERE time >= ? AND time < ? AND "${label}" IS NOT NULL
    WINDOW each AS (PARTITION BY instrument, liquidity ORDER BY "${label}")
  ) WHERE at IN ((n + 1) / 2, n / 2 + 1) GROUP BY instrument, liquidity`;
}

async function insertMinutes(
  db: DatabaseSync,
  rows: readonly RollupRow[],
  names: readonly string[],
): Promise<void> {
  const insert = db.prepare(`INSERT INTO minute VALUES (?, ?, ${names.map(() => "?").join(", ")})`);
  for (const { instrument, bucket, part, value } of rows) {
    if (part !== "core") continue;
    const { trades } = decodeCore(value).part;
    insert.run(instrument, bucket, trades, ...names.slice(1).map((_, index) => trades + index));
  }
}

function insertTrades(
  db: DatabaseSync,
  rows: readonly TradeRow[],
  labels: readonly string[],
): void {
  const insert = db.prepare(
    `INSERT INTO trade VALUES (?, ?, ?, ${labels.map(() => "?").join(", ")})`,
  );
  for (const { instrument, time, value } of rows) {
    const told = JSON.parse(value) as {
      readonly liquidity: string;
      readonly execution: string;
      readonly markouts: Readonly<Record<string, { status: string; bps: number | null }>>;
    };
    const markouts = labels.map((label) => {
      const markout = told.markouts[label.slice(1)];
      return markout?.status === "ok" && told.execution === "trade" ? markout.bps : null;
    });
    insert.run(instrument, time, told.liquidity, ...markouts);
  }
}

/** A day that ends with the last whole minute: the peer has no finer rows. */
function lastDay(newest: number): { readonly from: number; readonly to: number } {
  const to = newest - (newest % MINUTE_US);
  return { from: to - DAY_US, to };
}

async function compare(store: EmbeddedStore, directory: string): Promise<number> {
  const queries = questions(store);
  const { instruments, fresh } = await queries.instruments();
  const day = lastDay(fresh.asOf ?? END);
  const span = { kind: "range", from: day.from as EpochUs, to: day.to as EpochUs } as const;
  const request: ReportRequest = { span, instrument: undefined, asOf: undefined };
  const scan = await plainSqlite(store, join(directory, "plain.db"), day);
  const report = await queries.report(request);
  const peer = scan();
  const label = CONFIG.horizons[1]?.label ?? "";
  const median = report?.instruments[ONE]?.markouts.maker[label]?.median;
  const isSame = Math.abs((median ?? Number.NaN) - (peer.median ?? 0)) < 1e-9;
  if (report?.portfolio.trades.count !== peer.trades || !isSame) {
    throw new Error("the answers differ");
  }
  if (instruments.length !== INSTRUMENTS) throw new Error("instruments are missing");
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < REPEATS; round += 1) {
    ours.push((await time(() => queries.report(request))).again);
    theirs.push((await time(scan)).again);
  }
  const middle = (list: number[]) => list.sort((a, b) => a - b)[list.length >> 1] ?? 0;
  return middle(theirs) / middle(ours);
}

const round = (value: number): number => Math.round(value * 100) / 100;

async function measure(path: string): Promise<Record<string, object>> {
  const table: Record<string, object> = {};
  const ask = async (name: string, goal: string, work: (queries: AnswerQuery) => unknown) => {
    const store = openEmbedded({ path, access: "read" });
    const queries = questions(store);
    const { first, again } = await time(async () => JSON.stringify(await work(queries)));
    store.close();
    table[name] = { "first, ms": round(first), "then, ms": round(again), goal };
  };
  const last = (days: number, instrument?: string): ReportRequest => ({
    span: { kind: "last", lengthUs: (days * DAY_US) as DurationUs },
    instrument,
    asOf: undefined,
  });
  const all = `all ${INSTRUMENTS}`;
  await ask("report of 24 h, one", "≤ 30", (queries) => queries.report(last(1, ONE)));
  await ask(`report of 24 h, ${all}`, "", (queries) => queries.report(last(1)));
  await ask("report of 30 days, one", "", (queries) => queries.report(last(30, ONE)));
  await ask(`report of ${DAYS} days, one`, "≤ 60", (queries) => queries.report(last(DAYS, ONE)));
  await ask(`report of ${DAYS} days, ${all}`, "", (queries) => queries.report(last(DAYS)));
  const chart = {
    metric: "pnl",
    from: FROM,
    to: END,
    stepUs: 14_400_000_000 as DurationUs,
  } as const;
  const series = (instrument?: string) => (queries: AnswerQuery) =>
    queries.series({ ...chart, instrument });
  await ask(`chart of ${DAYS} days, one`, "≤ 5", series(ONE));
  await ask(`chart of ${DAYS} days, ${all}`, "", series());
  await ask(`latest of ${all}`, "≤ 5", (queries) => queries.live(undefined));
  const { again } = await time(() => openEmbedded({ path }).close());
  table["open and close"] = { "then, ms": round(again), goal: "≤ 20" };
  return table;
}

async function countRows(store: EmbeddedStore): Promise<string> {
  let rows = 0;
  for (const { account, instrument } of await store.state.keys()) {
    for (const resolution of RESOLUTIONS) {
      const range = { account, instrument, resolution, from: 0, to: Number.MAX_SAFE_INTEGER };
      const found: readonly RollupRow[] = await store.metrics.readRollups(range);
      rows += found.length;
    }
  }
  return rows.toLocaleString("en");
}

async function main(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "brawler-bench-"));
  try {
    const path = join(directory, "store.db");
    const store = openEmbedded({ path });
    await foldHistory(store);
    await copyInstruments(store);
    console.log(`${INSTRUMENTS} instruments, ${DAYS} days, ${await countRows(store)} rollup rows`);
    const ratio = await compare(store, directory);
    store.close();
    console.table(await measure(path));
    console.table({ "plain SQLite ÷ report of 24 h": { value: round(ratio) } });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
