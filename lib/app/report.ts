/** The report of a window: reads the fewest rollups that cover it, merges them, and turns them into figures. */
import { instrumentKey } from "../core/events/event.ts";
import type { InstrumentWindow } from "../core/history/instrument-figures.ts";
import { instrumentFigures } from "../core/history/instrument-figures.ts";
import { addTradeRow, type MarkoutSample, newSample } from "../core/history/markout-sample.ts";
import { portfolioFigures } from "../core/history/portfolio-figures.ts";
import type { Horizon } from "../core/metrics/markout.ts";
import type {
  DataFigures,
  PerformanceMetrics,
  Report,
} from "../core/metrics/performance-metrics.ts";
import type { Counters } from "../core/pipeline/state.ts";
import { floorHeld, type Retention } from "../core/rollup/ladder.ts";
import { DAY_US } from "../core/units.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import {
  type CommittedState,
  loadStates,
  type ReportPorts,
  type ReportSettings,
  rowsOf,
} from "./committed-state.ts";
import { portfolioPath } from "./portfolio-path.ts";
import { readInstrumentWindow } from "./read-instrument-window.ts";
import { rollingFigures } from "./rolling-figures.ts";

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

/** Trades read at a time. */
const PAGE = 5000;

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
  if (states.length === 0) return undefined;
  const { asOf, from, to } = resolveSpan(states, settings.retention, question);
  const sample = newSample(settings.horizons);
  const windows: InstrumentWindow[] = [];
  const instruments: Record<string, PerformanceMetrics> = {};
  for (const state of states) {
    const own = await readSample(ports.metrics, state, { from, to }, [sample, settings.horizons]);
    const window = await readInstrumentWindow(ports.metrics, settings, {
      state,
      from,
      to,
      sample: own,
    });
    windows.push(window);
    const key = instrumentKey(state.summary.account, state.summary.instrument);
    instruments[key] = instrumentFigures(window, settings.horizons);
  }
  const path = await portfolioPath(ports.metrics, settings, { windows, from, to, asOf });
  const portfolio = portfolioFigures(
    { from, to, instruments: windows, sample, path: path.samples, pathResolution: path.resolution },
    settings.reporting,
    settings.horizons,
  );
  const rolling = await rollingOf(ports, settings, question, { states, asOf });
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

async function readSample(
  metrics: MetricStore,
  state: CommittedState,
  { from, to }: { readonly from: number; readonly to: number },
  [pooled, horizons]: readonly [MarkoutSample, readonly Horizon[]],
): Promise<MarkoutSample> {
  const own = newSample(horizons);
  const { account, instrument, minVersion } = rowsOf(state);
  let cursor: string | undefined;
  do {
    const range = { account, instrument, from, to, limit: PAGE };
    const page = await metrics.readTrades(cursor === undefined ? range : { ...range, cursor });
    for (const row of page.rows) {
      if (row.version < minVersion) continue;
      addTradeRow(own, row);
      addTradeRow(pooled, row);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return own;
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
  ports: ReportPorts,
  settings: ReportSettings,
  { span }: ReportQuestion,
  { states, asOf }: { readonly states: readonly CommittedState[]; readonly asOf: number },
) {
  if (span.kind !== "last" || span.lengthUs < 2 * DAY_US) return undefined;
  const days = Math.floor(span.lengthUs / DAY_US);
  return rollingFigures(ports.metrics, settings, { states, asOf, days });
}
