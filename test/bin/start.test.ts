/**
 * Goal: `npm start` shows figures, ends cleanly, and goes on where it stopped whatever ended it. Method: the real
 * process on a short history, asked over HTTP, interrupted and killed.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { HealthBody } from "../../lib/core/api/health.ts";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { epochUs, HOUR_US } from "../../lib/core/units.ts";
import { brawler, startDesk } from "./brawler-process.ts";

let directory = "";

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "brawler-start-"));
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function read<Body>(url: string, path: string): Promise<Body> {
  const response = await fetch(`${url}/api/v1/${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Body;
}

async function healthWhen(
  url: string,
  isReady: (health: HealthBody) => boolean,
): Promise<HealthBody> {
  for (;;) {
    const health = await read<HealthBody>(url, "health");
    if (isReady(health)) return health;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const isLive = ({ history }: HealthBody): boolean => history.state === "ready";
const hasCaughtUp = (events: number) => (health: HealthBody) =>
  health.data.events >= events && health.status !== "starting";

describe("brawler start", () => {
  const world = ["--history", "3h", "--instruments", "ETH-PERP,BTC-PERP"];

  it("loads a history, serves page and figures, and goes on after Ctrl-C and after kill -9", async () => {
    const data = join(directory, "desk");
    const first = await startDesk(["--data", data, ...world, "--seed", "7"]);
    const loaded = await healthWhen(first.url, isLive);
    expect(loaded).toMatchObject({ mock: true, feed: expect.stringContaining("seed 7") as string });
    expect(loaded.data.events).toBeGreaterThan(500);
    const page = await fetch(first.url);
    expect(page.headers.get("content-type")).toContain("text/html");
    const report = await read<Report>(first.url, "snapshot?window=all");
    expect(Object.keys(report.instruments)).toEqual(["BTC-PERP", "ETH-PERP"]);
    expect(report.instruments["BTC-PERP"]?.pnl.residual).toBe("0");
    const clean = await first.stop("SIGINT");
    expect(clean).toMatchObject({ exitCode: 0, stderr: "" });

    const second = await startDesk(["--data", data]);
    const resumed = await healthWhen(second.url, hasCaughtUp(loaded.data.events));
    expect(resumed.feed).toContain("seed 7");
    await second.stop("SIGKILL");

    const third = await startDesk(["--data", data]);
    const afterKill = await healthWhen(third.url, hasCaughtUp(resumed.data.events));
    expect(afterKill.data).toMatchObject({ quarantined: 0, gaps: 0, buffered: 0 });
    expect(afterKill.data.applied + afterKill.data.duplicates).toBe(afterKill.data.events);
    expect((await third.stop("SIGTERM")).exitCode).toBe(0);

    const status = await brawler(["status", "--data", data, "--json"]);
    expect(JSON.parse(status.stdout)).toMatchObject({ running: null });
  });

  it("refuses a second writer, and another world, in the same directory", async () => {
    const data = join(directory, "busy");
    const desk = await startDesk(["--data", data, "--history", "0", "--instruments", "ETH-PERP"]);
    const [second, status] = await Promise.all([
      brawler(["start", "--data", data, "--port", "0"]),
      brawler(["status", "--data", data]),
    ]);
    expect(second.exitCode).toBe(3);
    expect(second.stderr).toContain("this data directory is in use");
    expect(second.stderr).toContain(desk.url);
    expect(status.stdout).toContain(desk.url);
    await desk.stop("SIGINT");
    for (const flags of [
      ["--seed", "8"],
      ["--instruments", "BTC-PERP"],
    ]) {
      const other = await brawler(["start", "--data", data, "--port", "0", ...flags]);
      expect(other.exitCode).toBe(2);
      expect(other.stderr).toContain("this data directory holds the");
    }
  });

  it("says what to do when the port is taken", async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen({ host: "127.0.0.1", port: 0 }, resolve));
    const address = blocker.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const data = join(directory, "port");
    const taken = await brawler([
      "start",
      "--data",
      data,
      "--port",
      String(port),
      "--history",
      "0",
    ]);
    blocker.close();
    expect(taken.exitCode).toBe(3);
    expect(taken.stderr).toContain(`cannot listen on port ${port}`);
    expect(taken.stderr).toContain("choose another with --port");
  });

  it("follows a recording as if it happened now, and keeps the page up at its end", async () => {
    const from = epochUs(1_767_225_600_000_000);
    const recording = simulate({ seed: 1, from, instruments: ["SOL-PERP"], durationUs: HOUR_US });
    const lines = [...recording].map(({ line }) => line);
    const file = join(directory, "recording.ndjson");
    writeFileSync(file, `${lines.join("\n")}\nnot an event\n`);
    const data = join(directory, "recorded");
    const desk = await startDesk(["--feed", file, "--speed", "100000", "--data", data]);
    const health = await healthWhen(desk.url, hasCaughtUp(lines.length + 1));
    expect(health.data).toMatchObject({
      events: lines.length + 1,
      applied: lines.length,
      quarantined: 1,
    });
    expect((await desk.stop("SIGINT")).exitCode).toBe(0);
  });

  it.each([
    { typed: ["--feed", "/nowhere/events.ndjson"], exitCode: 3, says: "there is no such feed" },
    { typed: ["--feed", "kinesis:stream"], exitCode: 2, says: "read on AWS" },
    { typed: ["--history", "soon"], exitCode: 2, says: "--history expects" },
  ])("refuses $typed with $exitCode: $says", async ({ typed, exitCode, says }) => {
    const refused = await brawler(["start", "--data", join(directory, "refused"), ...typed]);
    expect(refused.exitCode).toBe(exitCode);
    expect(refused.stderr).toContain(says);
  });
});
