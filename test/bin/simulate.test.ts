/** Goal: a stream that other programs can rely on. Method: the real command, its bytes counted and compared. */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { CliError, describeComplaint } from "../../bin/cli-error.ts";
import { simulate as simulateCommand } from "../../bin/commands/simulate.ts";
import { openTerminal } from "../../bin/terminal.ts";
import { scenarioList } from "../../lib/core/simulator/scenario.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import type { SimulationTruth } from "../../lib/core/simulator/simulation-truth.ts";
import { DAY_US, epochUs, HOUR_US } from "../../lib/core/units.ts";
import { brawler } from "./brawler-process.ts";

const ENTRY = fileURLToPath(new URL("../../bin/brawler.ts", import.meta.url));
const START_OF_2026 = 1_767_225_600_000_000;
const ONE_HOUR = ["simulate", "--duration", "1h", "--instruments", "ETH-PERP,BTC-PERP"];

describe("brawler simulate", () => {
  it("prints what the simulator tells, line for line, from the start of 2026", async () => {
    const { exitCode, stdout, stderr } = await brawler([...ONE_HOUR, "--seed", "7"]);
    const world = simulate({
      seed: 7,
      from: epochUs(START_OF_2026),
      instruments: ["ETH-PERP", "BTC-PERP"],
      durationUs: HOUR_US,
    });
    const lines = [...world].map(({ line }) => `${line}\n`);
    expect(exitCode).toBe(0);
    expect(stdout).toBe(lines.join(""));
    expect(lines.length).toBeGreaterThan(1_000);
    expect(stderr).toBe(
      `${lines.length.toLocaleString("en")} events of 2 instruments in 1 h, seed 7, scenario normal\n`,
    );
  });

  it("gives the same bytes for the same arguments, others for another seed or scenario", async () => {
    const hash = async (...more: readonly string[]) => {
      const { stdout, stderr } = await brawler([...ONE_HOUR, "--quiet", ...more]);
      expect(stderr).toBe("");
      return createHash("sha256").update(stdout).digest("hex");
    };
    const [first, again, otherSeed, otherScenario] = await Promise.all([
      hash(),
      hash("--seed", "42"),
      hash("--seed", "43"),
      hash("--scenario", "duplicates"),
    ]);
    expect(again).toBe(first);
    expect(new Set([first, otherSeed, otherScenario]).size).toBe(3);
  });

  it("writes the truth of the run beside its lines", async () => {
    const directory = mkdtempSync(join(tmpdir(), "brawler-truth-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const file = join(directory, "truth.json");
    const planted = ["--scenario", "calm,vol-spike@10m+5m", "--truth", file];
    const { exitCode } = await brawler([...ONE_HOUR, "--quiet", ...planted]);
    expect(exitCode).toBe(0);
    const truth = JSON.parse(readFileSync(file, "utf8")) as SimulationTruth;
    expect(truth).toMatchObject({ schema: "brawler.truth/1", seed: 42, from: START_OF_2026 });
    expect(truth.planted.map(({ scenario }) => scenario)).toEqual(["calm", "vol-spike"]);
    const nowhere = await brawler([...ONE_HOUR, "--quiet", "--truth", join(file, "x")]);
    expect(nowhere.exitCode).toBe(3);
    expect(nowhere.stderr).toContain("cannot write the truth file");
  });

  it("starts where --from says", async () => {
    const { stdout } = await brawler([...ONE_HOUR, "--from", "2026-01-02T00:00:00+00:00"]);
    const [first = ""] = stdout.split("\n");
    expect(JSON.parse(first)).toMatchObject({ time: START_OF_2026 + DAY_US, sequence: 1 });
  });

  it("ends quietly, with 0, when the reader has seen enough", async () => {
    const child = spawn(process.execPath, [ENTRY, "simulate", "--duration", "30d", "--quiet"]);
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [exitCode] = await once(child, "close");
    expect(exitCode).toBe(0);
    expect(complaint).toBe("");
  });

  it.each([
    { typed: ["--scenario", "toxic-flw"], says: "did you mean toxic-flow?" },
    { typed: ["--scenario", "calm,toxic-flw@1h"], says: "did you mean toxic-flow?" },
    { typed: ["--scenario", "null,stress"], says: "null and stress cannot go together" },
    {
      typed: ["--scenario", "lead-lag", "--instruments", "ETH-PERP"],
      says: "lead-lag needs BTC-PERP and ETH-PERP",
    },
    { typed: ["--market", "x", "--truth", "y"], says: "no truth to write" },
    { typed: ["--instruments", "BTC-PERPS"], says: "did you mean BTC-PERP?" },
    { typed: ["--duration", "0s"], says: "expects a whole number above 0" },
    { typed: ["--seed", "4294967296"], says: "from 0 to 4294967295" },
    { typed: ["events.ndjson"], says: 'brawler simulate does not take "events.ndjson"' },
  ])("refuses $typed with a usage error: $says", async ({ typed, says }) => {
    const refusal = await refusalOf(() => simulateCommand.execute(typed, openTerminal(true)));
    expect(refusal.exitCode).toBe(2);
    expect(describeComplaint(refusal.complaint)).toContain(says);
  });
});

/** The error that ends a command; execution itself must not have begun. */
async function refusalOf(execute: () => Promise<unknown>): Promise<CliError> {
  const error = await Promise.resolve()
    .then(execute)
    .catch((thrown: unknown) => thrown);
  if (error instanceof CliError) return error;
  throw new Error(`expected a CliError, was ${String(error)}`);
}

describe("brawler simulate --market", () => {
  const books = Array.from({ length: 400 }, (_, second) => {
    const bid = 100 + (second % 7) / 10;
    return `${START_OF_2026 + second * 1_000_000},,${bid.toFixed(1)},5,${(bid + 0.1).toFixed(1)},5`;
  });
  const prints = Array.from({ length: 200 }, (_, index) => {
    const price = 100 + (index % 9) / 10;
    return `${START_OF_2026 + index * 2_000_000 + 500},${price.toFixed(1)},2,${index % 2 === 0 ? "S" : "B"},p${index}`;
  });

  it("quotes into a recording, the same bytes each time, and says what was read", async () => {
    const directory = mkdtempSync(join(tmpdir(), "brawler-market-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const prefix = join(directory, "BTCUSDT");
    writeFileSync(
      `${prefix}.quotes.csv`,
      `ts_us,recv_us,bid_px,bid_qty,ask_px,ask_qty\n${books.join("\n")}\n`,
    );
    writeFileSync(`${prefix}.trades.csv`, `ts_us,px,qty,side,trade_id\n${prints.join("\n")}\n`);
    const [first, again] = await Promise.all([
      brawler(["simulate", "--market", prefix]),
      brawler(["simulate", "--market", `${prefix}.trades.csv`]),
    ]);
    expect(first.exitCode).toBe(0);
    expect(first.stdout).toBe(again.stdout);
    expect(first.stdout).toContain('"instrument":"BTCUSDT"');
    expect(first.stderr).toContain(
      "400 books and 200 prints read of 2026-01-01 00:00:00 UTC to 2026-01-01 00:06:39 UTC",
    );
  });

  it("says what it looked for when there is no recording", async () => {
    const { exitCode, stderr } = await brawler(["simulate", "--market", "/nowhere/BTCUSDT"]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("/nowhere/BTCUSDT.quotes.csv");
  });
});

describe("brawler scenarios", () => {
  it("lists every scenario with what it plants, readably and as JSON", async () => {
    const [text, json] = await Promise.all([
      brawler(["scenarios"]),
      brawler(["scenarios", "--json"]),
    ]);
    const listed = JSON.parse(json.stdout) as { scenarios: { name: string }[] };
    expect(listed.scenarios.map(({ name }) => name)).toEqual(
      scenarioList().map(({ name }) => name),
    );
    for (const { name, description } of scenarioList()) {
      expect(text.stdout).toMatch(new RegExp(`^${name} +.`, "m"));
      expect(text.stdout).toContain(description);
    }
  });
});
