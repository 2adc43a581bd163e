/**
 * Every benchmark, one after the other, each in a process of its own, and one table of what was compared with what.
 *
 *     npm run bench [-- --quick] [--store postgres://…]
 *
 * What needs a PostgreSQL server is measured on the one that is named. Exits 1 when a ratio falls below its floor. Absolute figures belong to the machine; ratios travel.
 */
import { spawnSync } from "node:child_process";
import { arch, cpus, platform, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const isQuick = process.argv.includes("--quick");
const named = process.argv.indexOf("--store");
const store = named === -1 ? [] : process.argv.slice(named, named + 2);

/** A figure in a benchmark's output: what stands in the first group, under a name of ours or of the second group. */
interface Reading {
  readonly pattern: RegExp;
  readonly name: (group: string) => string;
  /** The goal of the design times 0.7; where it is left out the benchmark itself exits 1. */
  readonly floor?: number;
}

interface Bench {
  readonly file: string;
  readonly quick: readonly string[];
  readonly readings: readonly Reading[];
}

const RATIO_ROW = /^ {2}(\S.*?) {2,}[\d.,]+ +[\d.,]+ +([\d.]+)×$/gm;
/** What the rows below it were measured on. */
const HEADING = /^(\S.*?):? \d+ (?:lines|events) of /gm;
const TABLE_ROW = (name: string) => new RegExp(`(${name})\\s*│\\s*([\\d.]+)`, "g");

/**
 * A question that was asked before, against the bare SELECT of all its rows. Floors of reports and charts lie below what
 * is seen on a busy machine, and above what is reached anew: a process that forgets what it has read falls below them.
 */
const FLOORS_OF_READS = [
  { question: "report of 24 h, [^│]* on embedded", floor: 0.09 },
  { question: "report of \\d\\d days, [^│]* on embedded", floor: 0.3 },
  { question: "chart of \\d\\d days, [^│]* on embedded", floor: 0.09 },
  { question: "latest of all \\d+ on embedded", floor: 0.03 },
  { question: "report of 24 h, [^│]* on PostgreSQL", floor: 0.5 },
  { question: "report of \\d\\d days, [^│]* on PostgreSQL", floor: 0.5 },
  { question: "chart of \\d\\d days, [^│]* on PostgreSQL", floor: 1.1 },
  { question: "latest of all \\d+ on PostgreSQL", floor: 0.2 },
] as const;

const BENCHES: readonly Bench[] = [
  {
    file: "parse.ts",
    quick: ["--quick"],
    readings: [{ pattern: RATIO_ROW, name: (peer) => `bytes to events, against ${peer}` }],
  },
  {
    file: "replay.ts",
    quick: ["--quick"],
    readings: [{ pattern: RATIO_ROW, name: (peer) => `whole replay, against ${peer}` }],
  },
  {
    file: "process-batch.ts",
    quick: ["--quick"],
    readings: [{ pattern: RATIO_ROW, name: (peer) => `live path with commits, against ${peer}` }],
  },
  {
    file: "embedded.ts",
    quick: ["--quick"],
    readings: [
      {
        pattern: TABLE_ROW("raw scan ÷ chart"),
        name: () => "90-day chart, against a raw SQLite scan",
        floor: 7,
      },
    ],
  },
  {
    file: "reads.ts",
    quick: ["--quick"],
    readings: [
      {
        pattern: TABLE_ROW("plain SQLite ÷ report of 24 h"),
        name: () => "report of 24 h, all instruments, against plain SQLite",
      },
      ...FLOORS_OF_READS.map(({ question, floor }) => ({
        pattern: TABLE_ROW(`bare SELECT ÷ ${question}`),
        name: (what: string) => what.replace("bare SELECT ÷ ", "again, against a bare SELECT: "),
        floor,
      })),
    ],
  },
  {
    file: "cold-import.ts",
    quick: ["--quick"],
    readings: [{ pattern: RATIO_ROW, name: (peer) => `cold import, against ${peer}` }],
  },
  { file: "postgres.ts", quick: ["--quick"], readings: [] },
  { file: "simulate.ts", quick: ["--quick"], readings: [] },
  { file: "long-run.ts", quick: ["--events", "300000"], readings: [] },
];

interface Figure {
  readonly compared: string;
  readonly ratio: number;
  readonly floor: number | undefined;
}

interface Outcome {
  readonly figures: readonly Figure[];
  readonly failed: boolean;
}

function run({ file, quick, readings }: Bench): Outcome {
  const path = fileURLToPath(new URL(file, import.meta.url));
  console.log(`\n── ${file} ${"─".repeat(60 - file.length)}`);
  const { stdout, status } = spawnSync(
    process.execPath,
    [path, ...(isQuick ? quick : []), ...store],
    {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  process.stdout.write(stdout);
  const figures = readings.flatMap(({ pattern, name, floor }) =>
    [...stdout.matchAll(pattern)].map(({ index, 1: group = "", 2: ratio }) => {
      const heading = [...stdout.slice(0, index).matchAll(HEADING)].at(-1)?.[1];
      const compared = name(group) + (heading === undefined ? "" : ` (${heading})`);
      return { compared, ratio: Number(ratio), floor };
    }),
  );
  if (readings.length > 0 && figures.length === 0) {
    throw new Error(`${file} printed no figure that is known here`);
  }
  const isBelow = figures.some(({ ratio, floor = 0 }) => ratio < floor);
  return { figures, failed: status !== 0 || isBelow };
}

function printTable(figures: readonly Figure[]): void {
  const processor = cpus()[0]?.model ?? "unknown processor";
  const { node, v8, sqlite } = process.versions;
  console.log(
    `\nmachine   ${cpus().length} × ${processor}, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  );
  console.log(`versions  Node.js ${node}, V8 ${v8}, SQLite ${sqlite}, ${platform()} ${arch()}`);
  console.log(`command   npm run bench${isQuick ? " -- --quick" : ""}\n`);
  const width = Math.max(...figures.map(({ compared }) => compared.length));
  for (const { compared, ratio, floor } of figures) {
    const gate = floor === undefined ? "" : `  floor ${floor}×`;
    console.log(`${compared.padEnd(width)}  ${`${ratio.toFixed(2)}×`.padStart(9)}${gate}`);
  }
}

const outcomes = BENCHES.map((bench) => ({ bench, ...run(bench) }));
printTable(outcomes.flatMap(({ figures }) => figures));
for (const { bench, failed } of outcomes) {
  if (failed) console.error(`${bench.file} missed a floor, or failed`);
}
process.exitCode = outcomes.some(({ failed }) => failed) ? 1 : 0;
