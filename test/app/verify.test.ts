/**
 * Goal: what is stored is what the archive says, whatever happened on the way; and where it is not, `verify` says so.
 * Method: the live pipeline on real files takes simulated feeds with every fault, is cut off between any two writes and
 * goes on; then `verify` must find nothing. After a planted change it must find exactly that.
 */
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LivePorts } from "../../lib/app/live-pipeline.ts";
import type { Verification } from "../../lib/app/verify.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, epochUs, HOUR_US, MINUTE_US } from "../../lib/core/units.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { type DeskOptions, openDesk, storePath, verified } from "./pipeline-desk.ts";

const FROM = epochUs(1_767_225_600_000_000);
const NOTHING = { count: 0, first: [], groups: [] };

function simulated(scenario: string, minutes: number): string[] {
  const durationUs = (minutes * MINUTE_US) as DurationUs;
  const instruments = ["BTC-PERP", "SOL-PERP"];
  return [...simulate({ seed: 11, from: FROM, durationUs, scenario, instruments })].map(
    ({ line }) => line,
  );
}

function* chunks(lines: readonly string[], size: number): Generator<readonly string[]> {
  for (let from = 0; from < lines.length; from += size) yield lines.slice(from, from + size);
}

/** Nothing differs, and something was compared. */
function expectProven(found: Verification): void {
  expect(found.differences).toEqual(NOTHING);
  expect(found.notCompared).toEqual([]);
  expect(found.unreadable).toBe(0);
  expect(found.stray.stored).toBe(found.stray.expected);
  expect(found.rows["5s"]).toBeGreaterThan(0);
}

const withoutAtomic = ({ atomic: _, ...ports }: LivePorts): LivePorts => ports;

