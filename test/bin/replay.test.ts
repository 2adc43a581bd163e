/**
 * Goal: a file of events gives its figures, whatever its wrapping, and no bad line is lost without a word. Method: the
 * real command on simulated hours, some of whose lines were spoilt on purpose.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { epochUs, HOUR_US } from "../../lib/core/units.ts";
import { brawler, type Outcome } from "./brawler-process.ts";

const FROM = epochUs(1_767_225_600_000_000);
let directory = "";

const WORLD = { seed: 42, from: FROM, instruments: ["ETH-PERP"], durationUs: HOUR_US };
const HOUR = [...simulate(WORLD)].map(({ line }) => line);

/** That the trade on `line` never happened, told after the hour. */
function bustOf(line: string): string {
  const { instrument, tradeId } = JSON.parse(line) as { instrument: string; tradeId: string };
  const time = FROM + HOUR_US;
  return JSON.stringify({ type: "bust", instrument, time, sequence: HOUR.length + 1, tradeId });
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "brawler-replay-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function write(name: string, lines: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}

const reportOf = ({ stdout }: Outcome): Report => JSON.parse(stdout) as Report;

describe("brawler replay", () => {
  it("counts every event of a file, and closes the books", async () => {
    const outcome = await brawler(["replay", write("hour.ndjson", HOUR), "--json"]);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stderr).toBe("");
    const { data, instruments, schema } = reportOf(outcome);
    expect(schema).toBe("brawler.report/1");
    expect(data).toMatchObject({ events: HOUR.length, applied: HOUR.length, quarantined: 0 });
    const trades = HOUR.filter((line) => line.includes('"type":"trade"')).length;
    expect(trades).toBeGreaterThan(0);
    expect(instruments["ETH-PERP"]?.trades.count).toBe(trades);
    expect(instruments["ETH-PERP"]?.pnl.residual).toBe("0");
  });

  it("gives the same bytes for the same events, plain, gzipped, zstd, piped, or in two files", async () => {
    const text = `${HOUR.join("\n")}\n`;
    const half = Math.floor(HOUR.length / 2);
    const gzipped = join(directory, "hour.gz");
    const zstd = join(directory, "hour.zst");
    writeFileSync(gzipped, gzipSync(text));
    writeFileSync(zstd, zstdCompressSync(text));
    const parts = [write("a", HOUR.slice(0, half)), write("b", HOUR.slice(half))];
    const outcomes = await Promise.all([
      brawler(["replay", write("plain", HOUR), "--json"]),
      brawler(["replay", gzipped, "--json"]),
      brawler(["replay", zstd, "--json"]),
      brawler(["replay", "-", "--json"], { stdin: text }),
      brawler(["replay", ...parts, "--json"]),
    ]);
    for (const { exitCode } of outcomes) expect(exitCode).toBe(0);
    expect(new Set(outcomes.map(({ stdout }) => stdout)).size).toBe(1);
  });

  it("reads standard input a second time when a bust asks for it", async () => {
    const lines = [...HOUR, bustOf(HOUR.find((line) => line.includes('"type":"trade"')) ?? "")];
    const [file, piped] = await Promise.all([
      brawler(["replay", write("busts", lines), "--json"]),
      brawler(["replay", "-", "--json"], { stdin: `${lines.join("\n")}\n` }),
    ]);
    expect(piped.exitCode).toBe(0);
    expect(piped.stdout).toBe(file.stdout);
    const trades = HOUR.filter((line) => line.includes('"type":"trade"')).length;
    expect(reportOf(piped).instruments["ETH-PERP"]?.trades.count).toBe(trades - 1);
  });
});

