/**
 * Goal: whatever happens to a data directory, a person is told what, where, why and how to mend it, and doing so brings the
 * figures back. Method: the real commands on real damage: files cut, overwritten, deleted, of another version.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US } from "../../lib/core/units.ts";
import { brawler, startDesk } from "./brawler-process.ts";

const FROM = epochUs(1_767_225_600_000_000);

let root = "";
/** A directory with three hours of two instruments; every test damages a copy of its own. */
let whole = "";
let data = "";
let number = 0;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "brawler-damage-"));
  whole = join(root, "whole");
  const instruments = ["BTC-PERP", "SOL-PERP"];
  const world = { seed: 3, from: FROM, instruments, durationUs: (3 * HOUR_US) as DurationUs };
  const lines = [...simulate(world)].map(({ line }) => line);
  const file = join(root, "events.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { exitCode, stderr } = await brawler(["replay", file, "--data", whole]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  number += 1;
  data = join(root, `copy-${number}`);
  cpSync(whole, data, { recursive: true });
});

/** What an event is known by. */
function pick(event: object): { tradeId?: string } {
  const { instrument, sequence, time, tradeId } = event as Record<string, unknown>;
  return { instrument, sequence, time, tradeId } as { tradeId?: string };
}

const storeFile = (): string => join(data, "store.sqlite");
const run = (...typed: string[]) => brawler([...typed, "--data", data]);

async function figures(): Promise<unknown> {
  const { stdout, exitCode } = await run("report", "--window", "all", "--json");
  expect(exitCode).toBe(0);
  return JSON.parse(stdout);
}

function overwrite(path: string, offset: number, bytes: number): void {
  const handle = openSync(path, "r+");
  writeSync(handle, Buffer.alloc(bytes, 0x5a), 0, bytes, offset);
}

describe("brawler verify", () => {
  it("proves what a replay kept, in words and as JSON", async () => {
    const said = await run("verify");
    expect(said.exitCode).toBe(0);
    expect(said.stdout).toContain(`Proven: what ${data} holds is what its raw archive says`);
    expect(said.stdout).toMatch(/compared {3}rollups: [\d,]+ of 5s, [\d,]+ of 1m/);
    const { exitCode, stdout } = await run("verify", "--json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: "brawler.verify/1",
      data,
      instruments: ["main/BTC-PERP", "main/SOL-PERP"],
      notCompared: [],
      lost: 0,
      differences: { count: 0, first: [], groups: [] },
    });
  });

  it("proves two replays, one of them cut off by the other's copy of its lines", async () => {
    const file = join(root, "events.ndjson");
    expect((await run("replay", file)).exitCode).toBe(0);
    expect((await run("verify")).exitCode).toBe(0);
  });

  it("proves replays that end with a gap, fill it later, and bust a trade of before", async () => {
    const told = readFileSync(join(root, "events.ndjson"), "utf8").trim().split("\n");
    const events = told.map((line) => JSON.parse(line) as { type: string; instrument: string });
    const own = told.filter((_, at) => events[at]?.instrument === "BTC-PERP");
    const trade = events.find(
      ({ type, instrument }) => type === "trade" && instrument === "BTC-PERP",
    );
    const bust = { ...JSON.parse(own.at(-1) ?? ""), sequence: own.length + 1 } as object;
    const files = [
      [...own.slice(0, -10), ...own.slice(-9)],
      own.slice(-10, -9),
      [JSON.stringify({ ...pick(bust), type: "bust", tradeId: pick(trade ?? {}).tradeId })],
    ];
    const kept = join(root, "gaps");
    for (const [index, lines] of files.entries()) {
      const file = join(root, `gaps-${index}.ndjson`);
      writeFileSync(file, `${lines.join("\n")}\n`);
      const { exitCode, stderr } = await brawler(["replay", file, "--data", kept]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
      expect((await brawler(["verify", "--data", kept])).exitCode).toBe(0);
    }
    const report = await brawler(["report", "--window", "all", "--data", kept, "--json"]);
    expect(JSON.parse(report.stdout)).toMatchObject({ data: { gaps: 1, late: 1, buffered: 0 } });
  });

  it("names a figure that is not the archive's, ends with 1, and rebuild mends it", async () => {
    const before = await figures();
    const db = new DatabaseSync(storeFile());
    db.exec("UPDATE rollup SET value = json_set(value, '$.applied', 7) WHERE resolution = 86400");
    db.close();
    const { exitCode, stdout } = await run("verify");
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`between what ${data} holds and what its raw archive says`);
    expect(stdout).toMatch(/main\/BTC-PERP +1d +2026-01-01 00:00:00 UTC +core +applied +7 +\d+/);
    expect((await run("rebuild")).exitCode).toBe(0);
    expect((await run("verify")).exitCode).toBe(0);
    expect(await figures()).toEqual(before);
  });

  it("works beside a start, and proves the past that a start has simulated", async () => {
    const desk = join(root, "desk");
    const world = ["--history", "2h", "--instruments", "ETH-PERP", "--speed", "60"];
    const { stop } = await startDesk(["--data", desk, ...world]);
    let found = await brawler(["verify", "--data", desk, "--json"]);
    for (; JSON.parse(found.stdout).lines < 1_000; ) {
      expect(found.exitCode).toBe(0);
      found = await brawler(["verify", "--data", desk, "--json"]);
    }
    expect(found.exitCode).toBe(0);
    const refused = await brawler(["rebuild", "--data", desk]);
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toContain("this data directory is in use");
    expect(refused.stderr).toContain("then rebuild");
    await stop("SIGKILL");
    expect((await brawler(["verify", "--data", desk])).exitCode).toBe(0);
  });

  it("says that there is nothing to verify where no store is", async () => {
    rmSync(storeFile());
    const { exitCode, stderr } = await run("verify");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("npx brawler rebuild");
  });
});

