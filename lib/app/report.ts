/** The report of a window: reads the fewest rollups that cover it, merges them, and turns them into figures. */
import { instrumentKey } from "../core/events/event.ts";
import { instrumentFigures } from "../core/history/instrument-figures.ts";
import { portfolioFigures } from "../core/history/portfolio-figures.ts";
import type {
  DataFigures,
  PerformanceMetrics,
  Report,
} from "../core/metrics/performance-metrics.ts";
import type { Counters } from "../core/pipeline/state.ts";
import { floorHeld, type Retention } from "../core/rollup/ladder.ts";
import { DAY_US } from "../core/units.ts";
import {
  type CommittedState,
  loadStates,
  type ReportPorts,
  type ReportSettings,
} from "./committed-state.ts";
import { portfolioPath } from "./portfolio-path.ts";
import { readWindows } from "./read-instrument-window.ts";
import { createReadMemory } from "./read-memory.ts";
import { rollingFigures } from "./rolling-figures.ts";
import { createRowReader, type RowReader } from "./row-reader.ts";

/** Which part of time: the last so many µs before `asOf`, everything, or a half-open range. */
export type ReportSpan =
  | { readonly kind: "last"; readonly lengthUs: number }
  | { readonly kind: "all" }
  | { readonly kind: "range"; readonly from: number; readonly to: number };

export interface ReportQuestion {
  readonly span: ReportSpan;
  /** Instrument keys to report; all when left out. The portfolio is of these. */
  readonly instruments?: readonly string[];
  readonly asOf?: number;
}

/** What became of lines that no instrument can be blamed for. */
export type StrayCounts = Pick<Counters, "events" | "quarantined">;

/**
 * @param stray lines refused before they reached an instrument's fold; they count as events and as quarantined
 * @returns `undefined` when there is no such instrument, or nothing at all yet
 */
export async function buildReport(
  ports: ReportPorts,
  settings: ReportSettings,
  question: ReportQuestion,
  stray: StrayCounts = { events: 0, quarantined: 0 },
): Promise<Report | undefined> {
  const states = await loadStates(ports, question.instruments);
  return states.length === 0 ? undefined : reportOf(ports, settings, question, { states, stray });
}

/** The same, of states that were loaded; at least one. */
export async function reportOf(
  ports: ReportPorts,
  settings: ReportSettings,
  question: ReportQuestion,
  { states, stray }: { readonly states: readonly CommittedState[]; readonly stray: StrayCounts },
): Promise<Report> {
  const { metrics, memory = createReadMemory() } = ports;
  const reader = createRowReader(metrics, settings.horizons, memory.rows);
  const { asOf, from, to } = resolveSpan(states, settings.retention, question);
  const windows = await readWindows(reader, settings, states, { from, to });
  const sampled = await portfolioPath(reader, settings, memory.blocks, { states, from, to });
  const { path, resolution: pathResolution } = sampled;
  const portfolio = portfolioFigures(
    { from, to, instruments: windows.instruments, sample: windows.sample, path, pathResolution },
    settings.reporting,
    settings.horizons,
  );
  const instruments: Record<string, PerformanceMetrics> = {};
  for (const window of windows.instruments) {
    const key = instrumentKey(window.account, window.instrument);
    instruments[key] = instrumentFigures(window, settings.horizons);
  }
  const rolling = await rollingOf(reader, settings, question, { states, asOf });
  return {
    schema: "brawler.report/1",
    asOf,
    window: { from, to },
    data: dataFigures(states, stray),
    portfolio,
    instruments,
    ...(rolling === undefined ? {} : { rolling }),
  };
}

interface Resolved {
  readonly asOf: number;
  readonly from: number;
  readonly to: number;
}

/** `to` = asOf + 1; `from`, and a `to` of the past, are floored to the finest resolution that is held there. */
export function resolveSpan(
  states: readonly CommittedState[],
  retention: Retention,
  { span, asOf: asked }: ReportQuestion,
): Resolved {
  const newest = Math.max(...states.map(({ summary }) => summary.newestTime));
  const first = Math.min(...states.map(({ summary }) => summary.firstTime));
  const asOf = asked ?? newest;
  const end = asOf >= newest ? asOf + 1 : floorHeld(asOf + 1, newest, retention);
  const floor = (time: number) => floorHeld(Math.max(0, time), newest, retention);
  if (span.kind === "all") return { asOf, from: floor(first), to: end };
  if (span.kind === "last") return { asOf, from: floor(end - span.lengthUs), to: end };
  const to = span.to > newest ? span.to : floor(span.to);
  return { asOf: Math.min(asOf, to - 1), from: floor(span.from), to };
}

export function dataFigures(states: readonly CommittedState[], stray: StrayCounts): DataFigures {
  const sum = (name: keyof Counters) =>
    states.reduce((total, { summary }) => total + summary.counters[name], 0);
  return {
    events: sum("events") + stray.events,
    applied: sum("applied"),
    duplicates: sum("duplicates"),
    quarantined: sum("quarantined") + stray.quarantined,
    buffered: states.reduce((total, { summary }) => total + summary.buffered, 0),
    gaps: sum("gaps"),
    late: sum("late"),
    invalidReferences: sum("invalidReferences"),
    watermark: Math.min(...states.map(({ summary }) => summary.watermark)),
  };
}

/** Rolling figures belong to windows of whole days: 7, 30 or 90. */
async function rollingOf(
  reader: RowReader,
  settings: ReportSettings,
  { span }: ReportQuestion,
  { states, asOf }: { readonly states: readonly CommittedState[]; readonly asOf: number },
) {
  if (span.kind !== "last" || span.lengthUs < 2 * DAY_US) return undefined;
  const days = Math.floor(span.lengthUs / DAY_US);
  return rollingFigures(reader, settings, { states, asOf, days });
}
