/**
 * What a cold start waits for before the first record: the import of the stream processor's bundle, in a new process each
 * time. Beside it an empty module, the floor, and the same source as esbuild alone bundles it.
 *
 *     node bench/cold-import.ts [--quick]
 *
 * Exits 1 when the import takes more processor time than the goal.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleFunction } from "../lib/infra/function-bundle.ts";

const ROUNDS = process.argv.includes("--quick") ? 7 : 31;
const GOAL_MS = 120;
const NAME = "stream-processor";
const SOURCE = fileURLToPath(new URL(`../lambdas/${NAME}.ts`, import.meta.url));

/** As the stack sets it; nothing is called. */
const ENVIRONMENT = {
  AWS_REGION: "eu-west-1",
  BRAWLER_ARCHIVE_BUCKET: "archive",
  BRAWLER_CONFIG: "{}",
  BRAWLER_METRICS_TABLE: "metrics",
  BRAWLER_STAGE: "bench",
  BRAWLER_STATE_TABLE: "state",
  BRAWLER_TIMESTREAM_DATABASE: "metrics",
  POWERTOOLS_METRICS_NAMESPACE: "Brawler",
  POWERTOOLS_SERVICE_NAME: NAME,
};

interface Peer {
  readonly name: string;
  readonly file: string;
  readonly bytes: number;
}

interface Import {
  /** By the clock, in ms: what else runs on the machine is in it. */
  readonly elapsed: number;
  /** Processor time, in ms. */
  readonly spent: number;
}

const IMPORT = `
  const from = process.cpuUsage(), at = performance.now();
  await import(process.argv[1]);
  const elapsed = performance.now() - at, { user, system } = process.cpuUsage(from);
  console.log(JSON.stringify({ elapsed, spent: (user + system) / 1_000 }));
`;

function importOnce({ file }: Peer): Import {
  const url = pathToFileURL(file).href;
  const output = execFileSync(
    process.execPath,
    ["--input-type=module", "--eval", IMPORT, "--", url],
    { env: ENVIRONMENT, encoding: "utf8" },
  );
  return JSON.parse(output) as Import;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function makePeers(folder: string): Promise<readonly Peer[]> {
  const empty = join(folder, "empty.mjs");
  writeFileSync(empty, "export {};\n");
  const file = join(folder, "alone.mjs");
  const { metafile } = await build({
    entryPoints: [SOURCE],
    outfile: file,
    bundle: true,
    platform: "node",
    target: "node24",
    format: "esm",
    mainFields: ["module", "main"],
    minify: true,
    metafile: true,
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const alone = Object.values(metafile.outputs).reduce((sum, { bytes }) => sum + bytes, 0);
  const dynamodb = { name: NAME, store: "dynamodb", folder: join(folder, "dynamodb") } as const;
  const timestream = {
    name: NAME,
    store: "timestream",
    folder: join(folder, "timestream"),
  } as const;
  return [
    { name: "an empty module", file: empty, bytes: 0 },
    { name: "bundle, DynamoDB", ...(await bundleFunction(dynamodb)) },
    { name: "bundle, Timestream", ...(await bundleFunction(timestream)) },
    { name: "esbuild alone, DynamoDB", file, bytes: alone },
  ];
}

function row(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  return `  ${name.padEnd(34)}${figures.map((figure) => figure.padStart(14)).join("")}`;
}

const folder = mkdtempSync(join(tmpdir(), "brawler-bench-"));
try {
  const peers = await makePeers(folder);
  const rounds = Array.from({ length: ROUNDS }, () => peers.map(importOnce));
  const spent = peers.map((_, at) => median(rounds.map((round) => round[at]?.spent ?? Number.NaN)));
  console.log(`${NAME}: median of ${ROUNDS} imports, each in a new process`);
  console.log(row(["", "KiB", "elapsed ms", "processor ms"]));
  for (const [at, { name, bytes }] of peers.entries()) {
    const elapsed = median(rounds.map((round) => round[at]?.elapsed ?? Number.NaN));
    const ms = [elapsed, spent[at] ?? Number.NaN].map((figure) => figure.toFixed(1));
    console.log(row([name, (bytes / 1_024).toFixed(1), ...ms]));
  }
  const [, own = Number.NaN, , alone = Number.NaN] = spent;
  console.log(row(["", "bundle", "peer", "bundle is"]));
  const ratio = `${(alone / own).toFixed(2)}×`;
  console.log(row(["esbuild alone", own.toFixed(1), alone.toFixed(1), ratio]));
  if (own > GOAL_MS) {
    console.error(`the import took ${own.toFixed(0)} ms of processor time, goal ${GOAL_MS} ms`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
