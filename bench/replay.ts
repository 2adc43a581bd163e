/**
 * The whole way of a replay, from NDJSON bytes to committed figures: events a second, processor time an event and
 * memory. Beside it stands what it costs to parse the same bytes with JSON.parse and check each event by the same
 * rules, which folds nothing, and DuckDB's reader where its package happens to be installed.
 *
 *     node bench/replay.ts [--quick] [--events N]
 *
 * `--events` is how long the run is that memory is watched over. Exits 1 when a ratio falls below its floor, or when
 * memory grew with the input.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import { linesOf } from "../lib/adapters/local/read-lines.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import type { InputBatch } from "../lib/app/fold-input.ts";
import { replay } from "../lib/app/replay.ts";
import { buildReport } from "../lib/app/report.ts";
import { resolveConfig } from "../lib/core/api/config.ts";
import { isRefusal, parseEvent } from "../lib/core/events/parse.ts";
import { scanEvent } from "../lib/core/events/scan.ts";
import { simulate } from "../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US } from "../lib/core/units.ts";

const isQuick = process.argv.includes("--quick");
const HOURS = isQuick ? 4 : 24;
const ROUNDS = isQuick ? 3 : 7;
const WATCHED = eventsAsked() ?? (isQuick ? 400_000 : 3_000_000);
const FROM = epochUs(1_767_225_600_000_000);
const FUTURE_LIMIT = 2 ** 52;
const CHUNK_BYTES = 256 * 1024;
const CONFIG = resolveConfig({});

/** JSON.parse and the rules alone must not be more than so many times as fast as all of the replay. */
const FLOOR = 0.4;
/** What memory may grow by from a fifth of the way to its end: caches fill, then nothing may. */
const GROWTH = 1.25;

function eventsAsked(): number | undefined {
  const at = process.argv.indexOf("--events");
  return at < 0 ? undefined : Number(process.argv[at + 1]);
}

/** Simulated lines in chunks, as a file would come. */
function* chunksOf(durationUs: number): Generator<Buffer> {
  const simulation = simulate({ seed: 1, from: FROM, durationUs: durationUs as DurationUs });
  let text = "";
  for (let line = simulation.next(); line !== undefined; line = simulation.next()) {
    text += `${line.line}\n`;
    if (text.length < CHUNK_BYTES) continue;
    yield Buffer.from(text, "latin1");
    text = "";
  }
  yield Buffer.from(text, "latin1");
}

async function* inTurn(chunks: Iterable<Buffer>): AsyncIterable<Buffer> {
  for (const chunk of chunks) yield chunk;
}

async function* scanned(chunks: Iterable<Buffer>): AsyncIterable<InputBatch> {
  for await (const lines of linesOf(inTurn(chunks), "generated events")) {
    const deliveries: Delivery[] = [];
    for (const { buffer, from, to, lineNumber } of lines) {
      const event = scanEvent(buffer, from, to);
      if (isRefusal(event)) throw new Error(`a simulated line was refused: ${event.detail}`);
      deliveries.push({ event, line: lineNumber });
    }
    yield { deliveries, refused: [] };
  }
}

/** Folds and reports. @returns how many events the report says were applied */
async function folded(
  chunks: Iterable<Buffer>,
  onEvents: (events: number) => void = () => {},
): Promise<number> {
  const store = openEmbedded({ temporary: true });
  try {
    const { stray } = await replay({
      state: store.state,
      metrics: store.metrics,
      settings: CONFIG,
      retention: CONFIG.retention,
      futureLimit: FUTURE_LIMIT,
      durable: false,
      onlyReport: { asOf: undefined },
      input: () => scanned(chunks),
      onSetAside: ({ detail }) => {
        throw new Error(`a simulated event was set aside: ${detail}`);
      },
      onBatch: onEvents,
    });
    const report = await buildReport(store, CONFIG, { span: { kind: "all" } }, stray);
    for (const { pnl } of Object.values(report?.instruments ?? {})) {
      if (pnl.residual !== "0") throw new Error(`the residual must be 0, was ${pnl.residual}`);
    }
    return report?.data.applied ?? 0;
  } finally {
    store.close();
  }
}

/** What a reader that only parses and checks has to do with the same lines. */
async function checked(chunks: Iterable<Buffer>): Promise<number> {
  let events = 0;
  for await (const lines of linesOf(inTurn(chunks), "generated events")) {
    for (const { buffer, from, to } of lines) {
      const text = Buffer.from(buffer.buffer, buffer.byteOffset + from, to - from).toString();
      if (isRefusal(parseEvent(text))) throw new Error("a simulated line was refused");
      events += 1;
    }
  }
  return events;
}

interface Spent {
  readonly events: number;
  /** µs an event: of the processor, all threads, and by the clock. */
  readonly cpu: number;
  readonly wall: number;
}

