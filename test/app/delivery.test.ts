/**
 * Goal: however events are delivered, the figures are those of each event once, in order.
 * Method: fast-check invents streams of several instruments and delivers them doubled, shuffled within the re-order
 * bound, interleaved otherwise, in other batches and with the process ending between batches. The oracle is the
 * plain delivery: reports, and every stored row, must be equal to the last character.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { foldDeliveries } from "../../lib/app/fold-input.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { buildReport } from "../../lib/app/report.ts";
import { makeScale, type Scale } from "../../lib/core/ledger/scale.ts";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { decodeState, encodeState } from "../../lib/core/pipeline/codec.ts";
import { rescaleCore } from "../../lib/core/rollup/core-part.ts";
import { decodeCore, encodeCore } from "../../lib/core/rollup/core-text.ts";
import {
  decodeMarkoutPart,
  encodeMarkoutPart,
  rescaleMarkoutPart,
} from "../../lib/core/rollup/markout-part.ts";
import { RESOLUTIONS, type RollupRow } from "../../lib/core/rollup/row.ts";
import { interleaved, linesOf, type Stream, shuffled, stream, type Told } from "../arbitraries.ts";
import { batchesOf, DEFAULTS, FUTURE_LIMIT, type Line, reportFrom } from "../fold.ts";

const RUNS = { numRuns: 15 };
const picks = fc.array(fc.nat({ max: 1000 }), { minLength: 1, maxLength: 40 });
const desk = fc.tuple(
  stream({ late: true }, "SOL-PERP"),
  stream({ late: true }, "BTC-PERP"),
  stream({ late: true, length: { min: 0, max: 20 } }, "ETH-INV"),
);

function interleave(streams: readonly Stream[], turns: readonly number[]): Line[] {
  return interleaved(streams.map(linesOf), turns);
}

/** Everything but what was counted about the delivery itself. */
function figures({ data: _, ...rest }: Report) {
  return rest;
}

/** Commits each batch; with `restarts`, every batch is folded by a new process that reads the last commit. */
async function commitBatches(
  store: EmbeddedStore,
  lines: readonly Line[],
  { size, restarts }: { readonly size: number; readonly restarts: boolean },
): Promise<void> {
  const start = () =>
    createProcessor({
      state: store.state,
      metrics: store.metrics,
      settings: DEFAULTS,
      onQuarantine: () => {},
    });
  let processor = start();
  for (const { deliveries } of batchesOf(lines, size)) {
    if (restarts) processor = start();
    await foldDeliveries(processor, deliveries, { futureLimit: FUTURE_LIMIT });
  }
  await processor.finish(FUTURE_LIMIT);
}

/** A rollup in the finest scale of these streams: a row keeps the scale that it was written in. */
function inOneScale(row: RollupRow): string {
  const finest = (scale: Scale) => makeScale(scale.priceDecimals, 6, scale);
  if (row.part.startsWith("core")) {
    const { part, scale } = decodeCore(row.value);
    rescaleCore(part, scale, finest(scale));
    return encodeCore(part, finest(scale));
  }
  const { part, scale } = decodeMarkoutPart(row.value);
  rescaleMarkoutPart(part, scale, finest(scale));
  return encodeMarkoutPart(part, finest(scale));
}

/** Every row there is, without the version that wrote it. */
async function allRows({ metrics }: EmbeddedStore, instruments: readonly string[]) {
  const rows: unknown[] = [];
  for (const instrument of instruments) {
    const range = { account: "main", instrument, from: 0, to: 2 ** 52 };
    for (const resolution of RESOLUTIONS) {
      const found = await metrics.readRollups({ ...range, resolution });
      rows.push(...found.map((row) => ({ ...row, version: 0, value: inOneScale(row) })));
    }
    const trades = await metrics.readTrades({ ...range, limit: 1000 });
    rows.push(...trades.rows.map(({ version: _, ...row }) => row));
  }
  return rows;
}

async function outcome(
  lines: readonly Line[],
  batching: { readonly size: number; readonly restarts: boolean },
) {
  const store = openEmbedded({ temporary: true });
  try {
    await commitBatches(store, lines, batching);
    const report = await buildReport(store, DEFAULTS, { span: { kind: "all" } });
    return { report, rows: await allRows(store, ["SOL-PERP", "BTC-PERP", "ETH-INV"]) };
  } finally {
    store.close();
  }
}

interface Amendable {
  readonly trade: Told;
  readonly index: number;
  /** Where the amendment is told. */
  readonly at: number;
}

/** A trade of the stream and a later place; undefined without a trade. */
function amendable({ told }: Stream, pick: number, wait: number): Amendable | undefined {
  const trades = told.filter(({ type }) => type === "trade");
  const trade = trades[pick % Math.max(1, trades.length)];
  if (trade === undefined) return undefined;
  const index = told.indexOf(trade);
  return { trade, index, at: index + 1 + (wait % (told.length - index)) };
}

