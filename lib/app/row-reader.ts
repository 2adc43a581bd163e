/** Reads rollups and trades decoded, of many instruments at once, and only what is not known already. */
import {
  addTradeRow,
  appendSlice,
  newTradeColumns,
  type TradeColumns,
  type TradeSlice,
} from "../core/history/markout-sample.ts";
import type { Horizon } from "../core/metrics/markout.ts";
import { type CorePart, carryLevels, emptyCore, rescaleCore } from "../core/rollup/core-part.ts";
import { decodeCore } from "../core/rollup/core-text.ts";
import type { CoverRange } from "../core/rollup/ladder.ts";
import { decodeMarkoutPart, rescaleMarkoutPart } from "../core/rollup/markout-part.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution, type RollupRow } from "../core/rollup/row.ts";
import { bucketStart, DAY_US } from "../core/units.ts";
import type { MetricStore, RollupRange, TradeRange } from "../ports/metric-store.ts";
import type { CommittedState } from "./committed-state.ts";
import {
  type Buckets,
  type CoreRow,
  createSettledRows,
  type DayOfTrades,
  type InstrumentRows,
  keptBefore,
  type MarkoutRow,
  type SettledRows,
} from "./settled-rows.ts";

/** Whose rows, of which buckets. */
export interface Asked {
  readonly of: CommittedState;
  readonly ranges: readonly CoverRange[];
}

/** Half-open. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Reads for one answer. Answers are in the order asked; rows in the order of the ranges, then of buckets, then of parts.
 * What has been read is not read again, settled or not, so that all of an answer is of one time.
 */
export interface RowReader {
  cores(asked: readonly Asked[]): Promise<readonly (readonly CoreRow[])[]>;
  markouts(asked: readonly Asked[]): Promise<readonly (readonly MarkoutRow[])[]>;
  /** As `cores`, and remembers nothing: for reading through a long past once. */
  passing(asked: readonly Asked[]): Promise<readonly (readonly CoreRow[])[]>;
  /**
   * The levels at `at`: of the last core row that ended before it, at the finest resolution that has one. A coarser row
   * counts only if all of it lies before `at`.
   */
  levelsBefore(states: readonly CommittedState[], at: number): Promise<readonly CorePart[]>;
  /** Trades that count in markouts, as slices in order of time. */
  trades(state: CommittedState, span: Span): Promise<readonly TradeSlice[]>;
}

export function createRowReader(
  metrics: MetricStore,
  horizons: readonly Horizon[],
  settled: SettledRows,
): RowReader {
  const source: Source = { metrics, settled, own: createSettledRows() };
  return {
    cores: (asked) => readBuckets(source, CORES, asked),
    markouts: (asked) => readBuckets(source, MARKOUTS, asked),
    passing: (asked) => readBuckets({ metrics }, CORES, asked),
    levelsBefore: (states, at) => levelsBefore({ metrics, settled }, states, at),
    trades: (state, span) => readTrades({ metrics, horizons, settled }, state, span),
  };
}

/** Where rows come from, and where they are remembered: nowhere, if left out. */
interface Source {
  readonly metrics: MetricStore;
  readonly settled?: SettledRows;
  /** Of this answer alone: what may still change. */
  readonly own?: SettledRows;
}

/** One kind of rollup: where it is kept, and how it is decoded. */
interface Kind<Row> {
  readonly prefix: string;
  readonly known: (rows: InstrumentRows, at: Resolution) => Buckets<Row>;
  readonly decode: (row: RollupRow, of: CommittedState) => Row;
}

const CORES: Kind<CoreRow> = {
  prefix: "core",
  known: ({ cores }, at) => cores.get(at) ?? new Map(),
  decode: (row, of) => ({
    resolution: row.resolution,
    bucket: row.bucket,
    isAdditive: row.part !== "core",
    part: decodedCore(row, of),
  }),
};

const MARKOUTS: Kind<MarkoutRow> = {
  prefix: "markout.",
  known: ({ markouts }, at) => markouts.get(at) ?? new Map(),
  decode: (row, { summary }) => {
    const { part, scale } = decodeMarkoutPart(row.value);
    rescaleMarkoutPart(part, scale, summary.scale);
    const label = row.part.slice("markout.".length).split("+")[0] ?? "";
    return { bucket: row.bucket, label, part };
  },
};

/** A core row in the summary's scale, which is the finest there has been. */
function decodedCore(row: RollupRow, { summary: { scale } }: CommittedState): CorePart {
  const decoded = decodeCore(row.value);
  const { priceDecimals, quantityDecimals } = decoded.scale;
  if (priceDecimals !== scale.priceDecimals || quantityDecimals !== scale.quantityDecimals) {
    rescaleCore(decoded.part, decoded.scale, scale);
  }
  return decoded.part;
}

