/**
 * Goal: a replay that keeps nothing, and so writes rows late and only once, ends with the rows of one that commits.
 * Method: a simulated feed with every fault, folded both ways in batches of different sizes; stores are compared whole.
 */
import { describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import type { InputBatch } from "../../lib/app/fold-input.ts";
import { replay } from "../../lib/app/replay.ts";
import { buildReport } from "../../lib/app/report.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { type DurationUs, epochUs, MINUTE_US } from "../../lib/core/units.ts";
import { batchesOf, DEFAULTS, FUTURE_LIMIT, inTurn } from "../fold.ts";

const FROM = epochUs(1_767_225_600_000_000);
const MINUTES = 45;

function simulatedLines(scenario: string): string[] {
  const lines: string[] = [];
  const durationUs = (MINUTES * MINUTE_US) as DurationUs;
  const simulation = simulate({ seed: 11, from: FROM, durationUs, scenario });
  for (let line = simulation.next(); line !== undefined; line = simulation.next()) {
    lines.push(line.line);
  }
  return lines;
}

async function foldedRows(
  batches: readonly InputBatch[],
  { durable, together }: { readonly durable: boolean; readonly together: boolean },
) {
  const store = openEmbedded({ temporary: true });
  try {
    const { stray } = await replay({
      state: store.state,
      metrics: store.metrics,
      ...(together ? { atomic: store.atomic } : {}),
      settings: DEFAULTS,
      futureLimit: FUTURE_LIMIT,
      durable,
      input: () => inTurn(batches),
      onSetAside: () => {},
    });
    const report = await buildReport(store, DEFAULTS, { span: { kind: "all" } }, stray);
    return { report, rows: await rollupsOf(store), trades: await tradesOf(store) };
  } finally {
    store.close();
  }
}

async function rollupsOf({ state, metrics }: EmbeddedStore): Promise<string[]> {
  const rows: string[] = [];
  for (const key of await state.keys()) {
    for (const resolution of ["5s", "1m", "1h", "1d"] as const) {
      const range = { ...key, resolution, from: 0, to: FUTURE_LIMIT };
      for (const { instrument, bucket, part, value } of await metrics.readRollups(range)) {
        rows.push(`${instrument} ${resolution} ${bucket} ${part} ${value}`);
      }
    }
  }
  return rows;
}

async function tradesOf({ metrics }: EmbeddedStore): Promise<string[]> {
  const page = await metrics.readTrades({ from: 0, to: FUTURE_LIMIT, limit: 100_000 });
  return page.rows.map(({ value }) => value);
}

describe("replay without a data directory", () => {
  it.each([
    { scenario: "normal", together: false },
    { scenario: "data-faults", together: false },
    { scenario: "data-faults", together: true },
  ])(
    "ends with the rows of one that commits, $scenario, rows and state together: $together",
    async ({ scenario, together }) => {
      const lines = simulatedLines(scenario);
      const committed = await foldedRows(batchesOf(lines, 5_000), { durable: true, together });
      const held = await foldedRows(batchesOf(lines, 700), { durable: false, together: false });
      expect(held.trades.length).toBeGreaterThan(10);
      expect(held.rows.length).toBeGreaterThan(1_000);
      expect(held.trades).toEqual(committed.trades);
      expect(held.rows).toEqual(committed.rows);
      expect(held.report).toEqual(committed.report);
    },
  );
});