describe("a damaged store", () => {
  it.each([
    {
      damage: "cut to a third",
      make: (size: number) => truncateSync(storeFile(), Math.floor(size / 3)),
    },
    { damage: "garbage at its start", make: () => overwrite(storeFile(), 0, 4_096) },
    {
      damage: "garbage in its middle",
      make: (size: number) =>
        overwrite(storeFile(), Math.floor(size / 2 / 8_192) * 8_192, size / 4),
    },
  ])(
    "$damage is named with the way to mend it, which brings every figure back",
    async ({ make }) => {
      const before = await figures();
      make(statSync(storeFile()).size);
      const refused = await run("verify");
      expect(refused.exitCode).toBe(3);
      expect(refused.stderr).toContain(storeFile());
      expect(refused.stderr).toContain("npx brawler rebuild");
      const rebuilt = await run("rebuild");
      expect(rebuilt).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("Rebuilt 2") });
      expect(rebuilt.stderr).toContain("the damaged store is kept as");
      expect(readdirSync(data).filter((name) => name.includes(".damaged-")).length).toBeGreaterThan(
        0,
      );
      expect((await run("verify")).exitCode).toBe(0);
      expect(await figures()).toEqual(before);
    },
  );

  it("is made anew by the next start when it is gone", async () => {
    const before = await figures();
    rmSync(storeFile());
    const pipe = join(root, "nothing.ndjson");
    writeFileSync(
      pipe,
      readFileSync(join(root, "events.ndjson"), "utf8").split("\n").slice(-2)[0] ?? "",
    );
    const desk = await startDesk(["--data", data, "--feed", pipe, "--speed", "1000"]);
    for (let proven = false; !proven; ) {
      const { stdout } = await run("verify", "--json");
      proven = (JSON.parse(stdout) as { lines: number }).lines > 1_000;
    }
    await desk.stop("SIGINT");
    expect((await run("verify")).exitCode).toBe(0);
    const after = await figures();
    expect(after).toMatchObject({ portfolio: (before as { portfolio: object }).portfolio });
  });

  it.each([
    {
      what: "a newer program wrote it",
      sql: "PRAGMA user_version = 99",
      says: /has schema 99, this program knows up to \d+: a newer version wrote it/,
    },
    {
      what: "another program wrote it",
      sql: "PRAGMA application_id = 1",
      says: /is an SQLite database of another program; it is left as it is/,
    },
  ])("is left as it is when $what: by start, verify and rebuild", async ({ sql, says }) => {
    const db = new DatabaseSync(storeFile());
    db.exec(sql);
    db.close();
    const bytes = readFileSync(storeFile());
    for (const typed of [["start", "--port", "0"], ["verify"], ["rebuild"]]) {
      const { exitCode, stderr } = await run(...typed);
      expect(exitCode).toBe(3);
      expect(stderr).toMatch(says);
    }
    expect(readFileSync(storeFile()).equals(bytes)).toBe(true);
  });

  it("of figures from another version of the fold is refused, and rebuilt", async () => {
    const db = new DatabaseSync(storeFile());
    db.exec("UPDATE state SET body = json_set(body, '$.v', 999, '$.from', 999)");
    db.close();
    const { exitCode, stderr } = await run("verify");
    expect(exitCode).toBe(3);
    expect(stderr).toContain("another version of the product wrote these figures");
    expect(stderr).toContain("npx brawler rebuild");
    expect((await run("rebuild")).exitCode).toBe(0);
    expect((await run("verify")).exitCode).toBe(0);
  });
});