async function spent(work: () => Promise<number>): Promise<Spent> {
  const cpuBefore = process.cpuUsage();
  const start = performance.now();
  const events = await work();
  const wall = ((performance.now() - start) * 1_000) / events;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { events, cpu: (user + system) / events, wall };
}

function median(runs: readonly Spent[]): Spent {
  const sorted = runs.toSorted((a, b) => a.cpu - b.cpu);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("a median needs a run");
  return middle;
}

/** DuckDB's `read_ndjson` of the same bytes, all fields as text; `undefined` where it is not installed. */
async function duckdb(chunks: readonly Buffer[]): Promise<(() => Promise<number>) | undefined> {
  const name = "@duckdb/node-api";
  const api = await import(name).catch(() => undefined);
  if (api === undefined) return undefined;
  const directory = mkdtempSync(join(tmpdir(), "brawler-bench-"));
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  const path = join(directory, "events.ndjson");
  writeFileSync(path, Buffer.concat(chunks));
  const instance = await api.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const sql = `SELECT count(*), max(COLUMNS(*)) FROM read_ndjson('${path}', columns = {
    type: 'VARCHAR', instrument: 'VARCHAR', time: 'BIGINT', sequence: 'BIGINT', bid: 'VARCHAR', ask: 'VARCHAR',
    price: 'VARCHAR', quantity: 'VARCHAR' })`;
  return async () => {
    const reader = await connection.runAndReadAll(sql);
    return Number(reader.getRows()[0]?.[0]);
  };
}

function row(name: string, { cpu, wall }: Spent, ratio: string): string {
  const rate = Math.round(1e6 / wall).toLocaleString("en");
  const cells = [rate, cpu.toFixed(2), ratio].map((cell) => cell.padStart(14));
  return `  ${name.padEnd(34)}${cells.join("")}`;
}

/** Every peer in turn, again and again. @returns the ratio to the parser */
async function compare(): Promise<number> {
  const chunks = [...chunksOf(HOURS * HOUR_US)];
  const read = await duckdb(chunks);
  const works = [
    () => folded(chunks),
    () => checked(chunks),
    ...(read === undefined ? [] : [read]),
  ];
  const runs: Spent[][] = works.map(() => []);
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [index, work] of works.entries()) {
      const run = await spent(work);
      if (round > 0) runs[index]?.push(run);
    }
  }
  const [replayed, parsed, peer] = runs.map((list) =>
    list.length === 0 ? undefined : median(list),
  );
  if (replayed === undefined || parsed === undefined) throw new RangeError("nothing was measured");
  if (replayed.events !== parsed.events) throw new Error("the peers read different events");
  const header = ["events/s", "cpu µs/event", "replay is"]
    .map((cell) => cell.padStart(14))
    .join("");
  const ratio = parsed.cpu / replayed.cpu;
  console.log(`a simulated day: ${replayed.events} events of 8 instruments, one a second each`);
  console.log(`  ${"".padEnd(34)}${header}`);
  console.log(row("replay, folded and reported", replayed, ""));
  console.log(row("JSON.parse + parseEvent's rules", parsed, `${ratio.toFixed(2)}×`));
  if (peer === undefined)
    console.log("  DuckDB read_ndjson: not run, @duckdb/node-api is not installed");
  else
    console.log(
      row("DuckDB read_ndjson, eight fields", peer, `${(peer.cpu / replayed.cpu).toFixed(2)}×`),
    );
  return ratio;
}

/** Resident memory while one long input is folded. @returns what it grew by from a fifth of the way on */
async function watchMemory(): Promise<number> {
  const hours = Math.ceil(WATCHED / 24_000);
  const readings: number[] = [];
  let events = 0;
  const { cpu } = await spent(() =>
    folded(chunksOf(hours * HOUR_US), (more) => {
      events += more;
      if (events < ((readings.length + 1) * WATCHED) / 10 || readings.length === 10) return;
      readings.push(process.memoryUsage.rss() / 1e6);
      console.log(
        `  rss at ${events.toLocaleString("en").padStart(11)} events: ${mb(readings.at(-1))}`,
      );
    }),
  );
  console.log(
    `  ${events.toLocaleString("en")} events simulated and folded, ${cpu.toFixed(2)} µs cpu each`,
  );
  console.log(`  peak rss ${mb((process.resourceUsage().maxRSS * 1024) / 1e6)}`);
  return (readings.at(-1) ?? 0) / (readings[1] ?? 1);
}

function mb(value = Number.NaN): string {
  return `${value.toFixed(0)} MB`;
}

const ratio = await compare();
const growth = await watchMemory();
const misses = [
  ...(ratio < FLOOR ? [`replay is ${ratio.toFixed(2)}× the parser, floor ${FLOOR}×`] : []),
  ...(growth > GROWTH ? [`memory grew ${growth.toFixed(2)}-fold with the input`] : []),
];
for (const miss of misses) console.error(`below its floor: ${miss}`);
process.exitCode = misses.length > 0 ? 1 : 0;
