/**
 * `kill -9`, for as long as one cares to wait: first the pipeline and the stores, as `npm test` does and more often; then
 * `npm start` under load, killed at drawn moments in one directory, where `brawler verify` compares every figure after
 * each.
 *
 *     npm run kills -- [KILLS] [MINUTES] [SEED]          (200 kills, 10 minutes)
 *
 * Ends with 1 at the first difference, and leaves the directory to be looked at.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { brawler, startDesk } from "../bin/brawler-process.ts";
import { xorshift } from "../kill.ts";

const [kills = "200", minutes = "10", seed = "20260101"] = process.argv.slice(2);
const KILL_TESTS = ["test/app/kills.test.ts", "test/adapters/crash.test.ts"];
const LONGEST_LIFE_MS = 12_000;
/** Ten minutes of market a second: a bucket of an hour closes every six seconds. */
const WORLD = ["--speed", "600", "--history", "12h", "--seed", "42"];

interface Proof {
  readonly lines: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly differences: { readonly count: number };
}

const directory = mkdtempSync(join(tmpdir(), "brawler-kills-"));
const data = join(directory, "desk");
const draw = xorshift(Number(seed));

async function proof(): Promise<Proof> {
  const { exitCode, stdout, stderr } = await brawler(["verify", "--data", data, "--json"]);
  if (exitCode === 0) return JSON.parse(stdout) as Proof;
  process.stdout.write(`${stdout}${stderr}`);
  throw new Error(`verify ended with ${exitCode}; the directory is left at ${data}`);
}

if (Number(kills) > 0) {
  const { status } = spawnSync("npx", ["vitest", "run", ...KILL_TESTS], {
    stdio: "inherit",
    env: { ...process.env, BRAWLER_KILLS: kills, BRAWLER_SEED: seed },
  });
  if (status !== 0) throw new Error("a test that kills has failed");
}

// The minutes are of npm start alone, however long the tests before took.
const endsAt = performance.now() + Number(minutes) * 60_000;
let lives = 0;
let last: Proof | undefined;
while (performance.now() < endsAt) {
  const desk = await startDesk(["--data", data, ...WORLD]);
  await sleep(draw() % LONGEST_LIFE_MS);
  await desk.stop("SIGKILL");
  lives += 1;
  last = await proof();
  const rows = Object.entries(last.rows).map(([of, count]) => `${count} ${of}`);
  process.stdout.write(`kill ${lives}: ${last.lines} lines, ${rows.join(", ")}: no difference\n`);
}
process.stdout.write(
  `${lives} kills of npm start in ${minutes} minutes, ${last?.lines ?? 0} lines, no difference\n`,
);
rmSync(directory, { recursive: true, force: true });