describe("a damaged archive", () => {
  const segments = () =>
    readdirSync(join(data, "archive"))
      .sort()
      .map((name) => join(data, "archive", name));

  /** A later hour begins: the file before it is closed, and compressed. */
  const closeFile = async (): Promise<void> => {
    const archive = await openFileArchive({ directory: join(data, "archive") });
    const receivedTime = epochUs(4_000_000_000_000_000);
    const line = { receivedTime, verdict: "refused", reason: "not-json", line: "later" } as const;
    await archive.append([line]);
    await archive.close();
  };

  it.each([
    {
      damage: "cut short",
      make: (path: string, size: number) => truncateSync(path, Math.floor(size / 2)),
    },
    {
      damage: "overwritten",
      make: (path: string, size: number) => overwrite(path, Math.floor(size / 2), 64),
    },
    { damage: "not there", make: (path: string) => rmSync(path) },
  ])("whose closed file is $damage is named, and nothing stored is touched", async ({ make }) => {
    await closeFile();
    const [first = ""] = segments();
    expect(first).toMatch(/[.]zst$/);
    make(first, statSync(first).size);
    const before = await figures();
    for (const typed of [["verify"], ["rebuild"]]) {
      const { exitCode, stderr } = await run(...typed);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(join(data, "archive"));
      expect(stderr).toMatch(/restore (it|the file) from a backup/);
    }
    expect(await figures()).toEqual(before);
  });

  it("whose newest file has lost its end is told by the number of lines", async () => {
    const [newest = ""] = segments();
    const lines = readFileSync(newest, "utf8").split("\n");
    writeFileSync(newest, `${lines.slice(0, -101).join("\n")}\n`);
    const { exitCode, stdout } = await run("verify");
    expect(exitCode).toBe(1);
    expect(stdout).toContain("lost       100 lines are missing from the archive");
    const rebuilt = await run("rebuild");
    expect(rebuilt.exitCode).toBe(1);
    expect(rebuilt.stdout).toContain("lost       100 lines are missing from the archive");
  });
});

describe("where a simulation stopped", () => {
  it.each([
    { what: "is missing", make: () => {}, says: "a new simulation cannot go on with BTC-PERP" },
    {
      what: "cannot be read",
      make: () => writeFileSync(join(data, "feed.json"), "{"),
      says: "cannot read where the simulation stopped",
    },
    {
      what: "is of another version",
      make: () => writeFileSync(join(data, "feed.json"), '{"schema":"brawler.feed/9"}'),
      says: "it is of another version",
    },
    {
      what: "is a directory",
      make: () => mkdirSync(join(data, "feed.json")),
      says: "cannot read where the simulation stopped",
    },
  ])("$what: a start says so, and leaves the figures as they are", async ({ make, says }) => {
    make();
    const before = await figures();
    const { exitCode, stderr } = await run("start", "--port", "0");
    expect(exitCode).toBe(3);
    expect(stderr).toContain(says);
    expect(stderr).toContain("--data DIR");
    expect(await figures()).toEqual(before);
  });
});

describe("brawler status and doctor", () => {
  it("say how much is folded, and how to prove it", async () => {
    const status = JSON.parse((await run("status", "--json")).stdout) as { folded: number };
    expect(status.folded).toBeGreaterThan(1_000);
    expect((await run("status")).stdout).toMatch(
      /folded +[\d,]+ archived lines; npx brawler verify/,
    );
    const doctor = await run("doctor", "--port", "0");
    expect(doctor.stdout).toMatch(
      /figures +ok +[\d,]+ archived lines are folded; npx brawler verify/,
    );
  });

  it.each([
    {
      what: "damaged",
      make: () => overwrite(storeFile(), 0, 4_096),
      finds: /figures +fail +.*is not a database.*npx brawler rebuild/,
    },
    {
      what: "gone",
      make: () => rmSync(storeFile()),
      finds: /figures +warn +.*is missing; npm start, or npx brawler rebuild/,
    },
  ])("doctor finds a store that is $what, and says how to mend it", async ({ make, finds }) => {
    make();
    expect((await run("doctor", "--port", "0")).stdout).toMatch(finds);
  });
});

describe("brawler rebuild", () => {
  it("rebuilds one instrument, and says so when it is told of none", async () => {
    const one = await run("rebuild", "--instrument", "SOL-PERP", "--json");
    expect(one.exitCode).toBe(0);
    expect(JSON.parse(one.stdout)).toMatchObject({
      schema: "brawler.rebuild/1",
      instruments: ["main/SOL-PERP"],
    });
    expect((await run("verify")).exitCode).toBe(0);
    const none = await run("rebuild", "--instrument", "DOGE-PERP");
    expect(none.exitCode).toBe(1);
    expect(none.stderr).toContain("the raw archive tells nothing of DOGE-PERP");
  });
});
