/**
 * Goal: `kill -9` at any moment loses nothing that was acknowledged, and leaves nothing half-written.
 * Method: a child archives, commits and flushes in a loop and acknowledges each round on its output; it is killed
 * after a drawn number of acknowledgements and a drawn number of turns of our own event loop, without any timer;
 * the next child goes on in the same directory. BRAWLER_KILLS sets how often (20), BRAWLER_SEED repeats a run.
 */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { ArchivedLine } from "../../lib/ports/raw-archive.ts";
import { KILLS, killed, SEED, xorshift } from "../kill.ts";
import { archivedLine, HOT_BUCKETS, KEY, rowsOf } from "./crash-model.ts";
import { scratchDirectory } from "./scratch-directory.ts";

interface Acknowledged {
  readonly gen: number;
  readonly position: number;
}

const CHILD = fileURLToPath(new URL("crash-child.ts", import.meta.url));

describe(`after kill -9, ${KILLS} times in one directory (seed ${SEED})`, () => {
  const draw = xorshift(SEED);
  let scratch: ReturnType<typeof scratchDirectory>;
  let acknowledged: Acknowledged = { gen: 0, position: 0 };

  beforeAll(() => {
    scratch = scratchDirectory();
  });
  afterAll(() => scratch.remove());

  it.each(Array.from({ length: KILLS }, (_, i) => i + 1))(
    "kill %i: everything acknowledged stands, nothing stands by halves",
    async () => {
      const moment = { acknowledgements: 1 + (draw() % 40), turns: draw() % 200 };
      const last = await killed<Acknowledged>(CHILD, [scratch.path], moment);
      expect(last.gen).toBeGreaterThan(acknowledged.gen);
      acknowledged = last;
      await checkStore(join(scratch.path, "store.db"), last);
      await checkArchive(join(scratch.path, "archive"), last);
    },
  );
});

async function checkStore(path: string, last: Acknowledged): Promise<void> {
  const store = openEmbedded({ path });
  try {
    const state = await store.state.load(KEY);
    const gen = state?.gen ?? 0;
    expect(gen).toBeGreaterThanOrEqual(last.gen);
    expect(state).toEqual({ epoch: 1, gen, body: `body ${gen}`, summary: `${gen}` });
    expect(Number(store.meta.get("position"))).toBeGreaterThanOrEqual(last.position);

    const rows = await store.metrics.readRollups({ ...KEY, resolution: "5s", from: 0, to: 1e9 });
    const flushed = rows[0]?.version ?? 0;
    expect(flushed).toBeGreaterThanOrEqual(last.gen);
    expect(flushed).toBeLessThanOrEqual(gen);
    const written = Array.from({ length: flushed }, (_, i) => rowsOf(i + 1));
    const hot = rowsOf(flushed).rollups.slice(0, HOT_BUCKETS);
    expect(rows).toEqual([...hot, ...written.flatMap(({ rollups }) => rollups.slice(HOT_BUCKETS))]);
    const trades = await store.metrics.readTrades({ from: 0, to: 1e9, limit: 1e6 });
    expect(trades.rows).toEqual(written.flatMap((batch) => batch.trades));
  } finally {
    store.close();
  }
  const db = new DatabaseSync(path, { readOnly: true });
  expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  db.close();
}

async function checkArchive(directory: string, last: Acknowledged): Promise<void> {
  const archive = await openFileArchive({ directory });
  try {
    const end = await archive.end();
    expect(end).toBeGreaterThanOrEqual(last.position);
    const found: ArchivedLine[] = [];
    for await (const batch of archive.batches(0)) found.push(...batch);
    const expected = Array.from({ length: end }, (_, i) => ({
      position: i + 1,
      ...archivedLine(i + 1),
    }));
    expect(found).toEqual(expected);
  } finally {
    await archive.close();
  }
}
