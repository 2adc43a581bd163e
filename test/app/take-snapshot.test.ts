/**
 * Goal: a day's record is the day's report, once the day is over; equal events give equal hashes whatever their order
 * and batches; a late event makes a revision and leaves the record before as it was.
 */
import { describe, expect, it } from "vitest";
import { PORTFOLIO, readDays } from "../../lib/app/day-records.ts";
import { buildReport } from "../../lib/app/report.ts";
import { takeSnapshots } from "../../lib/app/take-snapshot.ts";
import type { DayRecord } from "../../lib/core/api/days.ts";
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { DEFAULTS } from "../fold.ts";
import { openDesk, type PipelineDesk } from "./pipeline-desk.ts";

const MONDAY = Date.UTC(2026, 8, 7) * 1_000;
const TUESDAY = MONDAY + DAY_US;
const SETTINGS = { ...DEFAULTS, version: "1.2.3" };

interface Step {
  readonly instrument: string;
  readonly time: number;
  readonly trade?: { readonly side: "buy" | "sell"; readonly price: number };
}

/** References, and trades among them; each instrument's sequence in the order given. */
function linesOf(steps: readonly Step[]): string[] {
  const sequences = new Map<string, number>();
  return steps.map(({ instrument, time, trade }) => {
    const sequence = (sequences.get(instrument) ?? 0) + 1;
    sequences.set(instrument, sequence);
    const own = { instrument, sequence, time };
    if (trade === undefined) return JSON.stringify({ ...own, type: "reference", ...book(time) });
    const { side, price } = trade;
    return JSON.stringify({
      ...own,
      type: "trade",
      tradeId: `${instrument}-${sequence}`,
      side,
      liquidity: "maker",
      price: String(price),
      quantity: "2",
      fee: "0.1",
    });
  });
}

function book(time: number) {
  const mid = 100 + ((time / MINUTE_US) % 7) / 10;
  return { bid: (mid - 0.1).toFixed(2), ask: (mid + 0.1).toFixed(2) };
}

/** A reference each ten minutes from one time to another, and a trade an hour. */
function market(instrument: string, from: number, to: number): Step[] {
  const steps: Step[] = [];
  for (let time = from; time < to; time += 10 * MINUTE_US) {
    steps.push({ instrument, time });
    if (time % HOUR_US !== 0) continue;
    const side = (time / HOUR_US) % 2 === 0 ? "buy" : "sell";
    steps.push({ instrument, time: time + SECOND_US, trade: { side, price: 100 } });
  }
  return steps;
}

async function withDesk<T>(use: (desk: PipelineDesk) => Promise<T>): Promise<T> {
  const scratch = scratchDirectory();
  const desk = await openDesk(scratch.path);
  try {
    return await use(desk);
  } finally {
    await desk.close();
    scratch.remove();
  }
}

const snapshot = ({ store }: PipelineDesk) => takeSnapshots(store, SETTINGS);

function recordsOf(
  { store }: PipelineDesk,
  instrument: string | undefined,
  revisions: "newest" | "all" = "newest",
): Promise<readonly DayRecord[]> {
  const of = instrument === undefined ? PORTFOLIO : { account: "main", instrument };
  return readDays(store.analyses, of, { from: MONDAY, to: MONDAY + 9 * DAY_US, revisions });
}

const MORNING = TUESDAY + 20 * MINUTE_US;
const both = (to: number) => [...market("AAA", MONDAY, to), ...market("BBB", MONDAY, to)];

