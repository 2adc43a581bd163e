/**
 * Goal: `kill -9` of the live pipeline at any moment loses no acknowledged line, counts none twice and leaves no figure
 * that is not the archive's: in one write, in commit and flush, while rows are deleted, while a bust is being folded.
 * Method: the real pipeline under load, killed after a drawn number of deliveries; `verify` compares every row after
 * each kill, and a plain fold of the unique lines says what must have been counted in the end.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { buildReport } from "../../lib/app/report.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { reportFrom } from "../fold.ts";
import { KILLS, killed, SEED, xorshift } from "../kill.ts";
import { CONFIG, lineAt } from "./kill-feed.ts";
import { storePath, verified } from "./pipeline-desk.ts";

const CHILD = fileURLToPath(new URL("kill-child.ts", import.meta.url));
/** The more lives, the more lines are folded in the end. */
const END_MS = 60_000 + 1_000 * KILLS;
const PROTOCOLS = ["one-write", "commit-then-flush"];

describe.each(PROTOCOLS)(
  `after kill -9 of a pipeline by %s, ${KILLS} times (seed ${SEED})`,
  (protocol) => {
    const draw = xorshift(SEED);
    let scratch: ReturnType<typeof scratchDirectory>;
    let acknowledged = 0;

    beforeAll(() => {
      scratch = scratchDirectory();
    });
    afterAll(() => scratch.remove());

    it.each(Array.from({ length: KILLS }, (_, i) => i + 1))(
      "kill %i: every figure is the archive's",
      async () => {
        const moment = { acknowledgements: 1 + (draw() % 12), turns: draw() % 300 };
        const typed = [scratch.path, protocol, String(acknowledged)];
        const { at } = await killed<{ at: number }>(CHILD, typed, moment);
        expect(at).toBeGreaterThan(acknowledged);
        acknowledged = at;
        const found = await verified(scratch.path, CONFIG);
        expect(found.differences).toEqual({ count: 0, first: [], groups: [] });
        expect(found.stray.stored).toBe(found.stray.expected);
        expect(found.lost + found.unreadable).toBe(0);
        expect(found.lines).toBeGreaterThanOrEqual(acknowledged);
        const store = openEmbedded({ path: storePath(scratch.path) });
        expect(store.isWhole()).toBe(true);
        store.close();
      },
    );

    it("ends with the figures of every line once", { timeout: END_MS }, async () => {
      const typed = [scratch.path, protocol, String(acknowledged), String(acknowledged + 2_000)];
      const last = spawnSync(process.execPath, [CHILD, ...typed], { encoding: "utf8" });
      expect(last.stderr).toBe("");
      const { at } = JSON.parse(last.stdout.trim().split("\n").at(-1) ?? "") as { at: number };
      expect(await verified(scratch.path, CONFIG)).toMatchObject({
        differences: { count: 0 },
        notCompared: [],
      });
      const store = openEmbedded({ path: storePath(scratch.path), access: "read" });
      const report = await buildReport(store, CONFIG, { span: { kind: "all" } });
      store.close();
      const lines = Array.from({ length: at }, (_, n) => lineAt(n));
      const expected = await reportFrom(lines, {}, { config: CONFIG });
      expect(report?.instruments).toEqual(expected.instruments);
      expect(report?.portfolio).toEqual(expected.portfolio);
      expect(report?.data.applied).toBe(expected.data.applied);
    });
  },
);
