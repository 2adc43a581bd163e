/** Series: one metric on a regular grid, from the finest rollups that fit the step. */
import type { SeriesMetric } from "../core/api/series.ts";
import { conversionRate, exposureOf } from "../core/history/portfolio-figures.ts";
import { exactToNumber } from "../core/ledger/exact.ts";
import { priceToExact, quantityToExact } from "../core/ledger/scale.ts";
import type { CorePart } from "../core/rollup/core-part.ts";
import { type CoverRange, finestHeld } from "../core/rollup/ladder.ts";
import type { MarkoutStats } from "../core/rollup/markout-part.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution } from "../core/rollup/row.ts";
import { bucketStart } from "../core/units.ts";
import type { CommittedState, ReportPorts, ReportSettings } from "./committed-state.ts";
import { createReadMemory } from "./read-memory.ts";
import { createRowReader, type RowReader } from "./row-reader.ts";
import { addToStep, FLOWS, type Flow, newStep, stepValues } from "./series-flows.ts";
import type { CoreRow, MarkoutRow } from "./settled-rows.ts";

export interface SeriesQuestion {
  readonly metric: SeriesMetric;
  readonly states: readonly CommittedState[];
  /** True when the states are one instrument that was asked for by name. */
  readonly single: boolean;
  readonly from: number;
  readonly to: number;
  readonly stepUs: number;
}

export type Column = (number | null)[];

export interface Series {
  readonly t0: number;
  readonly stepUs: number;
  readonly columns: Readonly<Record<string, Column>>;
}

interface Grid {
  readonly t0: number;
  readonly stepUs: number;
  readonly count: number;
  readonly resolution: Resolution;
  /** The finest that is kept where the series begins. */
  readonly edge: Resolution;
}

type Columns = Record<string, Column>;

export async function readSeries(
  ports: ReportPorts,
  settings: ReportSettings,
  question: SeriesQuestion,
): Promise<Series> {
  const { from, to, stepUs, states } = question;
  const newest = Math.max(0, ...states.map(({ summary }) => summary.newestTime));
  const t0 = from - (from % stepUs);
  const edge = finestHeld(from, newest, settings.retention);
  const count = Math.max(0, Math.ceil((to - t0) / stepUs));
  const resolution = coarserOf(fitting(stepUs), finestHeld(t0, newest, settings.retention));
  const grid: Grid = { t0, stepUs, count, resolution, edge };
  const columns: Columns = {};
  for (const name of columnNames(question, settings)) columns[name] = new Array(count).fill(null);
  const rates = states.map((state) => rateOf(state, states, settings));
  const { metrics, memory = createReadMemory() } = ports;
  const reader = createRowReader(metrics, settings.horizons, memory.rows);
  await addInstruments(reader, { question, grid, columns, rates });
  if (rates.includes(undefined)) withoutMoney(columns);
  if (question.metric === "hit-rate") addRate(columns);
  return { t0, stepUs, columns };
}

/** The coarsest resolution whose buckets tile the step. */
function fitting(stepUs: number): Resolution {
  return RESOLUTIONS.findLast((resolution) => stepUs % RESOLUTION_US[resolution] === 0) ?? "5s";
}

function coarserOf(a: Resolution, b: Resolution): Resolution {
  return RESOLUTION_US[a] >= RESOLUTION_US[b] ? a : b;
}

function columnNames({ metric, single }: SeriesQuestion, { horizons }: ReportSettings): string[] {
  switch (metric) {
    case "pnl":
      return ["net", "spread", "inventory", "fees", "funding"];
    case "inventory":
      return single ? ["quantity", "exposure"] : ["exposure"];
    case "markout":
      return horizons.flatMap(({ label }) =>
        ["maker", "taker"].flatMap((side) => [`${side}.${label}`, `${side}.${label}.n`]),
      );
    case "hit-rate":
      return ["rate", "closed", "filled"];
    case "activity":
      return ["trades", "notional"];
    case "mid":
      return single ? ["mid"] : [];
  }
}

interface Target {
  readonly question: SeriesQuestion;
  readonly grid: Grid;
  readonly columns: Columns;
  /** By state: settlement to reporting currency. */
  readonly rates: readonly (number | undefined)[];
}

/** Columns that are no money, or are of one instrument alone. */
const COUNTS: ReadonlySet<string> = new Set([
  "trades",
  "closed",
  "filled",
  "rate",
  "quantity",
  "mid",
]);

/** Something has no rate: a partial sum would pass for the whole. */
function withoutMoney(columns: Columns): void {
  for (const [name, column] of Object.entries(columns)) {
    if (!COUNTS.has(name) && !name.includes(".")) column.fill(null);
  }
}

async function addInstruments(reader: RowReader, target: Target): Promise<void> {
  const { question, grid, columns, rates } = target;
  const { metric, states } = question;
  const ranges = rangesOf(question, grid);
  const asked = states.map((of) => ({ of, ranges }));
  if (metric === "markout") {
    for (const rows of await reader.markouts(asked)) addMarkouts(grid, columns, rows);
    return;
  }
  const isLevel = metric === "inventory" || metric === "mid";
  const before = isLevel ? await reader.levelsBefore(states, grid.t0) : [];
  const found = await reader.cores(asked);
  for (const [index, state] of states.entries()) {
    const rows = found[index] ?? [];
    const one = { state, rows, grid, columns, rate: rates[index] ?? 0 };
    if (isLevel) addLevels(one, before[index] ?? NOTHING_HELD);
    else addFlows(one, FLOWS[metric]);
  }
}

