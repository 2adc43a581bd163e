/** The time axis of the page's charts: the snapshot's window, stretched to now while the feed is silent. */
import { now } from "./server-clock.ts";
import { figures, freshness } from "./store.ts";

/** The end of the figures' range, µs. */
export function windowEnd(): number {
  return figures.value.body?.snapshot.window.to ?? Number.POSITIVE_INFINITY;
}

export function timeSpan(times: readonly number[]): {
  readonly span: readonly [number, number];
  readonly stale: number | undefined;
} {
  const window = figures.value.body?.snapshot.window;
  const from = window === undefined ? (times[0] ?? 0) : window.from / 1e6;
  const to = window === undefined ? (times.at(-1) ?? 1) : window.to / 1e6;
  if (freshness.value !== "stale")
    return { span: [from, Math.max(to, from + 1)], stale: undefined };
  return { span: [from, Math.max(to, now.value / 1e6)], stale: to };
}
