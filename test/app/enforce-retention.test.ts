import { afterAll, describe, expect, it } from "vitest";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { replay } from "../../lib/app/replay.ts";
import { buildReport, type ReportSpan } from "../../lib/app/report.ts";
import { resolveConfig } from "../../lib/core/api/config.ts";
import { keptFrom } from "../../lib/core/rollup/ladder.ts";
import type { Resolution } from "../../lib/core/rollup/row.ts";
import { HOUR_US, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import { batchesOf, FUTURE_LIMIT, inTurn, type Line } from "../fold.ts";

const T0 = 1_767_225_600_000_000;
const HOURS = 54;
const CONFIG = resolveConfig({ retention: { "5s": "2h", "1m": "6h", "1h": "24h" } });

/** A price each 20 s that swings about a slow climb, and a trade each 7 minutes that mostly buys. */
function* told(instrument: string, hours: number): Generator<Line> {
  let sequence = 0;
  for (let second = 0; second < hours * 3_600; second += 20) {
    sequence += 1;
    const time = T0 + second * SECOND_US;
    const mid = 1_000_000 + Math.round(second / 40 + 3_000 * Math.sin(second / 5_000));
    const bid = String((mid - 5) / 100);
    const ask = String((mid + 5) / 100);
    yield { type: "reference", instrument, time, sequence, bid, ask };
    if (second % 420 !== 0) continue;
    sequence += 1;
    const side = second % 1_260 === 0 ? "sell" : "buy";
    const price = side === "buy" ? bid : ask;
    const trade = { tradeId: `T${sequence}`, side, price, quantity: "1", fee: "0.01" };
    yield { type: "trade", instrument, time, sequence, liquidity: "maker", ...trade };
  }
}

const LINES = [...told("BTC-PERP", HOURS), ...told("ETH-PERP", 3)];

interface Way {
  readonly durable: boolean;
  readonly keeps: "all" | "retention";
}

/** Each way is folded once; its store stays open for all tests. */
const stores = new Map<string, Promise<Store>>();

function storeOf(way: Way): Promise<Store> {
  const name = `${way.durable} ${way.keeps}`;
  const store = stores.get(name) ?? filledStore(way);
  stores.set(name, store);
  return store;
}

async function filledStore({ durable, keeps }: Way): Promise<Store> {
  const store = openEmbedded({ temporary: true });
  await replay({
    state: store.state,
    metrics: store.metrics,
    settings: CONFIG,
    ...(keeps === "all" ? {} : { retention: CONFIG.retention }),
    futureLimit: FUTURE_LIMIT,
    durable,
    input: () => inTurn(batchesOf(LINES, 500)),
    onSetAside: () => {},
  });
  return store;
}

afterAll(async () => {
  for (const store of stores.values()) (await store).close();
});

type Store = ReturnType<typeof openEmbedded>;

async function buckets({ metrics }: Store, instrument: string, resolution: Resolution) {
  const range = { account: "main", instrument, resolution, from: 0, to: FUTURE_LIMIT };
  const rows = await metrics.readRollups(range);
  return rows.map(({ bucket, part }) => ({ bucket, part }));
}

const END = T0 + (HOURS * 3_600 - 20) * SECOND_US;

describe.each([{ durable: true }, { durable: false }])("retention, durable $durable", (way) => {
  it.each([
    { resolution: "5s", kept: 2 },
    { resolution: "1m", kept: 6 },
    { resolution: "1h", kept: 24 },
  ] as const)("keeps rollups of $resolution for $kept hours", async ({ resolution, kept }) => {
    const all = await buckets(await storeOf({ ...way, keeps: "all" }), "BTC-PERP", resolution);
    const held = await buckets(
      await storeOf({ ...way, keeps: "retention" }),
      "BTC-PERP",
      resolution,
    );
    const oldest = keptFrom(resolution, END, CONFIG.retention);
    expect(oldest).toBeLessThanOrEqual(END - kept * HOUR_US);
    expect(held.filter(({ bucket }) => bucket >= oldest)).toEqual(
      all.filter(({ bucket }) => bucket >= oldest),
    );
    const aSweepAgo = keptFrom(resolution, END - 2 * HOUR_US, CONFIG.retention);
    expect(held.filter(({ bucket }) => bucket < aSweepAgo)).toEqual([]);
    expect(held.length).toBeLessThan(all.length);
  });

  it("keeps days for ever", async () => {
    const days = await buckets(await storeOf({ ...way, keeps: "retention" }), "BTC-PERP", "1d");
    expect(days.filter(({ part }) => part === "core").map(({ bucket }) => bucket)).toEqual([
      T0,
      T0 + 24 * HOUR_US,
      T0 + 48 * HOUR_US,
    ]);
  });

  it("counts from each instrument's own newest event", async () => {
    const quiet = await buckets(await storeOf({ ...way, keeps: "retention" }), "ETH-PERP", "1m");
    expect(quiet[0]?.bucket).toBe(T0);
  });

  it.each([
    { what: "everything", span: { kind: "all" } },
    { what: "the last hour", span: { kind: "last", lengthUs: HOUR_US } },
    { what: "the last five hours", span: { kind: "last", lengthUs: 5 * HOUR_US + MINUTE_US } },
    {
      what: "a past that ends among hours",
      span: { kind: "range", from: T0, to: T0 + 40 * HOUR_US },
    },
    {
      what: "a past that lies among hours, whose minutes are gone",
      span: { kind: "range", from: T0 + 32 * HOUR_US, to: T0 + 44 * HOUR_US },
    },
    {
      what: "a past that ends among minutes",
      span: { kind: "range", from: T0, to: END - 5.5 * HOUR_US },
    },
  ] satisfies { what: string; span: ReportSpan }[])(
    "changes no figure of $what",
    async ({ span }) => {
      const report = async (which: Way) => buildReport(await storeOf(which), CONFIG, { span });
      const all = await report({ ...way, keeps: "all" });
      const held = await report({ ...way, keeps: "retention" });
      expect(all?.instruments["BTC-PERP"]?.trades.count).toBeGreaterThan(5);
      expect(held).toEqual(all);
    },
  );
});
