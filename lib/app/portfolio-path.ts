/**
 * The portfolio's path over a window: a sample at each whole step inside it and at its end. Blocks of steps that will
 * not change any more are made once and kept, so that a window costs little more than its two ends.
 */
import type { PortfolioPath } from "../core/history/portfolio-figures.ts";
import {
  joinStretches,
  type Level,
  type Member,
  type PathPiece,
  type Stretch,
  stretchOf,
} from "../core/history/portfolio-path.ts";
import { type CoverRange, coverOf, pathStep } from "../core/rollup/ladder.ts";
import { RESOLUTION_US, RESOLUTIONS, type Resolution } from "../core/rollup/row.ts";
import type { CommittedState, ReportSettings } from "./committed-state.ts";
import { type KnownBlocks, keptUntil } from "./known-blocks.ts";
import type { RowReader, Span } from "./row-reader.ts";
import type { CoreRow } from "./settled-rows.ts";

export interface PathQuestion extends Span {
  readonly states: readonly CommittedState[];
}

export interface SampledPath {
  /** Undefined when a currency has no rate. */
  readonly path: PortfolioPath | undefined;
  readonly resolution: Resolution;
}

interface Desk {
  readonly reader: RowReader;
  readonly settings: ReportSettings;
  readonly states: readonly CommittedState[];
  readonly members: readonly Member[];
  readonly resolution: Resolution;
}

/**
 * Samples at each whole step inside [from, to) and at `to`, each from events before it: whole minutes while the store
 * keeps them for the window, else hours or days.
 */
export async function portfolioPath(
  reader: RowReader,
  settings: ReportSettings,
  known: KnownBlocks,
  { states, from, to }: PathQuestion,
): Promise<SampledPath> {
  const newest = Math.max(...states.map(({ summary }) => summary.newestTime));
  const resolution = pathStep(from, newest, settings.retention);
  const desk: Desk = { reader, settings, states, members: states.map(memberOf), resolution };
  const levels = await reader.levelsBefore(states, from);
  const stretches = await readStretches(desk, known, { from, to, levels });
  return { path: joinStretches(stretches), resolution };
}

function memberOf({ summary: { account, instrument, spec, scale } }: CommittedState): Member {
  return { account, instrument, currency: spec?.settle ?? "USD", scale };
}

async function readStretches(
  desk: Desk,
  known: KnownBlocks,
  { from, to, levels }: Span & { readonly levels: readonly Level[] },
): Promise<readonly Stretch[]> {
  const { resolution } = desk;
  const step = RESOLUTION_US[resolution];
  const first = Math.ceil(from / step) * step;
  if (first >= to) return [await edge(desk, [to], coverOf(from, to), levels)];
  const last = to - (to % step);
  const settled = blocksWithin(desk, { from: first, to: last });
  const left = await edge(
    desk,
    [first, ...stepEnds({ from: first, to: settled.from }, step)],
    [...coverOf(from, first), { resolution, from: first, to: settled.from }],
    levels,
  );
  const blocks = await readBlocks(desk, known, settled);
  const right = await edge(
    desk,
    [...stepEnds({ from: settled.to, to: last }, step), ...(last < to ? [to] : [])],
    [{ resolution, from: settled.to, to: last }, ...coverOf(last, to)],
    (blocks.at(-1) ?? left).levels,
  );
  return [left, ...blocks, right];
}

/** The ends of the steps that tile a span. */
function stepEnds({ from, to }: Span, step: number): number[] {
  return Array.from({ length: Math.max(0, (to - from) / step) }, (_, i) => from + (i + 1) * step);
}

/** A stretch whose rows are read each time, as far as they are not known. */
async function edge(
  { reader, settings, states, members }: Desk,
  times: readonly number[],
  ranges: readonly CoverRange[],
  levels: readonly Level[],
): Promise<Stretch> {
  const asked = ranges.filter(({ from, to }) => from < to);
  const rows = await reader.cores(states.map((of) => ({ of, ranges: asked })));
  const pieces = rows.map(withLevels);
  return stretchOf(members, settings.reporting, { times, levels, pieces });
}

/** A late flow is in the path when it was told, not when it happened. */
function withLevels(rows: readonly CoreRow[]): readonly PathPiece[] {
  return rows.filter(({ isAdditive }) => !isAdditive);
}

/** The width of a block of steps; undefined for the coarsest. */
function blockOf(resolution: Resolution): number | undefined {
  const coarser = RESOLUTIONS[RESOLUTIONS.indexOf(resolution) + 1];
  return coarser === undefined ? undefined : RESOLUTION_US[coarser];
}

/** The whole blocks inside of a span that will not change any more; where there are none, an empty span at its end. */
function blocksWithin({ states, resolution }: Desk, { from, to }: Span): Span {
  const width = blockOf(resolution);
  if (width === undefined) return { from: to, to };
  const start = Math.ceil(from / width) * width;
  const until = Math.min(to, keptUntil(states));
  const end = until - (until % width);
  return start < end ? { from: start, to: end } : { from: to, to };
}

async function readBlocks(desk: Desk, known: KnownBlocks, span: Span): Promise<Stretch[]> {
  const width = blockOf(desk.resolution) ?? 0;
  const kept = known.of(desk.states, desk.settings.reporting, desk.resolution);
  const blocks: Stretch[] = [];
  let start = span.from;
  while (start < span.to) {
    const block = kept.get(start);
    const to = endOfGap(kept, { from: start, to: span.to }, width);
    const found =
      block === undefined ? await makeBlocks(desk, { from: start, to }, width) : [block];
    for (const one of found) {
      if (one !== block) known.added(one.times.length * one.groups.length);
      kept.set(start, one);
      blocks.push(one);
      start += width;
    }
  }
  return blocks;
}

/** Blocks made together: a day of minutes, or a month of hours. */
const BLOCKS_TOGETHER = 24;

function endOfGap(kept: ReadonlyMap<number, Stretch>, { from, to }: Span, width: number): number {
  let end = from + width;
  const limit = Math.min(to, from + BLOCKS_TOGETHER * width);
  while (end < limit && !kept.has(end)) end += width;
  return end;
}

async function makeBlocks(desk: Desk, { from, to }: Span, width: number): Promise<Stretch[]> {
  const { reader, settings, states, members, resolution } = desk;
  const ranges = [{ resolution, from, to }];
  const [before, rows] = await Promise.all([
    reader.levelsBefore(states, from),
    reader.passing(states.map((of) => ({ of, ranges }))),
  ]);
  const all = rows.map(withLevels);
  const blocks: Stretch[] = [];
  let levels: readonly Level[] = before;
  for (let start = from; start < to; start += width) {
    const end = start + width;
    const pieces = all.map((list) => list.filter(({ bucket }) => start <= bucket && bucket < end));
    const times = stepEnds({ from: start, to: end }, RESOLUTION_US[resolution]);
    const block = stretchOf(members, settings.reporting, { times, levels, pieces });
    blocks.push(block);
    levels = block.levels;
  }
  return blocks;
}