describe("a file with bad lines", () => {
  const [first = "", second = "", ...rest] = HOUR;
  const spoilt = [first, "not json", second, "", '{"type":"trade"}', ...rest];

  it("has each reported by place and reason, the others applied, the bad kept, and ends with 1", async () => {
    const path = write("spoilt.ndjson", spoilt);
    const data = join(directory, "spoilt-data");
    const outcome = await brawler(["replay", path, "--data", data, "--json"]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain("2 lines were refused; the others were applied:");
    expect(outcome.stderr).toMatch(/spoilt\.ndjson:2 {2}not-json: /);
    expect(outcome.stderr).toMatch(/spoilt\.ndjson:5 {2}missing-field /);
    expect(reportOf(outcome).data).toMatchObject({
      events: HOUR.length + 2,
      applied: HOUR.length,
      quarantined: 2,
    });
    const kept = join(data, "quarantine", "spoilt.ndjson.refused.ndjson");
    expect(outcome.stderr).toContain(kept);
    const records = readFileSync(kept, "utf8").trimEnd().split("\n");
    expect(records.map((line): unknown => JSON.parse(line))).toMatchObject([
      { file: path, line: 2, reason: "not-json", text: "not json" },
      { file: path, line: 5, reason: "missing-field", text: '{"type":"trade"}' },
    ]);
  });

  it("has events that the fold sets aside kept with their text, by file and line", async () => {
    const changed = second.replace(/"ask":"[^"]*"/, '"ask":"9999999"');
    expect(changed).not.toBe(second);
    const clean = write("clean.ndjson", HOUR.slice(0, 50));
    const conflicting = write("conflict.ndjson", [changed]);
    const data = join(directory, "conflict-data");
    const outcome = await brawler(["replay", clean, conflicting, "--data", data]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/conflict\.ndjson:1 {2}sequence-conflict: /);
    const kept = join(data, "quarantine", "conflict.ndjson.refused.ndjson");
    expect(JSON.parse(readFileSync(kept, "utf8"))).toMatchObject({ line: 1, text: changed });
  });

  it("counts up to its damage, and says so, when it is cut off", async () => {
    const path = join(directory, "cut.gz");
    const whole = gzipSync(`${HOUR.join("\n")}\n`);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
    const outcome = await brawler(["replay", path, "--json"]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain("the input could not be read to its end");
    const { data } = JSON.parse(outcome.stdout) as { data: { events: number; applied: number } };
    expect(data.events).toBeGreaterThan(0);
    expect(data.events).toBeLessThan(HOUR.length);
    expect(data.applied).toBe(data.events);
  });
});

describe("a data directory", () => {
  it("keeps what was replayed: the report is the same, and a second time changes no figure", async () => {
    const path = write("kept.ndjson", HOUR);
    const data = join(directory, "kept-data");
    const first = await brawler(["replay", path, "--data", data, "--json"]);
    const report = await brawler(["report", "--window", "all", "--data", data, "--json"]);
    expect(report.exitCode).toBe(0);
    expect(report.stdout).toBe(first.stdout);
    const again = await brawler(["replay", path, "--data", data, "--json"]);
    expect(again.exitCode).toBe(0);
    const { portfolio, instruments, data: counts } = reportOf(again);
    expect({ portfolio, instruments }).toEqual({
      portfolio: reportOf(first).portfolio,
      instruments: reportOf(first).instruments,
    });
    expect(counts).toMatchObject({ applied: HOUR.length, duplicates: HOUR.length });
    const status = await brawler(["status", "--data", data, "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({
      running: null,
      instruments: [{ name: "ETH-PERP", counters: { applied: HOUR.length } }],
    });
  });
});

describe("what cannot be read", () => {
  it.each([
    { files: ["/nowhere/events.ndjson"], exitCode: 3, says: "cannot read the events" },
    { files: ["/"], exitCode: 3, says: "it is a directory: name the files in it" },
    { files: ["-", "-"], exitCode: 2, says: "standard input can be read once" },
    { files: [], exitCode: 2, says: "brawler replay needs FILE…" },
  ])("ends with $exitCode and says so: $says", async ({ files, exitCode, says }) => {
    const outcome = await brawler(["replay", ...files]);
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toContain(says);
  });

  it("ends with 1 when a file holds no event at all", async () => {
    const outcome = await brawler(["replay", write("empty", [])]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toContain("there is no event to report");
  });
});
