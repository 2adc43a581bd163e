/**
 * Goal: what a process remembers of its reads never shows. A report or a series of one that has been asking all along is
 * that of one which asks for the first time.
 * Method: fast-check invents the streams of two instruments over hours, with late trades, and an instrument that stops;
 * after each batch both are asked the same questions, while rows settle, roll over and are deleted underneath.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { loadStates, type ReportPorts } from "../../lib/app/committed-state.ts";
import { foldDeliveries } from "../../lib/app/fold-input.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { createReadMemory } from "../../lib/app/read-memory.ts";
import { readSeries } from "../../lib/app/read-series.ts";
import { buildReport, type ReportSpan } from "../../lib/app/report.ts";
import { resolveConfig } from "../../lib/core/api/config.ts";
import { HOUR_US, MINUTE_US } from "../../lib/core/units.ts";
import { interleaved, LINEAR, linesOf, STREAM_START, stream } from "../arbitraries.ts";
import { batchesOf, FUTURE_LIMIT } from "../fold.ts";

const CONFIG = resolveConfig({
  horizons: ["0s", "5s", "30s"],
  retention: { "5s": "1h", "1m": "3h", "1h": "12h" },
  rates: { BTC: "SOL-PERP" },
});
/** A stream's seconds become minutes: hours pass, and buckets of every width close. */
const STRETCH = 40;

const OPTIONS = { late: true, length: { min: 30, max: 150 } } as const;
const story = fc.record({
  streams: fc.tuple(
    stream({ ...OPTIONS, terms: LINEAR }, "SOL-PERP"),
    stream({ ...OPTIONS, terms: { ...LINEAR, contract: "inverse", settle: "BTC" } }, "SOL-INV"),
  ),
  picks: fc.array(fc.nat({ max: 1 }), { minLength: 1, maxLength: 8 }),
  size: fc.integer({ min: 15, max: 60 }),
});

function toldLines(streams: Parameters<typeof linesOf>[0][], picks: readonly number[]) {
  const slow = streams.map((one) =>
    linesOf(one).map((line) => ({
      ...line,
      time: STREAM_START + (Number(line["time"]) - STREAM_START) * STRETCH,
    })),
  );
  return interleaved(slow, picks);
}

const SPANS: readonly ReportSpan[] = [
  { kind: "all" },
  { kind: "last", lengthUs: 7 * MINUTE_US },
  { kind: "last", lengthUs: 2 * HOUR_US },
  { kind: "range", from: STREAM_START + 11 * MINUTE_US, to: STREAM_START + 95 * MINUTE_US },
];

async function answers(ports: ReportPorts): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const span of SPANS) {
    found.push(await buildReport(ports, CONFIG, { span }));
    found.push(await buildReport(ports, CONFIG, { span, instruments: ["SOL-PERP"] }));
  }
  const states = await loadStates(ports);
  const to = Math.max(STREAM_START + 1, ...states.map(({ summary }) => summary.newestTime + 1));
  for (const metric of ["pnl", "inventory", "markout", "hit-rate"] as const) {
    const from = Math.max(STREAM_START, to - 3 * HOUR_US) + 1;
    const question = { metric, states, single: false, from, to, stepUs: 5 * MINUTE_US };
    found.push(await readSeries(ports, CONFIG, question));
  }
  return found;
}

async function* afterEachBatch(
  store: EmbeddedStore,
  atomic: boolean,
  batches: ReturnType<typeof batchesOf>,
): AsyncIterable<void> {
  const { state, metrics } = store;
  const processor = createProcessor({
    state,
    metrics,
    ...(atomic ? { atomic: store.atomic } : {}),
    settings: CONFIG,
    retention: CONFIG.retention,
    onQuarantine: () => {},
  });
  for (const { deliveries } of batches) {
    await foldDeliveries(processor, deliveries, { futureLimit: FUTURE_LIMIT });
    yield;
  }
}

describe("what a process remembers of its reads", () => {
  it.each([
    { atomic: true, when: "one process writes and reads" },
    { atomic: false, when: "rows are flushed after the commit" },
  ])("changes no answer, where $when", async ({ atomic }) => {
    let [buckets, blocks] = [0, 0];
    await fc.assert(
      fc.asyncProperty(story, async ({ streams, picks, size }) => {
        const store = openEmbedded({ temporary: true });
        const { state, metrics } = store;
        const memory = createReadMemory();
        const batches = batchesOf(toldLines([...streams], picks), size);
        for await (const _ of afterEachBatch(store, atomic, batches)) {
          const fresh = await answers({ state, metrics });
          expect(await answers({ state, metrics, memory })).toEqual(fresh);
          expect(await answers({ state, metrics, memory })).toEqual(fresh);
        }
        const states = await loadStates({ state });
        for (const one of states) {
          for (const known of memory.rows.of(one).cores.values()) buckets += known.size;
        }
        blocks += memory.blocks.of(states, CONFIG.reporting, "1m").size;
        store.close();
      }),
      { numRuns: 6, endOnFailure: true },
    );
    expect(buckets).toBeGreaterThan(0);
    expect(blocks).toBeGreaterThan(0);
  });
});
