/**
 * How real the simulated market is, and how honest the intervals and tests are that judge it.
 *
 *     npm run realism                     everything, into docs/reference/realism.md
 *     npm run realism -- fills            some parts, printed: see bench/realism/parts.ts
 *
 * Each part has a thread of its own, as many at once as there are cores; `--threads N` says otherwise. Exits 1 when a
 * fact leaves its band, an interval covers too little or too much, or a test cries wolf.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { isHonest } from "./realism/false-positives.ts";
import { holds } from "./realism/judge.ts";
import {
  coverageLines,
  covers,
  type Findings,
  falsePositiveLines,
  pageOf,
} from "./realism/page.ts";
import { DAYS, type Found, PARTS, type PartName, SEEDS } from "./realism/parts.ts";

const PAGE = fileURLToPath(new URL("../docs/reference/realism.md", import.meta.url));
const WORKER = new URL("./realism/part-worker.ts", import.meta.url);
const ALL = Object.keys(PARTS) as PartName[];

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function findingsOf(names: readonly PartName[], threads: number): Promise<Findings> {
  const waiting = [...names];
  const found: Found[] = [];
  async function thread(): Promise<void> {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const [own] = await once(new Worker(WORKER, { workerData: name }), "message");
      found.push(own as Found);
      note(`${name}: done`);
    }
  }
  await Promise.all(Array.from({ length: threads }, thread));
  return {
    seeds: SEEDS,
    days: DAYS,
    verdicts: found.flatMap(({ verdicts = [] }) => verdicts).sort(byFact),
    recorded: found.flatMap(({ recorded = [] }) => recorded),
    recordedFunding: found.flatMap(({ recordedFunding = [] }) => recordedFunding),
    coverage: found.flatMap(({ coverage = [] }) => coverage).sort(byName),
    falsePositives: found.flatMap((each) => each.falsePositives ?? []),
  };
}

type Verdict = Findings["verdicts"][number];

function byFact(a: Verdict, b: Verdict): number {
  return a.fact - b.fact || a.name.localeCompare(b.name, "en");
}

function byName(a: Findings["coverage"][number], b: Findings["coverage"][number]): number {
  return a.name.localeCompare(b.name, "en", { numeric: true });
}

function lineOf(verdict: Verdict): string {
  const { fact, name, perSeed } = verdict;
  return `${holds(verdict) ? "holds " : "FAILS "} ${fact} ${name}: ${perSeed.join(", ")}`;
}

function print({ verdicts, coverage, falsePositives }: Findings): void {
  const lines = [
    ...verdicts.map(lineOf),
    ...(coverage.length > 0 ? coverageLines(coverage) : []),
    ...(falsePositives.length > 0 ? falsePositiveLines(falsePositives) : []),
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

function isGood({ verdicts, coverage, falsePositives }: Findings): boolean {
  return verdicts.every(holds) && coverage.every(covers) && falsePositives.every(isHonest);
}

const { values, positionals } = parseArgs({
  options: { threads: { type: "string", default: String(availableParallelism()) } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
if (unknown !== undefined)
  throw new RangeError(`there is no part ${unknown}; there are ${ALL.join(", ")}`);
const isWhole = positionals.length === 0;
const findings = await findingsOf(
  isWhole ? ALL : (positionals as PartName[]),
  Number(values.threads),
);
if (isWhole) {
  writeFileSync(PAGE, pageOf(findings));
  for (const verdict of findings.verdicts.filter((each) => !holds(each))) note(lineOf(verdict));
  note(`written: ${PAGE}`);
} else print(findings);
process.exitCode = isGood(findings) ? 0 : 1;