describe("verify", () => {
  let scratch: ReturnType<typeof scratchDirectory>;
  beforeEach(() => {
    scratch = scratchDirectory();
  });
  afterEach(() => scratch.remove());

  it.each([
    { scenario: "normal", ports: (own: LivePorts) => own, how: "one write" },
    { scenario: "data-faults", ports: (own: LivePorts) => own, how: "one write" },
    { scenario: "data-faults", ports: withoutAtomic, how: "commit, then flush" },
  ])("finds nothing after $scenario, by $how, over restarts", async ({ scenario, ports }) => {
    const lines = [...simulated(scenario, 90), "not an event"];
    for (const part of chunks(lines, 9_000)) {
      const desk = await openDesk(scratch.path, { ports });
      for (const delivery of chunks(part, 333)) await desk.pipeline.deliver(delivery);
      await desk.pipeline.settled();
      await desk.close();
    }
    const found = await verified(scratch.path);
    expectProven(found);
    expect(found.stray.stored).toBe(1);
    expect(found.lines).toBeGreaterThanOrEqual(lines.length);
    expect(found.rows.trades).toBeGreaterThan(10);
  });

  it("refuses again what lay too far ahead by the clock of its arrival", async () => {
    let now: number = FROM;
    const desk = await openDesk(scratch.path, { now: () => now });
    const line = (sequence: number, time: number) =>
      JSON.stringify({ type: "heartbeat", instrument: "BTC-PERP", sequence, time });
    const reference = { type: "reference", instrument: "BTC-PERP", bid: "1", ask: "2" };
    await desk.pipeline.deliver([JSON.stringify({ ...reference, sequence: 1, time: FROM })]);
    const ahead = line(2, FROM + HOUR_US);
    expect((await desk.pipeline.deliver([ahead])).counts.quarantined).toBe(1);
    now = FROM + HOUR_US;
    expect((await desk.pipeline.deliver([ahead])).counts.applied).toBe(1);
    await desk.close();
    expectProven(await verified(scratch.path));
  });

  it("keeps what a past was loaded without, though the present has moved on", async () => {
    const lines = simulated("normal", 30);
    const rowsFrom = { "5s": FROM + 20 * MINUTE_US, "1m": FROM + 10 * MINUTE_US, "1h": 0, "1d": 0 };
    const loading = await openDesk(scratch.path, { rowsFrom });
    for (const delivery of chunks(lines.slice(0, 3_000), 700))
      await loading.pipeline.deliver(delivery);
    await loading.close();
    const later = await openDesk(scratch.path, {});
    await later.pipeline.deliver(lines.slice(3_000));
    await later.close();
    expectProven(await verified(scratch.path));
  });

  it.each([
    { how: "one write", protocol: (own: LivePorts) => own },
    { how: "commit, then flush", protocol: withoutAtomic },
  ])(
    "counts no line twice, and misses none, after crashes between any two writes: $how",
    async ({ protocol }) => {
      const lines = simulated("data-faults", 12);
      const crashes = fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(crashes, async (writesByLife) => {
          rmSync(scratch.path, { recursive: true, force: true });
          let at = 0;
          for (const writes of [...writesByLife, Number.POSITIVE_INFINITY]) {
            const ports = (own: LivePorts) => dyingAfter(writes, protocol(own));
            at = await liveOn(scratch.path, { ports }, { lines, at });
          }
          const found = await verified(scratch.path);
          expectProven(found);
          expect(found.lines).toBeGreaterThanOrEqual(lines.length);
        }),
        { numRuns: 12 },
      );
    },
  );

  it("misses no line of a delivery that failed, though the next one succeeds", async () => {
    const lines = simulated("normal", 10);
    let fails = false;
    const desk = await openDesk(scratch.path, {
      ports: (own) => ({
        ...own,
        atomic: {
          commitWithRows: async (...commit) => {
            if (fails) throw new Error("the disk is full");
            return (own.atomic ?? desk.store.atomic).commitWithRows(...commit);
          },
        },
      }),
    });
    await desk.pipeline.deliver(lines.slice(0, 1_000));
    fails = true;
    await expect(desk.pipeline.deliver(lines.slice(1_000, 2_000))).rejects.toThrow("disk is full");
    fails = false;
    const { counts } = await desk.pipeline.deliver(lines.slice(2_000));
    expect(counts.applied).toBe(lines.length - 1_000);
    await desk.close();
    expectProven(await verified(scratch.path));
  });

  it("reads one instant while a writer goes on", async () => {
    const lines = simulated("normal", 30);
    const desk = await openDesk(scratch.path);
    await desk.pipeline.deliver(lines.slice(0, 2_000));
    let at = 2_000;
    const writing = async () => {
      for (; at < lines.length; at += 50) {
        await desk.pipeline.deliver(lines.slice(at, at + 50));
        await new Promise(setImmediate);
      }
    };
    const [found] = await Promise.all([verified(scratch.path), writing()]);
    expectProven(found);
    await desk.close();
    expectProven(await verified(scratch.path));
  });

  describe("after a planted change", () => {
    const damaged = async (sql: string): Promise<Verification> => {
      const desk = await openDesk(scratch.path);
      await desk.pipeline.deliver(simulated("normal", 40));
      await desk.close();
      const db = new DatabaseSync(storePath(scratch.path));
      const { changes } = db.prepare(sql).run();
      db.close();
      expect(changes).toBeGreaterThan(0);
      return verified(scratch.path);
    };
    const CORE = "series = 1 AND part = (SELECT id FROM part WHERE name = 'core')";
    const A_ROLLUP = `${CORE} AND resolution = 60 AND bucket = (SELECT min(bucket) FROM rollup WHERE resolution = 60)`;

    it.each([
      {
        what: "a figure",
        sql: `UPDATE rollup SET value = json_set(value, '$.applied', 7) WHERE ${A_ROLLUP}`,
        expected: { of: "1m", part: "core", field: "applied", stored: 7 },
      },
      {
        what: "a row that is gone",
        sql: `DELETE FROM rollup WHERE ${A_ROLLUP}`,
        expected: { of: "1m", part: "core", field: "", stored: undefined, expected: "a row" },
      },
      {
        what: "a row that nobody wrote",
        sql: "INSERT INTO rollup SELECT series, resolution, part, bucket + 864000000000, late, version, value FROM rollup WHERE resolution = 3600 LIMIT 1",
        expected: { of: "1h", field: "", stored: "a row", expected: undefined },
      },
      {
        what: "a row from a future commit",
        sql: `UPDATE rollup SET version = version + 1000000 WHERE ${A_ROLLUP}`,
        expected: { of: "1m", part: "core", field: "(version)" },
      },
      {
        what: "a trade at another price",
        sql: "UPDATE trade SET value = json_set(value, '$.price', '1') WHERE id = 1",
        expected: { of: "trade", field: "price", stored: "1" },
      },
      {
        what: "a trade that is gone",
        sql: "DELETE FROM trade WHERE id = (SELECT max(id) FROM trade)",
        expected: { of: "trade", field: "", stored: undefined, expected: "a row" },
      },
      {
        what: "a level of the committed state",
        sql: "UPDATE state SET body = json_set(body, '$.trades', 123456) WHERE series = 1",
        expected: { of: "state", field: "trades", stored: 123_456 },
      },
      {
        what: "a state that is gone",
        sql: "DELETE FROM state WHERE series = 1",
        expected: { of: "state", field: "", stored: undefined },
      },
    ])("names $what", async ({ sql, expected }) => {
      const { differences } = await damaged(sql);
      expect(differences.count).toBe(1);
      expect(differences.first[0]).toMatchObject(expected);
    });

    it("tells 20 one by one, and counts the others by kind", async () => {
      const { differences } = await damaged(
        `UPDATE rollup SET value = json_set(value, '$.applied', -1) WHERE resolution = 5 AND ${CORE}`,
      );
      expect(differences.first).toHaveLength(20);
      const [group, ...others] = differences.groups;
      expect(others).toEqual([]);
      expect(group).toMatchObject({ of: "5s", part: "core", count: differences.count - 20 });
      expect(differences.count).toBeGreaterThan(100);
    });
  });

  it("looks at no rows that are older than what is kept", async () => {
    const desk = await openDesk(scratch.path);
    const late = { type: "heartbeat", instrument: "BTC-PERP", time: FROM + 10 * DAY_US };
    const lines = simulated("normal", 10);
    const sequence = lines.filter((line) => line.includes('"BTC-PERP"')).length + 1;
    await desk.pipeline.deliver(lines);
    await desk.pipeline.deliver([JSON.stringify({ ...late, sequence })]);
    await desk.close();
    const found = await verified(scratch.path);
    expectProven(found);
    expect(found.span).toEqual({ from: FROM, to: FROM + 10 * DAY_US });
  });
});

