/** Series: one metric on a regular grid, from the finest rollups that fit the step. */
import type { SeriesMetric } from "../core/api/series.ts";
import { conversionRate, exposureOf } from "../core/history/portfolio-figures.ts";
import { exactToNumber } from "../core/ledger/exact.ts";
import {
  cashToExact,
  moneyToExact,
  netToExact,
  priceToExact,
  quantityToExact,
  type Scale,
} from "../core/ledger/scale.ts";
import type { CorePart } from "../core/rollup/core-part.ts";
import { type CoverRange, finestHeld } from "../core/rollup/ladder.ts";
import { decodeMarkoutPart, type MarkoutStats } from "../core/rollup/markout-part.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution, type RollupRow } from "../core/rollup/row.ts";
import { bucketStart } from "../core/units.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import {
  type CommittedState,
  type ReportPorts,
  type ReportSettings,
  rowsOf,
} from "./committed-state.ts";
import { levelsBefore } from "./read-instrument-window.ts";
import { decodedCore, readRows } from "./read-rows.ts";

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
  for (const [index, state] of states.entries()) {
    const rate = rates[index];
    await addInstrument(ports.metrics, { question, state, grid, columns, rate });
  }
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
  readonly state: CommittedState;
  readonly grid: Grid;
  readonly columns: Columns;
  /** Settlement to reporting currency. */
  readonly rate: number | undefined;
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

async function addInstrument(metrics: MetricStore, target: Target): Promise<void> {
  const { question, state, grid, rate = 0 } = target;
  const of = rowsOf(state);
  if (question.metric === "markout") {
    for (const row of await readPieces(metrics, target, "markout.")) addMarkout(target, row);
    return;
  }
  const parts = (await readPieces(metrics, target, "core")).map((row) => ({
    index: Math.floor((row.bucket - grid.t0) / grid.stepUs),
    part: decodedCore(row, of),
    isLevel: row.part === "core",
  }));
  const live = liveRange(state, grid);
  if (question.metric === "inventory" || question.metric === "mid") {
    const before = await levelsBefore(metrics, of, grid.t0);
    addLevels(target, { parts, before, live, rate });
    return;
  }
  for (let index = live.first; index <= live.last; index += 1) addTo(target.columns, index, {});
  for (const { index, part } of parts)
    addTo(target.columns, index, flows(question.metric, part, of.scale, rate));
}

/** The rows of [from, to): of the grid's resolution, and of finer ones where the ends do not fill a bucket of it. */
async function readPieces(
  metrics: MetricStore,
  { question: { from, to }, state, grid }: Target,
  partPrefix: string,
): Promise<readonly RollupRow[]> {
  const width = RESOLUTION_US[grid.resolution];
  const first = bucketStart(from, RESOLUTION_US[grid.edge]);
  const innerFrom = Math.ceil(from / width) * width;
  const innerTo = Math.max(innerFrom, to - (to % width));
  const ranges: readonly CoverRange[] = [
    { resolution: grid.edge, from: first, to: Math.min(innerFrom, to) },
    { resolution: grid.resolution, from: innerFrom, to: innerTo },
    { resolution: "5s", from: innerTo, to },
  ];
  const rows: RollupRow[] = [];
  for (const range of ranges) {
    if (range.from >= range.to) continue;
    rows.push(...(await readRows(metrics, rowsOf(state), range, partPrefix)));
  }
  return rows;
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

function flows(
  metric: SeriesMetric,
  part: CorePart,
  scale: Scale,
  rate: number,
): Readonly<Record<string, number>> {
  const money = (units: bigint) => exactToNumber(moneyToExact(scale, units)) * rate;
  const cash = (units: bigint) => exactToNumber(cashToExact(units)) * rate;
  if (metric === "hit-rate") return { closed: part.chain.closed, filled: part.chain.filled };
  if (metric === "activity") return { trades: part.trades, notional: money(part.notional) };
  return {
    net: exactToNumber(netToExact(scale, part.path.total)) * rate,
    spread: money(part.spread),
    inventory: money(part.inventory),
    fees: cash(part.fees),
    funding: cash(part.funding),
  };
}

interface Levels {
  readonly parts: readonly {
    readonly index: number;
    readonly part: CorePart;
    readonly isLevel: boolean;
  }[];
  readonly before: CorePart;
  readonly live: { readonly first: number; readonly last: number };
  readonly rate: number;
}

/** Levels at the end of each step, carried over steps in which nothing happened. */
function addLevels(target: Target, { parts, before, live, rate }: Levels): void {
  let held: Held = before;
  let next = 0;
  for (let index = live.first; index <= live.last; index += 1) {
    for (; (parts[next]?.index ?? Number.POSITIVE_INFINITY) <= index; next += 1) {
      const piece = parts[next];
      if (piece?.isLevel === true) held = piece.part;
    }
    addLevel(target, index, held, rate);
  }
}

type Held = Pick<CorePart, "position" | "mid">;

function addLevel(target: Target, index: number, { position, mid }: Held, rate: number): void {
  const { scale } = target.state.summary;
  const column = target.columns["mid"];
  if (column !== undefined) {
    if (mid > 0) column[index] = exactToNumber(priceToExact(scale, mid));
    return;
  }
  const exposure = exactToNumber(exposureOf({ scale }, position, mid)) * rate;
  const quantity = exactToNumber(quantityToExact(scale, BigInt(position)));
  addTo(target.columns, index, { exposure, quantity });
}

function addMarkout(
  { grid, columns }: Target,
  row: { readonly bucket: number; readonly part: string; readonly value: string },
): void {
  const index = Math.floor((row.bucket - grid.t0) / grid.stepUs);
  const label = row.part.slice("markout.".length).split("+")[0] ?? "";
  const { part } = decodeMarkoutPart(row.value);
  for (const side of ["maker", "taker"] as const)
    addMean(columns, `${side}.${label}`, index, part[side]);
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