/** The stream with the trade and its amendment as given; in place of what is not, the terms told once more. */
function amended(
  events: Stream,
  { trade, index, at }: Amendable,
  as: { readonly trade: Told | undefined; readonly amendment: Partial<Told> | undefined },
): Line[] {
  const all = [...events.told];
  const terms = events.told[0];
  if (terms === undefined) throw new Error("a stream begins with its terms");
  const { time } = all[at - 1] ?? trade;
  all[index] = as.trade ?? { ...terms, time: trade.time };
  const amendment = as.amendment as Told | undefined;
  all.splice(at, 0, { ...(amendment ?? terms), time });
  return linesOf({ ...events, told: all });
}

describe("a report", () => {
  it("does not depend on how instruments take turns", async () => {
    await fc.assert(
      fc.asyncProperty(desk, picks, picks, async (streams, some, other) => {
        const report = await reportFrom(interleave(streams, some));
        expect(await reportFrom(interleave(streams, other))).toEqual(report);
      }),
      RUNS,
    );
  });

  it("counts everything delivered twice as a duplicate, and in nothing else", async () => {
    await fc.assert(
      fc.asyncProperty(desk, picks, fc.boolean(), async (streams, turns, atOnce) => {
        const lines = interleave(streams, turns);
        const once = await reportFrom(lines);
        const doubled = atOnce ? lines.flatMap((line) => [line, line]) : [...lines, ...lines];
        const twice = await reportFrom(doubled);
        expect(figures(twice)).toEqual(figures(once));
        const { data } = once;
        const duplicates = data.duplicates + lines.length;
        expect(twice.data).toEqual({ ...data, events: 2 * data.events, duplicates });
      }),
      RUNS,
    );
  });

  it("does not see a shuffle within the re-order bound", async () => {
    await fc.assert(
      fc.asyncProperty(desk, picks, picks, async (streams, turns, moves) => {
        const lines = streams.map((one) => shuffled(linesOf(one), moves, 4));
        expect(await reportFrom(interleaved(lines, turns))).toEqual(
          await reportFrom(interleave(streams, turns)),
        );
      }),
      RUNS,
    );
  });

  it("and every row are the same whatever the batches, and when the process ends after each", async () => {
    const sizes = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(desk, picks, sizes, async (streams, turns, size) => {
        const lines = interleave(streams, turns);
        const whole = await outcome(lines, { size: Number.POSITIVE_INFINITY, restarts: false });
        expect(await outcome(lines, { size, restarts: false })).toEqual(whole);
        expect(await outcome(lines, { size, restarts: true })).toEqual(whole);
      }),
      RUNS,
    );
  });

  it("is as if a busted trade had never been", async () => {
    await fc.assert(
      fc.asyncProperty(stream({ late: true }), fc.nat(), fc.nat(), async (events, pick, wait) => {
        const found = amendable(events, pick, wait);
        if (found === undefined) return;
        const bust = { type: "bust", tradeId: found.trade["tradeId"] ?? "" };
        const busted = amended(events, found, { trade: found.trade, amendment: bust });
        const never = amended(events, found, { trade: undefined, amendment: undefined });
        expect(await reportFrom(busted)).toEqual(await reportFrom(never));
      }),
      RUNS,
    );
  });

  it("is as if a corrected trade had been right from the start", async () => {
    await fc.assert(
      fc.asyncProperty(stream({ late: true }), fc.nat(), fc.nat(), async (events, pick, wait) => {
        const found = amendable(events, pick, wait);
        if (found === undefined) return;
        const right = { price: "181.37", quantity: "2.5", fee: "0.0175", side: "sell" };
        const correction = { type: "correction", tradeId: found.trade["tradeId"] ?? "", ...right };
        const corrected = amended(events, found, { trade: found.trade, amendment: correction });
        const told = { trade: { ...found.trade, ...right }, amendment: undefined };
        expect(await reportFrom(corrected)).toEqual(await reportFrom(amended(events, found, told)));
      }),
      RUNS,
    );
  });
});

describe("a state", () => {
  it("is itself after encoding and decoding, whenever that is", async () => {
    await fc.assert(
      fc.asyncProperty(desk, picks, async (streams, turns) => {
        const store = openEmbedded({ temporary: true });
        const lines = interleave(streams, turns);
        await commitBatches(store, lines, { size: 7, restarts: true });
        for (const key of await store.state.keys()) {
          const body = (await store.state.load(key))?.body ?? "";
          expect(encodeState(decodeState(body))).toBe(body);
        }
        store.close();
      }),
      RUNS,
    );
  });
});