/** Buckets [from, to) that are not known yet; `rows` is filled in when they are. */
interface Missing<Row> {
  readonly of: CommittedState;
  readonly resolution: Resolution;
  readonly from: number;
  to: number;
  rows: readonly Row[];
}

/** What is known of some buckets, and what is missing between. */
type Piece<Row> = { readonly rows: readonly Row[] } | Missing<Row>;

async function readBuckets<Row extends { readonly bucket: number }>(
  source: Source,
  kind: Kind<Row>,
  asked: readonly Asked[],
): Promise<readonly (readonly Row[])[]> {
  const pieces = asked.map(({ of, ranges }) =>
    ranges.flatMap((range) => lookUp(source, kind, of, range)),
  );
  const missing = pieces.flat().filter((piece) => "of" in piece);
  const ranges = missing.map(({ of, resolution, from, to }): RollupRange => {
    const { account, instrument } = of.summary;
    return { account, instrument, resolution, from, to, partPrefix: kind.prefix };
  });
  const answers = ranges.length === 0 ? [] : await source.metrics.readRollupRanges(ranges);
  for (const [index, one] of missing.entries()) {
    const rows = (answers[index] ?? []).filter(({ version }) => version >= one.of.minVersion);
    one.rows = rows.map((row) => kind.decode(row, one.of));
    remember(source, kind, one);
  }
  return pieces.map((list) => list.flatMap(({ rows }) => rows));
}

function lookUp<Row>(
  { settled, own }: Source,
  kind: Kind<Row>,
  of: CommittedState,
  { resolution, from, to }: CoverRange,
): Piece<Row>[] {
  if (settled === undefined || own === undefined) return [{ of, resolution, from, to, rows: [] }];
  const known = kind.known(settled.of(of), resolution);
  const recent = kind.known(own.of(of), resolution);
  const width = RESOLUTION_US[resolution];
  const pieces: Piece<Row>[] = [];
  let open: Missing<Row> | undefined;
  for (let bucket = from; bucket < to; bucket += width) {
    const rows = known.get(bucket) ?? recent.get(bucket);
    if (rows !== undefined) {
      if (rows.length > 0) pieces.push({ rows });
      open = undefined;
    } else if (open === undefined) {
      open = { of, resolution, from: bucket, to: bucket + width, rows: [] };
      pieces.push(open);
    } else {
      open.to = bucket + width;
    }
  }
  return pieces;
}

/** Keeps what will not change any more for later answers, the rest for this one; buckets without rows too. */
function remember<Row extends { readonly bucket: number }>(
  { settled, own }: Source,
  kind: Kind<Row>,
  { of, resolution, from, to, rows }: Missing<Row>,
): void {
  if (settled === undefined || own === undefined) return;
  const known = kind.known(settled.of(of), resolution);
  const recent = kind.known(own.of(of), resolution);
  const width = RESOLUTION_US[resolution];
  const end = keptBefore(of);
  let next = 0;
  let buckets = 0;
  for (let bucket = from; bucket < to; bucket += width) {
    const first = next;
    while (rows[next]?.bucket === bucket) next += 1;
    const isSettled = bucket + width <= end;
    if (isSettled) buckets += 1;
    (isSettled ? known : recent).set(bucket, first === next ? NO_ROWS : rows.slice(first, next));
  }
  settled.added(buckets, 0);
}

const NO_ROWS: readonly never[] = [];

async function levelsBefore(
  { metrics, settled }: Pick<TradeSource, "metrics" | "settled">,
  states: readonly CommittedState[],
  at: number,
): Promise<readonly CorePart[]> {
  const known = states.map((of) => settled.of(of).levels.get(at));
  const unknown = states.filter((_, index) => known[index] === undefined);
  const rows = await metrics.lastRollupsBefore(
    unknown.flatMap(({ summary: { account, instrument } }) =>
      RESOLUTIONS.map((resolution) => ({
        of: { account, instrument, resolution, part: "core" },
        before: bucketStart(at, RESOLUTION_US[resolution]),
      })),
    ),
  );
  const found = new Map(
    unknown.map((of, index) => {
      const first = index * RESOLUTIONS.length;
      return [of, newestLevels(of, rows.slice(first, first + RESOLUTIONS.length), at)];
    }),
  );
  for (const [of, levels] of found) rememberLevels(settled, of, at, levels);
  return states.map((of, index) => known[index] ?? found.get(of) ?? emptyCore());
}

function newestLevels(
  of: CommittedState,
  rows: readonly (RollupRow | undefined)[],
  at: number,
): CorePart {
  let newest: CorePart | undefined;
  for (const row of rows) {
    if (row === undefined || row.version < of.minVersion) continue;
    const part = decodedCore(row, of);
    if (newest === undefined || part.to > newest.to) newest = part;
  }
  return newest === undefined ? emptyCore() : carryLevels(newest, at);
}

