/**
 * The whole proof, for which no change can wait: each part in a process of its own, and what came of it.
 *
 *     npm run proof                                    every part
 *     npm run proof -- simulation --seeds 1000         one part, with its own options
 *     npm run proof -- kills 50 5                      50 kills, then 5 minutes of them
 *     npm run proof -- realism coverage
 *
 * Every part runs, also after one that failed; then it ends with 1.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

interface Part {
  readonly name: string;
  readonly program: string;
  readonly proves: string;
}

const PARTS: readonly Part[] = [
  {
    name: "simulation",
    program: "./simulation/proof.ts",
    proves:
      "10,000 seeds of pipeline and deliveries, each fault, each mutant; writes docs/reference/validation.md",
  },
  {
    name: "kills",
    program: "./soak/kills.ts",
    proves: "200 kills of pipeline and stores, then ten minutes of kills of npm start",
  },
  {
    name: "realism",
    program: "../bench/realism.ts",
    proves: "facts of markets, coverage of intervals; writes docs/reference/realism.md",
  },
];

function run({ name, program, proves }: Part, options: readonly string[]): boolean {
  process.stdout.write(`\n── ${name}: ${proves}\n`);
  const start = performance.now();
  const path = fileURLToPath(new URL(program, import.meta.url));
  const { status } = spawnSync(process.execPath, [path, ...options], { stdio: "inherit" });
  const minutes = ((performance.now() - start) / 60_000).toFixed(1);
  process.stdout.write(`── ${name} ${status === 0 ? "holds" : "FAILED"}, ${minutes} min\n`);
  return status === 0;
}

const [asked, ...options] = process.argv.slice(2);
const parts = PARTS.filter(({ name }) => asked === undefined || name === asked);
if (parts.length === 0) {
  const names = PARTS.map(({ name }) => name).join(", ");
  throw new RangeError(`${asked} is no part of the proof: name one of ${names}, or none for all`);
}
const outcomes = parts.map((part) => run(part, options));
if (outcomes.includes(false)) process.exitCode = 1;
