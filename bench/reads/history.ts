/** What is read: rows and trades of eight simulated instruments, folded, and copies of them under other names. */
import type { EmbeddedStore } from "../../lib/adapters/embedded/open-embedded.ts";
import { foldInput, type InputBatch } from "../../lib/app/fold-input.ts";
import { createProcessor } from "../../lib/app/instrument-processor.ts";
import { resolveConfig } from "../../lib/core/api/config.ts";
import { parseEvent } from "../../lib/core/events/parse.ts";
import { isRefusal } from "../../lib/core/events/refusal.ts";
import { keptFrom } from "../../lib/core/rollup/ladder.ts";
import { RESOLUTIONS, type Resolution, type RollupRow } from "../../lib/core/rollup/row.ts";
import { HISTORY_GRID_US, simulate } from "../../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, type EpochUs, epochUs } from "../../lib/core/units.ts";
import type { AnalysisStore } from "../../lib/ports/analysis-store.ts";
import type { MetricStore } from "../../lib/ports/metric-store.ts";
import type { StateKey, StateStore } from "../../lib/ports/state-store.ts";

export const CONFIG = resolveConfig({});
export const FROM = epochUs(1_767_225_600_000_000);
const BATCH_LINES = 32_768;
const COPY = "COIN";
const PAGE_ROWS = 5_000;

export interface Stores {
  readonly state: StateStore;
  readonly metrics: MetricStore;
  readonly analyses: AnalysisStore;
}

export function endOf(days: number): EpochUs {
  return (FROM + days * DAY_US) as EpochUs;
}

/** Simulated and folded: what is too old by the end is not written on the way. */
export async function foldHistory(store: EmbeddedStore, days: number): Promise<void> {
  const end = endOf(days);
  const kept = (resolution: Resolution) => keptFrom(resolution, end, CONFIG.retention);
  const rowsFrom = { "5s": kept("5s"), "1m": kept("1m"), "1h": kept("1h"), "1d": kept("1d") };
  const processor = createProcessor({
    state: store.state,
    metrics: store.metrics,
    atomic: store.atomic,
    settings: CONFIG,
    rowsFrom: () => rowsFrom,
    onQuarantine: () => {},
  });
  await foldInput(processor, history(days), { futureLimit: end + DAY_US });
}

async function* history(days: number): AsyncIterable<InputBatch> {
  const durationUs = (days * DAY_US) as DurationUs;
  const told = simulate({ seed: 42, from: FROM, durationUs, gridUs: HISTORY_GRID_US });
  let deliveries = [];
  for (let next = told.next(); next !== undefined; next = told.next()) {
    const event = parseEvent(next.line);
    if (isRefusal(event)) throw new Error(`the simulator's own line was refused: ${event.detail}`);
    deliveries.push({ event, line: 0 });
    if (deliveries.length < BATCH_LINES) continue;
    yield { deliveries, refused: [] };
    deliveries = [];
  }
  yield { deliveries, refused: [] };
}

/** What a copy of an instrument is called, and of which. */
export interface Copy {
  readonly of: StateKey;
  readonly key: StateKey;
}

export function isCopy(instrument: string): boolean {
  return instrument.startsWith(COPY);
}

/** Copies of the instruments under other names, until there are so many. */
export function copiesOf(originals: readonly StateKey[], instruments: number): Copy[] {
  const copies: Copy[] = [];
  for (let made = originals.length; made < instruments; made += 1) {
    const of = originals[made % originals.length];
    if (of !== undefined) copies.push({ of, key: { ...of, instrument: `${COPY}${made}-PERP` } });
  }
  return copies;
}

export async function copyRows(from: Stores, of: StateKey, to: Stores, key: StateKey) {
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  for (const resolution of RESOLUTIONS) {
    const rows = await from.metrics.readRollups({ ...of, resolution, ...all });
    for (let at = 0; at < rows.length; at += PAGE_ROWS) {
      const page = rows.slice(at, at + PAGE_ROWS);
      await to.metrics.upsertRollups(page.map((row) => ({ ...row, ...key })));
    }
  }
  let cursor: string | undefined;
  do {
    const range = { ...of, ...all, limit: PAGE_ROWS };
    const page = await from.metrics.readTrades(cursor === undefined ? range : { ...range, cursor });
    await to.metrics.upsertTrades(page.rows.map((row) => ({ ...row, ...key })));
    cursor = page.cursor;
  } while (cursor !== undefined);
}

export async function copyState(from: Stores, of: StateKey, to: Stores, key: StateKey) {
  const snapshot = await from.state.load(of);
  if (snapshot === undefined) return;
  const rename = (text: string) =>
    text.replace(`"instrument":"${of.instrument}"`, `"instrument":"${key.instrument}"`);
  const named = { ...snapshot, summary: rename(snapshot.summary), body: rename(snapshot.body) };
  await to.state.commit(key, undefined, named);
}

export async function countRows(store: Stores): Promise<string> {
  let rows = 0;
  for (const { account, instrument } of await store.state.keys()) {
    for (const resolution of RESOLUTIONS) {
      const range = { account, instrument, resolution, from: 0, to: Number.MAX_SAFE_INTEGER };
      const found: readonly RollupRow[] = await store.metrics.readRollups(range);
      rows += found.length;
    }
  }
  return rows.toLocaleString("en");
}
