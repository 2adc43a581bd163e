/** Keeps the figures of the chosen range current: one read at a time, slower for longer ranges, patient on failure. */
import { effect, type Signal } from "@preact/signals";
import type { HealthBody } from "../../lib/core/api/health.ts";
import type { InstrumentsBody } from "../../lib/core/api/instruments.ts";
import type { SnapshotBody } from "../../lib/core/api/report.ts";
import type { SeriesBody, SeriesMetric } from "../../lib/core/api/series.ts";
import { backoffMs } from "../model/event-stream.ts";
import { REFRESH_MS, type UrlState } from "../model/url-state.ts";
import { read } from "./api-client.ts";
import {
  figures,
  health,
  history,
  instruments,
  inventorySeries,
  type Loaded,
  pnlSeries,
  retryAt,
  type Series,
  url,
} from "./store.ts";

const HIDDEN_MS = 60_000;
const HEALTH_MS = 30_000;

let running = new AbortController();
let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads at once, and again whenever the question changes, the page comes back to sight, or it is due. */
export function startRefresh(): void {
  effect(() => {
    const { range, instrument, frozenAt } = url.value;
    void refresh({ ...url.peek(), range, instrument, frozenAt });
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void refresh(url.peek());
  });
  void refreshHealth();
}

export function retryNow(): void {
  void refresh(url.peek());
}

async function refresh(state: UrlState): Promise<void> {
  running.abort();
  clearTimeout(timer);
  const turn = new AbortController();
  running = turn;
  retryAt.value = null;
  const done = await loadFigures(state, turn.signal);
  if (turn.signal.aborted) return;
  failures = done ? 0 : failures + 1;
  const wait = done ? dueIn(state) : backoffMs(failures, Math.random());
  if (!done) retryAt.value = Date.now() + wait;
  if (done && state.frozenAt !== null) return;
  timer = setTimeout(() => void refresh(url.peek()), wait);
}

function dueIn(state: UrlState): number {
  if (document.visibilityState === "hidden") return HIDDEN_MS;
  return history.peek()?.state === "loading" ? 2_000 : REFRESH_MS[state.range];
}

async function loadFigures(state: UrlState, signal: AbortSignal): Promise<boolean> {
  figures.value = { ...figures.peek(), phase: "loading" };
  const query = new URLSearchParams({ window: state.range });
  if (state.frozenAt !== null) query.set("asOf", String(state.frozenAt));
  const answer = await read<SnapshotBody>(`/snapshot?${query}`, signal);
  if (signal.aborted) return false;
  if ("failure" in answer) {
    figures.value = { ...figures.peek(), phase: "failed", failure: answer.failure };
    return false;
  }
  const snapshot = answer.body;
  figures.value = { phase: "ok", body: { range: state.range, snapshot }, failure: null };
  const { from, to } = snapshot.window;
  if (from >= to) return true;
  const span = { instrument: state.instrument, from, to };
  const loads = [
    loadSeries(pnlSeries, { ...span, metric: "pnl" }, signal),
    loadSeries(inventorySeries, { ...span, metric: "inventory" }, signal),
  ];
  return (await Promise.all(loads)).every((loaded) => loaded);
}

interface SeriesQuestion {
  readonly metric: SeriesMetric;
  readonly instrument: string | null;
  readonly from: number;
  readonly to: number;
}

async function loadSeries(
  target: Signal<Loaded<Series>>,
  question: SeriesQuestion,
  signal: AbortSignal,
): Promise<boolean> {
  const { metric, instrument, from, to } = question;
  const query = new URLSearchParams({ metric, from: String(from), to: String(to) });
  if (instrument !== null) query.set("instrument", instrument);
  const known = target.peek();
  const kept = known.body?.instrument === instrument ? known.body : null;
  target.value = { phase: "loading", body: kept, failure: null };
  const answer = await read<SeriesBody>(`/series?${query}`, signal);
  if (signal.aborted) return false;
  if ("failure" in answer) {
    target.value = { phase: "failed", body: kept, failure: answer.failure };
    return false;
  }
  target.value = { phase: "ok", body: { instrument, series: answer.body }, failure: null };
  return true;
}

async function refreshHealth(): Promise<void> {
  const [state, terms] = await Promise.all([
    read<HealthBody>("/health", null),
    read<InstrumentsBody>("/instruments", null),
  ]);
  if ("body" in state) {
    health.value = { phase: "ok", body: state.body, failure: null };
    history.value = state.body.history;
  } else {
    health.value = { ...health.peek(), phase: "failed", failure: state.failure };
  }
  if ("body" in terms) instruments.value = terms.body.instruments;
  const soon = history.peek()?.state === "loading" || instruments.peek().length === 0;
  setTimeout(() => void refreshHealth(), soon ? 2_000 : HEALTH_MS);
}