/** What a series takes from one instrument. */
interface Instrument {
  readonly state: CommittedState;
  readonly rows: readonly CoreRow[];
  readonly grid: Grid;
  readonly columns: Columns;
  readonly rate: number;
}

/** [from, to) in buckets of the grid's resolution, and finer ones where the ends do not fill one of it. */
function rangesOf({ from, to }: SeriesQuestion, grid: Grid): readonly CoverRange[] {
  const width = RESOLUTION_US[grid.resolution];
  const first = bucketStart(from, RESOLUTION_US[grid.edge]);
  const innerFrom = Math.ceil(from / width) * width;
  const innerTo = Math.max(innerFrom, to - (to % width));
  const ranges: readonly CoverRange[] = [
    { resolution: grid.edge, from: first, to: Math.min(innerFrom, to) },
    { resolution: grid.resolution, from: innerFrom, to: innerTo },
    { resolution: "5s", from: innerTo, to },
  ];
  return ranges.filter((range) => range.from < range.to);
}

/** Grid indices between the first and the newest event of an instrument: there, nothing means zero. */
function liveRange({ summary }: CommittedState, { t0, stepUs, count }: Grid) {
  const first = Math.max(0, Math.floor((summary.firstTime - t0) / stepUs));
  const last = Math.min(count - 1, Math.floor((summary.newestTime - t0) / stepUs));
  return { first, last };
}

/** Settlement to reporting currency at the newest mid; undefined without one; 0 where there is nothing to convert. */
function rateOf(
  { summary }: CommittedState,
  states: readonly CommittedState[],
  { reporting }: ReportSettings,
): number | undefined {
  const midOf = (key: string) => {
    const found = states.find((state) => state.summary.instrument === key)?.summary;
    return found === undefined || found.mid === 0
      ? undefined
      : priceToExact(found.scale, found.mid);
  };
  const currency = summary.spec?.settle ?? "USD";
  if (states.length === 1) return 1;
  if (summary.trades === 0 && summary.position === 0) return 0;
  const rate = conversionRate(currency, reporting, midOf);
  return rate === undefined ? undefined : exactToNumber(rate);
}

/** Adds values to the columns at one index; every column there becomes a number. */
function addTo(columns: Columns, index: number, values: Readonly<Record<string, number>>): void {
  for (const [name, column] of Object.entries(columns)) {
    if (index < 0 || index >= column.length || name === "rate") continue;
    column[index] = (column[index] ?? 0) + (values[name] ?? 0);
  }
}

function addFlows({ state, rows, grid, columns, rate }: Instrument, flows: readonly Flow[]): void {
  const live = liveRange(state, grid);
  for (let index = live.first; index <= live.last; index += 1) addTo(columns, index, {});
  const { scale } = state.summary;
  let at = -1;
  let step = newStep(flows);
  for (const { bucket, part } of rows) {
    const index = Math.floor((bucket - grid.t0) / grid.stepUs);
    if (index !== at) {
      addTo(columns, at, stepValues(step, flows, scale, rate));
      at = index;
      step = newStep(flows);
    }
    addToStep(step, flows, part);
  }
  addTo(columns, at, stepValues(step, flows, scale, rate));
}

type Held = Pick<CorePart, "position" | "mid">;

const NOTHING_HELD: Held = { position: 0, mid: 0 };

/** Levels at the end of each step, carried over steps in which nothing happened. */
function addLevels(one: Instrument, before: Held): void {
  const { state, rows, grid } = one;
  const live = liveRange(state, grid);
  let held = before;
  let next = 0;
  for (let index = live.first; index <= live.last; index += 1) {
    const end = grid.t0 + (index + 1) * grid.stepUs;
    for (; (rows[next]?.bucket ?? Number.POSITIVE_INFINITY) < end; next += 1) {
      const row = rows[next];
      if (row?.isAdditive === false) held = row.part;
    }
    addLevel(one, index, held);
  }
}

function addLevel({ state, columns, rate }: Instrument, index: number, { position, mid }: Held) {
  const { scale } = state.summary;
  const column = columns["mid"];
  if (column !== undefined) {
    if (mid > 0) column[index] = exactToNumber(priceToExact(scale, mid));
    return;
  }
  const exposure = exactToNumber(exposureOf({ scale }, position, mid)) * rate;
  const quantity = exactToNumber(quantityToExact(scale, BigInt(position)));
  addTo(columns, index, { exposure, quantity });
}

function addMarkouts(grid: Grid, columns: Columns, rows: readonly MarkoutRow[]): void {
  for (const { bucket, label, part } of rows) {
    const index = Math.floor((bucket - grid.t0) / grid.stepUs);
    for (const side of ["maker", "taker"] as const) {
      addMean(columns, `${side}.${label}`, index, part[side]);
    }
  }
}

/** Pools means: the column holds the mean of the n trades in the column beside it. */
function addMean(columns: Columns, name: string, index: number, stats: MarkoutStats): void {
  const means = columns[name];
  const counts = columns[`${name}.n`];
  const { n, mean } = stats.moments;
  if (means === undefined || counts === undefined || n === 0) return;
  const before = counts[index] ?? 0;
  means[index] = ((means[index] ?? 0) * before + mean * n) / (before + n);
  counts[index] = before + n;
}

function addRate(columns: Columns): void {
  const { rate, closed, filled } = columns;
  rate?.forEach((_, index) => {
    const whole = closed?.[index] ?? 0;
    rate[index] = whole > 0 ? (filled?.[index] ?? 0) / whole : null;
  });
}
