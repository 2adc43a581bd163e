/**
 * Goal: figures made anew are those of the archive, whatever was lost and whenever: after a bust beside live figures, after
 * a state or the whole store is gone. Method: the live pipeline on real files; `verify`, which folds the archive in
 * its own way, and a replay in memory are the oracles.
 */
import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LostRaceError } from "../../lib/app/instrument-processor.ts";
import type { LivePorts } from "../../lib/app/live-pipeline.ts";
import { rebuild } from "../../lib/app/rebuild.ts";
import { buildReport } from "../../lib/app/report.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, HOUR_US } from "../../lib/core/units.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { DEFAULTS, reportFrom } from "../fold.ts";
import {
  openDesk,
  type PipelineDesk,
  rebuildPortsOf,
  storePath,
  verified,
} from "./pipeline-desk.ts";

const FROM = epochUs(1_767_225_600_000_000);
const BTC = { account: "main", instrument: "BTC-PERP" };
const SOL = { account: "main", instrument: "SOL-PERP" };
const SETTINGS = { settings: DEFAULTS, retention: DEFAULTS.retention };

function simulated(): readonly string[] {
  const instruments = [BTC.instrument, SOL.instrument];
  const durationUs = (2 * HOUR_US) as DurationUs;
  return [...simulate({ seed: 5, from: FROM, durationUs, instruments })].map(({ line }) => line);
}

interface Heard {
  readonly type: string;
  readonly instrument: string;
  readonly sequence: number;
  readonly time: number;
  readonly tradeId?: string;
}

const heard = (line: string): Heard => JSON.parse(line) as Heard;
const LINES = simulated();
const TRADES = LINES.map(heard).filter(({ type }) => type === "trade");

/** Told after everything else, number `place` of them: about the `nth` trade of an instrument. */
function amendment(
  fields: { readonly type: string; readonly price?: string },
  { instrument }: { readonly instrument: string },
  { nth, place }: { readonly nth: number; readonly place: number },
): string {
  const own = LINES.map(heard).filter((event) => event.instrument === instrument);
  const last = own.at(-1);
  const trade = TRADES.filter((event) => event.instrument === instrument).at(nth);
  const sequence = (last?.sequence ?? 0) + place;
  const time = (last?.time ?? FROM) + place;
  return JSON.stringify({ ...fields, instrument, tradeId: trade?.tradeId, sequence, time });
}

/** The next sequence of an instrument after these lines. */
function nextOf(lines: readonly string[], { instrument }: { readonly instrument: string }): number {
  return lines.filter((line) => heard(line).instrument === instrument).length + 1;
}

/** Where something was told in between, what follows has the sequence after. */
function afterOneMore(line: string, { instrument }: { readonly instrument: string }): string {
  const event = heard(line);
  if (event.instrument !== instrument) return line;
  return JSON.stringify({ ...event, sequence: event.sequence + 1 });
}

async function deliverAll({ pipeline }: PipelineDesk, lines: readonly string[]): Promise<void> {
  for (let at = 0; at < lines.length; at += 2_000) {
    await pipeline.deliver(lines.slice(at, at + 2_000));
  }
}

/** Rows and states are the archive's, and the report is that of a replay which keeps nothing. */
async function expectRight(directory: string, lines: readonly string[]): Promise<void> {
  const found = await verified(directory);
  expect(found.differences).toEqual({ count: 0, first: [], groups: [] });
  expect(found.notCompared).toEqual([]);
  const desk = await openDesk(directory);
  const report = await buildReport(desk.store, DEFAULTS, { span: { kind: "all" } });
  await desk.close();
  expect(report).toEqual(await reportFrom(lines));
}

async function epochs({ store }: PipelineDesk): Promise<readonly (number | undefined)[]> {
  return [(await store.state.load(BTC))?.epoch, (await store.state.load(SOL))?.epoch];
}