/** One life of the process: goes on at line `at`, until it has told them all or dies; returns where the next goes on. */
async function liveOn(
  directory: string,
  options: DeskOptions,
  { lines, at }: { readonly lines: readonly string[]; readonly at: number },
): Promise<number> {
  let next = at;
  const desk = await openDesk(directory, options).catch(() => undefined);
  try {
    for (; desk !== undefined && next < lines.length; next += 400) {
      await desk.pipeline.deliver(lines.slice(next, next + 400));
    }
    await desk?.pipeline.settled();
  } catch {
    // Not acknowledged: the sender tells it again, whether or not it was archived.
  }
  await desk?.close();
  return next;
}

/** Every write after the first `writes` fails, as if the process were gone. */
function dyingAfter(writes: number, own: LivePorts): LivePorts {
  let left = writes;
  const write = <T>(work: () => T): T => {
    if (left <= 0) throw new Error("the process is gone");
    left -= 1;
    return work();
  };
  const { state, metrics, archive, progress, replacing, atomic } = own;
  return {
    ...own,
    state: { ...state, commit: async (...all) => write(() => state.commit(...all)) },
    metrics: { ...metrics, upsertBatch: async (rows) => write(() => metrics.upsertBatch(rows)) },
    archive: {
      append: async (lines) => write(() => archive.append(lines)),
      read: (after) => archive.read(after),
      end: () => archive.end(),
    },
    progress: { get: progress.get, set: (next) => write(() => progress.set(next)) },
    replacing: { ...replacing, replace: async (...all) => write(() => replacing.replace(...all)) },
    ...(atomic && {
      atomic: { commitWithRows: async (...all) => write(() => atomic.commitWithRows(...all)) },
    }),
  };
}
