/** Everything the page shows, as signals. Views read them; `refresh.ts` and `live.ts` write them. */
import { computed, signal } from "@preact/signals";
import type { HealthBody, HistoryProgress } from "../../lib/core/api/health.ts";
import type { InstrumentBody } from "../../lib/core/api/instruments.ts";
import type { LiveEvent } from "../../lib/core/api/live.ts";
import type { MetricsBody, SnapshotBody } from "../../lib/core/api/report.ts";
import type { Fresh } from "../../lib/core/api/schema.ts";
import type { SeriesBody } from "../../lib/core/api/series.ts";
import { type FreshState, freshState, staleSources } from "../model/freshness.ts";
import { parseUrl, type Range, type UrlState, writeUrl } from "../model/url-state.ts";
import type { Failure } from "./api-client.ts";
import { now } from "./server-clock.ts";

/** What was asked for and what has come: the last good body stays while the next is on its way. */
export interface Loaded<T> {
  readonly phase: "idle" | "loading" | "ok" | "failed";
  readonly body: T | null;
  readonly failure: Failure | null;
}

/** A snapshot with the question that it answers, so that no view names another range than its figures have. */
export interface Figures {
  readonly range: Range;
  readonly snapshot: SnapshotBody;
}

export interface Series {
  readonly instrument: string | null;
  readonly series: SeriesBody;
}

export type LiveInstrument = Extract<LiveEvent, { topic: "instrument" }>["patch"];

function nothing<T>(): Loaded<T> {
  return { phase: "idle", body: null, failure: null };
}

export const url = signal<UrlState>(parseUrl(location.search));
export const figures = signal(nothing<Figures>());
export const pnlSeries = signal(nothing<Series>());
export const inventorySeries = signal(nothing<Series>());
export const health = signal(nothing<HealthBody>());
export const instruments = signal<readonly InstrumentBody[]>([]);
export const liveInstruments = signal<ReadonlyMap<string, LiveInstrument>>(new Map());
export const liveFresh = signal<Fresh | null>(null);
export const liveData = signal<SnapshotBody["data"] | null>(null);
export const history = signal<HistoryProgress | null>(null);
/** How changes are heard of. */
export const transport = signal<"connecting" | "live" | "polling">("connecting");
/** Epoch ms of the next try after a failure. */
export const retryAt = signal<number | null>(null);

export const fresh = computed<Fresh | null>(() => {
  const snapshot = figures.value.body?.snapshot ?? null;
  if (url.value.frozenAt !== null) return snapshot?.fresh ?? null;
  return liveFresh.value ?? snapshot?.fresh ?? null;
});

export const freshness = computed<FreshState>(() => {
  const current = fresh.value;
  if (current === null) return "none";
  if (url.value.frozenAt !== null) return "fresh";
  return freshState(current.asOf, current.cadenceUs, now.value);
});

export const staleFeeds = computed<readonly string[]>(() => {
  const current = fresh.value;
  return current === null || url.value.frozenAt !== null ? [] : staleSources(current, now.value);
});

/** The chosen instrument's figures, or the portfolio's. */
export const metrics = computed<MetricsBody | null>(() => {
  const snapshot = figures.value.body?.snapshot;
  if (snapshot === undefined) return null;
  const { instrument } = url.value;
  return instrument === null ? snapshot.portfolio : (snapshot.instruments[instrument] ?? null);
});

/** Several currencies without a rate between them have no sum, and a part of it is not shown as if it were one. */
export const hasNoSum = computed(
  () => url.value.instrument === null && metrics.value?.pnl.status === "no-reference",
);

export function go(change: Partial<UrlState>): void {
  const next = { ...url.value, ...change };
  const search = writeUrl(next);
  if (search !== writeUrl(url.value)) {
    window.history.pushState(null, "", `${location.pathname}${search}`);
  }
  url.value = next;
}

export function followHistory(): void {
  window.addEventListener("popstate", () => {
    url.value = parseUrl(location.search);
  });
}