/** The starts of windows that are asked about again and again are few. */
const MOST_LEVELS = 16;

function rememberLevels(
  settled: SettledRows,
  of: CommittedState,
  at: number,
  levels: CorePart,
): void {
  if (at > keptBefore(of)) return;
  const known = settled.of(of).levels;
  if (known.size >= MOST_LEVELS) known.clear();
  known.set(at, levels);
}

interface TradeSource {
  readonly metrics: MetricStore;
  readonly horizons: readonly Horizon[];
  readonly settled: SettledRows;
}

async function readTrades(
  source: TradeSource,
  of: CommittedState,
  { from, to }: Span,
): Promise<readonly TradeSlice[]> {
  const end = Math.max(from, Math.min(to, keptBefore(of)));
  // An empty span would stand for a day of which nothing has settled.
  const days = from < end ? await readDays(source, of, { from, to: end }) : [];
  const slices = days.map(({ columns }) => sliceOf(columns, from, end));
  if (end < to) slices.push(whole(await readColumns(source, of, { from: end, to })));
  return slices.filter((slice) => slice.from < slice.to);
}

/** The days that a settled span touches, each known at least where the span lies; what is missing is read at once. */
async function readDays(
  source: TradeSource,
  of: CommittedState,
  span: Span,
): Promise<readonly DayOfTrades[]> {
  const known = source.settled.of(of).days;
  const gaps: { from: number; to: number }[] = [];
  const wanted: { readonly day: number; readonly span: Span }[] = [];
  for (let day: number = bucketStart(span.from, DAY_US); day < span.to; day += DAY_US) {
    const part = { from: Math.max(day, span.from), to: Math.min(day + DAY_US, span.to) };
    wanted.push({ day, span: part });
    for (const gap of gapsIn(known.get(day), part)) {
      const last = gaps.at(-1);
      if (last?.to === gap.from) last.to = gap.to;
      else gaps.push({ ...gap });
    }
  }
  const read = new Map<Span, TradeColumns>();
  for (const gap of gaps) read.set(gap, await readColumns(source, of, gap));
  return wanted.map(({ day, span: part }) => {
    const before = known.get(day);
    const now = extended(source, before, part, read);
    if (now === before) return now;
    known.set(day, now);
    source.settled.added(0, now.columns.times.length - (before?.columns.times.length ?? 0));
    return now;
  });
}

/** What a day lacks of a span, and what lies between the two. */
function gapsIn(day: DayOfTrades | undefined, { from, to }: Span): readonly Span[] {
  if (day === undefined) return [{ from, to }];
  const sides = [
    { from, to: day.from },
    { from: day.to, to },
  ];
  return sides.filter((side) => side.from < side.to);
}

/** A day that covers the span too; the same where it does already. Columns that were handed out never change. */
function extended(
  { horizons }: TradeSource,
  day: DayOfTrades | undefined,
  span: Span,
  read: ReadonlyMap<Span, TradeColumns>,
): DayOfTrades {
  const gaps = gapsIn(day, span);
  if (day !== undefined && gaps.length === 0) return day;
  const columns = newTradeColumns(horizons);
  const append = (part: Span) => {
    for (const [{ from, to }, found] of read) {
      if (from <= part.from && part.to <= to)
        appendSlice(columns, sliceOf(found, part.from, part.to));
    }
  };
  for (const gap of gaps) if (gap.to <= (day?.from ?? span.to)) append(gap);
  if (day === undefined) return { ...span, columns };
  appendSlice(columns, whole(day.columns));
  for (const gap of gaps) if (gap.from >= day.to) append(gap);
  return { from: Math.min(day.from, span.from), to: Math.max(day.to, span.to), columns };
}

/** Trades read at a time. */
const PAGE = 5000;

async function readColumns(
  { metrics, horizons }: TradeSource,
  { summary, minVersion }: CommittedState,
  { from, to }: Span,
): Promise<TradeColumns> {
  const columns = newTradeColumns(horizons);
  if (from >= to) return columns;
  const { account, instrument } = summary;
  const range: TradeRange = { account, instrument, from, to, limit: PAGE };
  let cursor: string | undefined;
  do {
    const page = await metrics.readTrades(cursor === undefined ? range : { ...range, cursor });
    for (const row of page.rows) {
      if (row.version >= minVersion) addTradeRow(columns, horizons, row);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return columns;
}

function whole(columns: TradeColumns): TradeSlice {
  return { columns, from: 0, to: columns.times.length };
}

function sliceOf(columns: TradeColumns, from: number, to: number): TradeSlice {
  return { columns, from: firstAt(columns.times, from), to: firstAt(columns.times, to) };
}

/** The position of the first time that is not before `time`. */
function firstAt(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