describe("a day's record", () => {
  it("holds the figures of the day's own report, of each instrument and of the portfolio", () =>
    withDesk(async (desk) => {
      await desk.pipeline.deliver(linesOf(both(MORNING)));
      expect(await snapshot(desk)).toEqual({ taken: 3, revised: 0, conflicting: [] });
      const span = { kind: "range", from: MONDAY, to: TUESDAY } as const;
      const report = await buildReport(desk.store, DEFAULTS, { span });
      const [ofA] = await recordsOf(desk, "AAA");
      const [whole] = await recordsOf(desk, undefined);
      expect(ofA).toMatchObject({
        schema: "brawler.day/1",
        instrument: "AAA",
        from: MONDAY,
        to: TUESDAY,
        status: "closed",
        revision: 1,
        supersedes: null,
        version: "1.2.3",
      });
      expect(ofA?.figures).toEqual(report?.instruments["AAA"]);
      expect(ofA?.figures.trades.count).toBe(24);
      expect(whole?.figures).toEqual(report?.portfolio);
      const [ofB] = await recordsOf(desk, "BBB");
      expect(whole?.parts).toEqual({ AAA: ofA?.hash, BBB: ofB?.hash });
    }));

  it("is not set down while a markout of the day is still open", () =>
    withDesk(async (desk) => {
      const steps = market("AAA", MONDAY, TUESDAY + 11 * MINUTE_US);
      const open = steps.filter(({ time }) => time < TUESDAY + MINUTE_US);
      await desk.pipeline.deliver(linesOf(open));
      expect(await snapshot(desk)).toMatchObject({ taken: 0 });
      await desk.pipeline.deliver(linesOf(steps).slice(open.length));
      expect(await snapshot(desk)).toMatchObject({ taken: 2 });
    }));

  it("stays as it is when nothing has changed", () =>
    withDesk(async (desk) => {
      await desk.pipeline.deliver(linesOf(both(MORNING)));
      await snapshot(desk);
      const before = await recordsOf(desk, undefined, "all");
      expect(await snapshot(desk)).toEqual({ taken: 0, revised: 0, conflicting: [] });
      expect(await recordsOf(desk, undefined, "all")).toEqual(before);
    }));

  it("has the same hash however the events were batched, repeated and mixed", async () => {
    const lines = linesOf(both(MORNING));
    const ways = [
      [lines],
      [lines.slice(0, 50), lines.slice(50, 171), lines.slice(171)],
      [lines, lines.slice(20, 90)],
      [[...lines].sort((a, b) => timeOf(a) - timeOf(b))],
      [lines.map((line, at) => lines[at % 2 === 0 ? at + 1 : at - 1] ?? line)],
    ];
    const hashes = new Set<string>();
    for (const batches of ways) {
      await withDesk(async (desk) => {
        for (const batch of batches) await desk.pipeline.deliver(batch);
        await snapshot(desk);
        const all = await Promise.all([recordsOf(desk, "AAA"), recordsOf(desk, undefined)]);
        hashes.add(all.map(([record]) => record?.hash).join(" "));
      });
    }
    expect(hashes.size).toBe(1);
    expect([...hashes][0]).toMatch(/^[0-9a-f]{16} [0-9a-f]{16}$/);
  });

  it("is followed by a revision when a trade comes late, and itself stays", () =>
    withDesk(async (desk) => {
      const steps = both(MORNING);
      await desk.pipeline.deliver(linesOf(steps));
      await snapshot(desk);
      const [before] = await recordsOf(desk, "AAA");
      const late: Step = {
        instrument: "AAA",
        time: MONDAY + 5 * HOUR_US + 3 * SECOND_US,
        trade: { side: "buy", price: 99 },
      };
      await desk.pipeline.deliver(linesOf([...steps, late]).slice(-1));
      expect(await snapshot(desk)).toEqual({ taken: 0, revised: 2, conflicting: [] });
      const revisions = await recordsOf(desk, "AAA", "all");
      expect(revisions[0]).toEqual(before);
      expect(revisions[1]).toMatchObject({ revision: 2, supersedes: before?.hash });
      expect(revisions[1]?.figures.trades.count).toBe(25);
      expect(await recordsOf(desk, "AAA")).toEqual([revisions[1]]);
      const whole = await recordsOf(desk, undefined, "all");
      expect(whole.map(({ revision }) => revision)).toEqual([1, 2]);
      expect(await recordsOf(desk, "BBB", "all")).toHaveLength(1);
    }));

  it("is provisional where a feed fell silent while others went on, and closed when it is back", () =>
    withDesk(async (desk) => {
      const noon = MONDAY + 12 * HOUR_US;
      const silent = market("BBB", MONDAY, noon);
      await desk.pipeline.deliver(
        linesOf([...market("AAA", MONDAY, TUESDAY + 2 * HOUR_US), ...silent]),
      );
      await snapshot(desk);
      expect((await recordsOf(desk, "BBB"))[0]).toMatchObject({ status: "provisional" });
      expect((await recordsOf(desk, undefined))[0]).toMatchObject({ status: "provisional" });
      const back = market("BBB", TUESDAY + 2 * HOUR_US, TUESDAY + 3 * HOUR_US);
      await desk.pipeline.deliver(linesOf([...silent, ...back]).slice(silent.length));
      await snapshot(desk);
      const after = await recordsOf(desk, "BBB", "all");
      expect(after.map(({ status }) => status)).toEqual(["provisional", "closed"]);
      expect((await recordsOf(desk, undefined))[0]).toMatchObject({ status: "closed" });
    }));

  it("is the same again when two take it at once", () =>
    withDesk(async (desk) => {
      await desk.pipeline.deliver(linesOf(both(MORNING)));
      const [one, other] = await Promise.all([snapshot(desk), snapshot(desk)]);
      expect([...one.conflicting, ...other.conflicting]).toEqual([]);
      expect(await recordsOf(desk, "AAA", "all")).toHaveLength(1);
    }));

  it("says nothing where nothing has happened yet", () =>
    withDesk(async (desk) => {
      expect(await snapshot(desk)).toEqual({ taken: 0, revised: 0, conflicting: [] });
    }));
});

function timeOf(line: string): number {
  return (JSON.parse(line) as { time: number }).time;
}
