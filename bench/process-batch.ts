/**
 * The live path into the embedded store, from NDJSON bytes to a commit every second of events: 8 instruments, about
 * 1,000 events a second in all, which is a simulated day told 150 times as fast. Each commit is a transaction in a file of
 * its own (state, summary and every row that changed). Beside it stands JSON.parse of the same bytes, which keeps nothing.
 *
 *     node bench/process-batch.ts [--quick]
 *
 * Exits 1 when the ratio falls below its floor. Also printed: how large the committed state is, as it is and compressed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync, zstdCompressSync } from "node:zlib";
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import { foldDeliveries } from "../lib/app/fold-input.ts";
import { createProcessor } from "../lib/app/instrument-processor.ts";
import { resolveConfig } from "../lib/core/api/config.ts";
import { isRefusal } from "../lib/core/events/refusal.ts";
import { scanEvent } from "../lib/core/events/scan.ts";
import { simulate } from "../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US, SECOND_US } from "../lib/core/units.ts";

const isQuick = process.argv.includes("--quick");
const HOURS = isQuick ? 4 : 24;
const ROUNDS = isQuick ? 3 : 5;
/** So many seconds of the simulated day become one. */
const FASTER = 150;
const FROM = epochUs(1_767_225_600_000_000);
const FUTURE_LIMIT = 2 ** 52;
const CONFIG = resolveConfig({});
const LINE_FEED = 10;

/** 150,000 events a second are the goal, where JSON.parse alone makes 600,000 of these. */
const FLOOR = 0.17;

/** The lines of each second, as bytes. */
function secondsOf(): { readonly seconds: readonly Buffer[]; readonly events: number } {
  const durationUs = (HOURS * HOUR_US) as DurationUs;
  const seconds: Buffer[] = [];
  let [text, second, events] = ["", 0, 0];
  for (const { line } of simulate({ seed: 1, from: FROM, durationUs })) {
    let time = 0;
    const told = line.replace(/"time":(\d+)/, (_, at: string) => {
      time = FROM + Math.floor((Number(at) - FROM) / FASTER);
      return `"time":${time}`;
    });
    if (time >= FROM + (second + 1) * SECOND_US) {
      seconds.push(Buffer.from(text, "latin1"));
      second = Math.floor((time - FROM) / SECOND_US);
      text = "";
    }
    text += `${told}\n`;
    events += 1;
  }
  seconds.push(Buffer.from(text, "latin1"));
  return { seconds, events };
}

/** Every line's bytes, in place. */
function eachLine(bytes: Buffer, use: (from: number, to: number) => void): void {
  let from = 0;
  for (let to = bytes.indexOf(LINE_FEED); to >= 0; to = bytes.indexOf(LINE_FEED, from)) {
    use(from, to);
    from = to + 1;
  }
}

/** Folds and commits every second. @returns how many events were applied */
async function processed(seconds: readonly Buffer[], store: EmbeddedStore): Promise<number> {
  const { state, metrics, atomic } = store;
  const processor = createProcessor({
    state,
    metrics,
    atomic,
    settings: CONFIG,
    retention: CONFIG.retention,
    onQuarantine: ([first]) => {
      throw new Error(`a simulated event was set aside: ${first?.quarantine.detail}`);
    },
  });
  let applied = 0;
  for (const bytes of seconds) {
    const deliveries: Delivery[] = [];
    eachLine(bytes, (from, to) => {
      const event = scanEvent(bytes, from, to);
      if (isRefusal(event)) throw new Error(`a simulated line was refused: ${event.detail}`);
      deliveries.push({ event, line: deliveries.length + 1 });
    });
    const counts = await foldDeliveries(processor, deliveries, { futureLimit: FUTURE_LIMIT });
    applied += counts.applied;
  }
  return applied;
}

function parsed(seconds: readonly Buffer[]): number {
  let events = 0;
  for (const bytes of seconds) {
    eachLine(bytes, (from, to) => {
      JSON.parse(bytes.toString("utf8", from, to));
      events += 1;
    });
  }
  return events;
}

/** µs of processor time an event, all threads. */
async function spent(events: number, work: () => Promise<number> | number): Promise<number> {
  const before = process.cpuUsage();
  const counted = await work();
  const { user, system } = process.cpuUsage(before);
  if (counted !== events) throw new Error(`the peers must read ${events} events, one ${counted}`);
  return (user + system) / events;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function largestStates({ state }: EmbeddedStore): Promise<void> {
  const bodies = await Promise.all((await state.keys()).map((key) => state.load(key)));
  const sizes = bodies.map((snapshot) => {
    const body = Buffer.from(snapshot?.body ?? "");
    return [body.length, deflateRawSync(body).length, zstdCompressSync(body).length] as const;
  });
  const largest = (of: 0 | 1 | 2) =>
    (Math.max(...sizes.map((size) => size[of])) / 1_024).toFixed(1);
  console.log(
    `  largest state ${largest(0)} KB, deflated ${largest(1)} KB, with zstd ${largest(2)} KB`,
  );
}

function row(name: string, cpu: number, ratio: string): string {
  const rate = Math.round(1e6 / cpu).toLocaleString("en");
  const cells = [rate, cpu.toFixed(2), ratio].map((cell) => cell.padStart(14));
  return `  ${name.padEnd(34)}${cells.join("")}`;
}

const { seconds, events } = secondsOf();
const directory = mkdtempSync(join(tmpdir(), "brawler-bench-"));
process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
console.log(`busy market: ${events} events of 8 instruments, ${seconds.length} commits of each`);
console.log(
  `  ${"".padEnd(34)}${["events/s", "cpu µs/event", "path is"].map((head) => head.padStart(14)).join("")}`,
);
const path: number[] = [];
const parser: number[] = [];
for (let round = 0; round <= ROUNDS; round += 1) {
  const store = openEmbedded({ path: join(directory, `${round}.db`) });
  const own = await spent(events, () => processed(seconds, store));
  const peer = await spent(events, () => parsed(seconds));
  if (round === ROUNDS) await largestStates(store);
  store.close();
  rmSync(join(directory, `${round}.db`));
  if (round > 0) path.push(own);
  if (round > 0) parser.push(peer);
}
const ratio = median(parser) / median(path);
console.log(row("scanned, folded and committed", median(path), ""));
console.log(row("JSON.parse", median(parser), `${ratio.toFixed(2)}×`));
if (ratio < FLOOR) console.error(`below its floor: ${ratio.toFixed(2)}×, floor ${FLOOR}×`);
process.exitCode = ratio < FLOOR ? 1 : 0;
