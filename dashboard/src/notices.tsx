/** Only when needed: what keeps the page from being current, and what a reader can do about it. */
import { clockTime, duration, percent } from "../model/format.ts";
import { SignInNotice } from "./account.tsx";
import { retryNow } from "./refresh.ts";
import { now } from "./server-clock.ts";
import { account, signedOut } from "./signed-in.ts";
import {
  figures,
  fresh,
  freshness,
  go,
  history,
  inventorySeries,
  pnlSeries,
  retryAt,
  staleFeeds,
  url,
} from "./store.ts";

export function Notices() {
  return (
    <div class="notices">
      <SignInNotice />
      <FrozenNotice />
      <HistoryNotice />
      <FailureNotice />
      <AgeNotice />
    </div>
  );
}

function FrozenNotice() {
  const { frozenAt } = url.value;
  if (frozenAt === null) return null;
  return (
    <p class="notice">
      <span>Frozen at {clockTime(frozenAt)}: nothing on this page moves.</span>
      <button type="button" class="button" onClick={() => go({ frozenAt: null })}>
        Resume
      </button>
    </p>
  );
}

function HistoryNotice() {
  const progress = history.value;
  if (progress?.state !== "loading") return null;
  const left =
    progress.etaSeconds === null ? "" : ` · about ${duration(progress.etaSeconds * 1e6)} left`;
  return (
    <div class="notice">
      <span>
        Loading history: {percent(progress.done)}
        {left}. Figures grow until it is done.
      </span>
      <progress value={progress.done} max={1} aria-label="History loaded" />
    </div>
  );
}

function FailureNotice() {
  const failure = figures.value.failure ?? pnlSeries.value.failure ?? inventorySeries.value.failure;
  // Nobody is signed in: that has a notice of its own, and a way out.
  if (failure === null || (failure.status === 401 && signedOut.value !== null)) return null;
  const seconds = Math.max(0, Math.ceil(((retryAt.value ?? 0) - Date.now()) / 1_000));
  // Reading the clock here makes the countdown move.
  const waiting =
    now.value > 0 && retryAt.value !== null ? `Retrying in ${seconds} s.` : "Retrying…";
  return (
    <div class="notice notice-bad">
      <span role="alert">
        <strong>{failure.title}</strong> {failure.detail}{" "}
        {failure.status === 403 && account.value !== null ? GROUPS : null}
        <span class="muted">
          {failure.status === null ? "" : `Status ${failure.status}. `}
          {failure.traceId === null ? "" : `Trace ${failure.traceId}. `}
        </span>
      </span>
      <span class="notice-actions">
        <span class="muted" aria-live="off">
          {waiting}
        </span>
        <button type="button" class="button" onClick={retryNow}>
          Retry
        </button>
      </span>
    </div>
  );
}

const GROUPS = "A group that you are put into counts here within half a minute. ";

function AgeNotice() {
  const state = freshness.value;
  const asOf = fresh.value?.asOf ?? null;
  if (asOf === null || state === "fresh" || state === "none") return <FeedNotice />;
  const age = duration(Math.max(0, now.value - asOf));
  return (
    <p class={`notice notice-${state}`} role="status">
      {state === "stale" ? "▲ Stale" : "◐ Delayed"}: the newest event is {age} old. Figures are as
      of {clockTime(asOf)}, not of now.
    </p>
  );
}

/** Some feeds are silent while others go on. */
function FeedNotice() {
  const silent = staleFeeds.value;
  if (silent.length === 0) return null;
  return (
    <p class="notice notice-stale" role="status">
      ▲ Silent: {silent.join(", ")}. Totals include their last known figures.
    </p>
  );
}