describe("figures made anew", () => {
  let scratch: ReturnType<typeof scratchDirectory>;
  beforeEach(() => {
    scratch = scratchDirectory();
  });
  afterEach(() => scratch.remove());

  it("are based on trades, of both instruments", () => {
    expect(TRADES.filter(({ instrument }) => instrument === BTC.instrument).length).toBeGreaterThan(
      3,
    );
    expect(TRADES.filter(({ instrument }) => instrument === SOL.instrument).length).toBeGreaterThan(
      3,
    );
  });

  describe("after a bust or a correction", () => {
    it.each([
      { what: "a bust", told: [amendment({ type: "bust" }, BTC, { nth: 1, place: 1 })] },
      {
        what: "a correction",
        told: [amendment({ type: "correction", price: "70000" }, BTC, { nth: 1, place: 1 })],
      },
      {
        what: "several, of two instruments",
        told: [
          amendment({ type: "bust" }, BTC, { nth: 0, place: 1 }),
          amendment({ type: "bust" }, SOL, { nth: 2, place: 1 }),
          amendment({ type: "correction", price: "70000" }, BTC, { nth: 2, place: 2 }),
        ],
      },
    ])("are as if $what had been known: beside deliveries", async ({ told }) => {
      const desk = await openDesk(scratch.path);
      await deliverAll(desk, LINES);
      // Each delivery may come while a past is being folded: nobody waits for it.
      for (const line of told) expect((await desk.pipeline.deliver([line])).refused).toEqual([]);
      await desk.pipeline.settled();
      const touched = new Set(told.map((line) => heard(line).instrument));
      const [btc, sol] = await epochs(desk);
      expect((btc ?? 0) > 1).toBe(touched.has(BTC.instrument));
      expect((sol ?? 0) > 1).toBe(touched.has(SOL.instrument));
      await desk.close();
      await expectRight(scratch.path, [...LINES, ...told]);
    });

    it("are folded beside deliveries, which do not wait for them", async () => {
      const told = amendment({ type: "bust" }, BTC, { nth: 1, place: 1 });
      const gate = Promise.withResolvers<void>();
      let isGated = false;
      const gated = async function* (own: LivePorts, after: number) {
        if (isGated) await gate.promise;
        yield* own.archive.read(after);
      };
      const desk = await openDesk(scratch.path, {
        ports: (own) => ({
          ...own,
          archive: {
            append: (lines) => own.archive.append(lines),
            end: () => own.archive.end(),
            read: (after) => gated(own, after),
          },
        }),
      });
      await deliverAll(desk, LINES.slice(0, -50));
      isGated = true;
      const early = { ...heard(told), sequence: nextOf(LINES.slice(0, -50), BTC) };
      const later = LINES.slice(-50).map((line) => afterOneMore(line, BTC));
      await desk.pipeline.deliver([JSON.stringify(early)]);
      for (const line of later) await desk.pipeline.deliver([line]);
      expect(desk.pipeline.peek(BTC.account, BTC.instrument)?.restating).toBe(true);
      gate.resolve();
      await desk.pipeline.settled();
      expect((await desk.store.state.load(BTC))?.epoch).toBe(2);
      await desk.close();
      await expectRight(scratch.path, [...LINES.slice(0, -50), JSON.stringify(early), ...later]);
    });

    it("are finished by the next start when the process ended before", async () => {
      const told = amendment({ type: "bust" }, BTC, { nth: 1, place: 1 });
      const desk = await openDesk(scratch.path);
      await deliverAll(desk, LINES);
      await desk.pipeline.deliver([told]);
      await desk.close();
      expect((await verified(scratch.path)).notCompared).toEqual([
        {
          instrument: "main/BTC-PERP",
          why: "a bust or a correction is being folded into its past",
        },
      ]);
      const next = await openDesk(scratch.path);
      await next.pipeline.settled();
      await next.close();
      await expectRight(scratch.path, [...LINES, told]);
    });

    it("are tried again, and said to be missing, when the past cannot be folded", async () => {
      const told = amendment({ type: "bust" }, BTC, { nth: 1, place: 1 });
      const failures: unknown[] = [];
      const desk = await openDesk(scratch.path, {
        onRestateFailed: (error) => failures.push(error),
        ports: (own) => ({
          ...own,
          openScratch: () => {
            throw new Error("no room for a temporary file");
          },
        }),
      });
      await deliverAll(desk, LINES);
      await desk.pipeline.deliver([told]);
      await desk.pipeline.settled();
      expect(failures.map(String)).toEqual(["Error: no room for a temporary file"]);
      await desk.close();
      const next = await openDesk(scratch.path);
      await next.pipeline.settled();
      await next.close();
      await expectRight(scratch.path, [...LINES, told]);
    });
  });

  describe("after a loss", () => {
    const TOLD = amendment({ type: "bust" }, SOL, { nth: 1, place: 1 });

    beforeEach(async () => {
      const desk = await openDesk(scratch.path);
      await deliverAll(desk, [...LINES, TOLD]);
      await desk.pipeline.settled();
      await desk.close();
    });

    it.each([
      { lost: BTC, epochsAfter: [2, 2], when: "never rebuilt before" },
      { lost: SOL, epochsAfter: [1, 3], when: "rebuilt before" },
    ])(
      "of one state are one epoch higher at the next start: $when",
      async ({ lost, epochsAfter }) => {
        const db = new DatabaseSync(storePath(scratch.path));
        const state = "(SELECT id FROM series WHERE instrument = ?)";
        db.prepare(`DELETE FROM state WHERE series = ${state}`).run(lost.instrument);
        db.close();
        const desk = await openDesk(scratch.path);
        await desk.pipeline.settled();
        expect(await epochs(desk)).toEqual(epochsAfter);
        await desk.close();
        await expectRight(scratch.path, [...LINES, TOLD]);
      },
    );

    it("of the whole store are those of the archive at the next start, live lines included", async () => {
      rmSync(storePath(scratch.path));
      const desk = await openDesk(scratch.path);
      const next = amendment({ type: "heartbeat" }, BTC, { nth: 0, place: 1 });
      const { tradeId: _, ...heartbeat } = heard(next);
      await desk.pipeline.deliver([JSON.stringify(heartbeat)]);
      await desk.pipeline.settled();
      await desk.close();
      await expectRight(scratch.path, [...LINES, TOLD, JSON.stringify(heartbeat)]);
    });

    it("of everything, or of one instrument, are rebuilt into the next epoch where they are", async () => {
      const desk = await openDesk(scratch.path);
      const all = await rebuild(rebuildPortsOf(desk), SETTINGS);
      expect(all.instruments).toEqual(["main/BTC-PERP", "main/SOL-PERP"]);
      expect(await epochs(desk)).toEqual([2, 3]);
      const one = await rebuild(rebuildPortsOf(desk), {
        ...SETTINGS,
        only: new Set(["main/BTC-PERP"]),
      });
      expect(one.instruments).toEqual(["main/BTC-PERP"]);
      expect(await epochs(desk)).toEqual([3, 3]);
      await desk.close();
      await expectRight(scratch.path, [...LINES, TOLD]);
    });

    it("with other horizons are those of the new settings, and still proven", async () => {
      const [, second] = DEFAULTS.horizons;
      const settings = { ...DEFAULTS, horizons: second === undefined ? [] : [second] };
      const desk = await openDesk(scratch.path);
      await rebuild(rebuildPortsOf(desk), { settings, retention: DEFAULTS.retention });
      const { rows } = await desk.store.metrics.readTrades({ from: 0, to: 2 ** 52, limit: 1 });
      const { markouts } = JSON.parse(rows[0]?.value ?? "{}") as { markouts: object };
      expect(Object.keys(markouts)).toEqual([second?.label]);
      await desk.close();
      expect((await verified(scratch.path)).differences.count).toBe(0);
    });

    it("leave an instrument as it is when another process has committed meanwhile", async () => {
      const desk = await openDesk(scratch.path);
      const ports = rebuildPortsOf(desk);
      const standing = await desk.store.state.load(BTC);
      const racing = {
        ...ports,
        replacing: {
          ...ports.replacing,
          replace: async (...all: Parameters<typeof ports.replacing.replace>) => {
            const [key] = all;
            if (standing !== undefined && key.instrument === BTC.instrument) {
              await desk.store.state.commit(BTC, standing, { ...standing, gen: standing.gen + 1 });
            }
            return ports.replacing.replace(...all);
          },
        },
      };
      await expect(rebuild(racing, SETTINGS)).rejects.toThrow(LostRaceError);
      expect((await desk.store.state.load(BTC))?.gen).toBe((standing?.gen ?? 0) + 1);
      await desk.close();
      await expectRight(scratch.path, [...LINES, TOLD]);
    });
  });
});
