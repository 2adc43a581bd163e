/**
 * Goal: what a summary calls settled is settled. Readers keep such rows and never ask for them again.
 * Method: fast-check invents streams with late trades, cuts them into batches, and lets some flushes fail; after each
 * batch, whatever an earlier summary called settled must stand in the store exactly as it stood then.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import type { InputBatch } from "../../lib/app/fold-input.ts";
import { createProcessor, type Processor } from "../../lib/app/instrument-processor.ts";
import { decodeSummary, type InstrumentSummary } from "../../lib/core/pipeline/summary.ts";
import { RESOLUTION_US, RESOLUTIONS } from "../../lib/core/rollup/row.ts";
import type { MetricStore } from "../../lib/ports/metric-store.ts";
import { linesOf, stream } from "../arbitraries.ts";
import { batchesOf, DEFAULTS, FUTURE_LIMIT } from "../fold.ts";

interface Seen {
  readonly summary: InstrumentSummary;
  /** By key, with the time at which each is over. */
  readonly rows: ReadonlyMap<string, { readonly end: number; readonly row: string }>;
}

const ALL_TIME = { from: 0, to: FUTURE_LIMIT };

async function look({ state, metrics }: EmbeddedStore): Promise<Seen | undefined> {
  const [found] = await state.summaries();
  if (found === undefined) return undefined;
  const { account, instrument } = found;
  const rows = new Map<string, { end: number; row: string }>();
  for (const resolution of RESOLUTIONS) {
    const range = { account, instrument, resolution, ...ALL_TIME };
    for (const { bucket, part, version, value } of await metrics.readRollups(range)) {
      const end = bucket + RESOLUTION_US[resolution];
      rows.set(`${resolution} ${bucket} ${part}`, { end, row: `${version} ${value}` });
    }
  }
  const page = await metrics.readTrades({ ...ALL_TIME, limit: 1_000 });
  for (const { tradeId, time, version, value } of page.rows) {
    rows.set(tradeId, { end: time + 1, row: `${version} ${value}` });
  }
  return { summary: decodeSummary(found.summary), rows };
}

function settledBy({ rows }: Seen, time: number): ReadonlyMap<string, string> {
  return new Map(
    [...rows].filter(([, { end }]) => end <= time).map(([key, { row }]) => [key, row]),
  );
}

const streams = stream({ late: true, length: { min: 20, max: 120 } });
const plan = fc.record({
  size: fc.integer({ min: 1, max: 30 }),
  /** By flush, in turn. */
  fails: fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }),
});

/** Refuses the flushes that the plan names, before anything of them is written. */
function failing(metrics: MetricStore, fails: readonly boolean[]): MetricStore {
  let flushes = 0;
  return {
    ...metrics,
    upsertBatch: (batch) => {
      flushes += 1;
      if (fails[flushes % fails.length] === true) return Promise.reject(new Error("away"));
      return metrics.upsertBatch(batch);
    },
  };
}

function processorOf(store: EmbeddedStore, fails: readonly boolean[] | undefined): Processor {
  return createProcessor({
    state: store.state,
    ...(fails === undefined
      ? { metrics: store.metrics, atomic: store.atomic }
      : { metrics: failing(store.metrics, fails) }),
    settings: DEFAULTS,
    onQuarantine: () => {},
  });
}

/** What the store shows after each batch that was tried, whatever became of it. */
async function* looks(
  store: EmbeddedStore,
  processor: Processor,
  batches: readonly InputBatch[],
): AsyncIterable<Seen> {
  for (const { deliveries } of batches) {
    const event = deliveries[0]?.event;
    if (event === undefined) continue;
    await processor
      .process(event, deliveries, { futureLimit: FUTURE_LIMIT })
      .catch(() => undefined);
    const seen = await look(store);
    if (seen !== undefined) yield seen;
  }
}

describe("what a summary calls settled", () => {
  it.each([
    { atomic: true, when: "state and rows are one write" },
    { atomic: false, when: "rows are flushed after the commit, and some flushes fail" },
  ])("stays as it is until a late flow is told, where $when", async ({ atomic }) => {
    let [settled, late] = [0, 0];
    const check = (then: Seen | undefined, now: Seen) => {
      const { lateFlows, settledBefore, newestTime } = now.summary;
      expect(settledBefore).toBeLessThanOrEqual(newestTime);
      if (then === undefined) return;
      if (lateFlows !== then.summary.lateFlows) {
        late += 1;
        return;
      }
      const before = settledBy(then, then.summary.settledBefore);
      expect(settledBy(now, then.summary.settledBefore)).toEqual(before);
      settled += before.size;
    };
    await fc.assert(
      fc.asyncProperty(streams, plan, async (told, { size, fails }) => {
        const store = openEmbedded({ temporary: true });
        const processor = processorOf(store, atomic ? undefined : fails);
        let then: Seen | undefined;
        for await (const now of looks(store, processor, batchesOf(linesOf(told), size))) {
          check(then, now);
          then = now;
        }
        store.close();
      }),
      { numRuns: 40 },
    );
    expect(settled).toBeGreaterThan(0);
    expect(late).toBeGreaterThan(0);
  });
});
