/**
 * From NDJSON bytes to validated events: the byte scanner beside JSON.parse, alone and with the guards that would have
 * to follow it. All peers start from the same bytes, and accept the same lines before any time counts.
 *
 *     node bench/parse.ts [--quick]
 *
 * Exits 1 when a ratio falls below its floor.
 */
import { Compile } from "typebox/compile";
import type { BrawlerEvent } from "../lib/core/events/event.ts";
import { fingerprint } from "../lib/core/events/fingerprint.ts";
import { isRefusal, parseEvent } from "../lib/core/events/parse.ts";
import { scanEvent } from "../lib/core/events/scan.ts";
import { eventSchema } from "../lib/core/events/schema.ts";
import { simulate } from "../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, epochUs, SECOND_US } from "../lib/core/units.ts";

const isQuick = process.argv.includes("--quick");
const LINES = isQuick ? 20_000 : 100_000;
const ROUNDS = isQuick ? 9 : 25;
const FROM = epochUs(1_767_225_600_000_000);
const LINE_FEED = 10;

interface Corpus {
  readonly name: string;
  readonly lines: number;
  readonly bytes: Buffer;
}

interface Peer {
  readonly name: string;
  /** Reads one line; its sequence is the checksum. */
  readonly read: (bytes: Buffer, from: number, to: number) => { readonly sequence: number };
}

/** At least this many times as fast as the peer; the goal of the design times 0.7. */
const FLOORS: ReadonlyMap<string, number> = new Map([
  ["JSON.parse + compiled schema", 2.2 * 0.7],
  ["JSON.parse + parseEvent's rules", 2.2 * 0.7],
]);

const schema = Compile(eventSchema);

const PEERS: readonly Peer[] = [
  { name: "scanEvent", read: (bytes, from, to) => accepted(scanEvent(bytes, from, to)) },
  {
    name: "JSON.parse alone",
    read: (bytes, from, to) => JSON.parse(bytes.toString("latin1", from, to)) as BrawlerEvent,
  },
  {
    name: "JSON.parse + compiled schema",
    read: (bytes, from, to) => {
      const value: unknown = JSON.parse(bytes.toString("latin1", from, to));
      if (!schema.Check(value)) throw new Error("the schema refused a simulated line");
      return value as BrawlerEvent;
    },
  },
  {
    name: "JSON.parse + parseEvent's rules",
    read: (bytes, from, to) => accepted(parseEvent(bytes.toString("latin1", from, to))),
  },
];

function accepted(outcome: ReturnType<typeof scanEvent>): BrawlerEvent {
  if (isRefusal(outcome)) throw new Error(`a simulated line was refused: ${outcome.detail}`);
  return outcome;
}

/** Simulated lines of the given kinds, as many as asked for. */
function corpus(name: string, isWanted: (line: string) => boolean): Corpus {
  const lines: string[] = [];
  for (let seed = 1; lines.length < LINES; seed++) {
    const durationUs = DAY_US as DurationUs;
    const simulation = simulate({ seed, from: FROM, durationUs, gridUs: SECOND_US });
    for (let next = simulation.next(); next !== undefined; next = simulation.next()) {
      if (isWanted(next.line)) lines.push(next.line);
      if (lines.length === LINES) break;
    }
  }
  return { name, lines: lines.length, bytes: Buffer.from(`${lines.join("\n")}\n`) };
}

/** One pass over all lines. @returns the sum of their sequences */
function pass({ bytes }: Corpus, read: Peer["read"]): number {
  let sum = 0;
  let from = 0;
  for (let to = bytes.indexOf(LINE_FEED); to !== -1; to = bytes.indexOf(LINE_FEED, from)) {
    sum += read(bytes, from, to).sequence;
    from = to + 1;
  }
  return sum;
}

/** Nanoseconds of processor time: what others take from the machine is not counted. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) * 1_000;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Every peer in turn, again and again; medians in nanoseconds a line, after one round of warming up. */
function measure(works: readonly (() => void)[], lines: number): readonly number[] {
  const rounds = Array.from({ length: ROUNDS + 1 }, () => works.map((work) => spent(work) / lines));
  return works.map((_, index) =>
    median(rounds.slice(1).map((round) => round[index] ?? Number.NaN)),
  );
}

function row(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  return `  ${name.padEnd(34)}${figures.map((figure) => figure.padStart(14)).join("")}`;
}

/** Prints the table of one corpus. @returns the floors that were missed */
function compare(data: Corpus): readonly string[] {
  const sums = new Set(PEERS.map(({ read }) => pass(data, read)));
  if (sums.size !== 1)
    throw new Error(`the peers disagree on ${data.name}: ${[...sums].join(", ")}`);
  const times = measure(
    PEERS.map((peer) => () => void pass(data, peer.read)),
    data.lines,
  );
  const scan = times[0] ?? Number.NaN;
  const size = data.bytes.length / data.lines;
  console.log(`${data.name}: ${data.lines} lines of ${size.toFixed(0)} bytes`);
  console.log(row(["", "ns a line", "MB/s", "scanEvent is"]));
  return PEERS.flatMap(({ name }, index) => {
    const time = times[index] ?? Number.NaN;
    const ratio = time / scan;
    const speed = ((size / time) * 1_000).toFixed(0);
    console.log(row([name, time.toFixed(0), speed, index === 0 ? "" : `${ratio.toFixed(2)}×`]));
    const floor = FLOORS.get(name) ?? 0;
    return ratio < floor
      ? [`${data.name}: ${ratio.toFixed(2)}× ${name}, floor ${floor.toFixed(2)}×`]
      : [];
  });
}

function reportFingerprint(data: Corpus): void {
  const lines = data.bytes.toString("latin1").trimEnd().split("\n");
  const events = lines.map((line) => accepted(parseEvent(line)));
  let sum = 0;
  const work = () => {
    for (const event of events) sum += fingerprint(event);
  };
  const [time = Number.NaN] = measure([work], events.length);
  console.log(`fingerprint of ${data.name}: ${time.toFixed(0)} ns an event (checksum ${sum})`);
}

const everything = corpus("everything that a desk sends", () => true);
const ours = corpus("quotes and trades only", (line) => !line.includes('"reference"'));
const missed = [everything, ours].flatMap(compare);
reportFingerprint(everything);
for (const miss of missed) console.error(`below its floor: ${miss}`);
process.exitCode = missed.length > 0 ? 1 : 0;
