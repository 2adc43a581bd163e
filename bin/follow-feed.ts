/** Keeps a simulated Brawler at the clock: from wherever it stopped, through the past at a trot, then line by line. */
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { HISTORY_GRID_US } from "../lib/core/simulator/simulation.ts";
import { type EpochUs, HOUR_US, MINUTE_US, SECOND_US } from "../lib/core/units.ts";
import type { PacedClock } from "./paced-clock.ts";
import type { FeedState, SimulatorFeed } from "./simulator-feed.ts";
import type { TellAhead, ToldLines } from "./told-lines.ts";

export interface FeedRun {
  readonly feed: SimulatorFeed;
  readonly clock: PacedClock;
  /** What to plant, from the first line on that was not told yet. */
  readonly scenario: { readonly scenario: string; readonly scenarioFrom: EpochUs };
  /** Resolves when the lines are durable. */
  readonly deliver: (lines: readonly string[]) => Promise<unknown>;
  /** Keeps the state for the next start. */
  readonly keep: (state: FeedState) => void;
  /** How far behind the clock the next line is, after each batch: 0 when live. */
  readonly onBehind: (behindUs: number) => void;
  readonly signal: AbortSignal;
  /** How a long past is told; the feed tells it itself when left out. */
  readonly tellAhead?: TellAhead;
}

/** While live, small batches let the page answer; far behind, what a commit costs is shared by many lines. */
const LINES_A_BATCH = 2_048;
const LINES_WHILE_LOADING = 16_384;
/** Further behind than this, the market is told as coarsely as history: months pass in seconds. */
const COARSE_BEHIND_US = 10 * MINUTE_US;
/** Less of a past is told before a thread has begun. */
const AHEAD_BEHIND_US = HOUR_US;
/** The coarse telling stops this far short of now: its last step may lead as far beyond its end. */
const COARSE_SHORT_US = HISTORY_GRID_US;
/** How far ahead the telling is settled while live, in real time: a state is kept about this often. */
const SETTLED_AHEAD_US = 5 * SECOND_US;
/** How often a state is kept while loading, so that a killed start need not begin again. */
const KEEP_EVERY_MS = 2_000;
const LONGEST_SLEEP_MS = 100;
const LONGEST_REST_MS = 1_000;
/** While live, a delivery is followed by a rest of so many times its length: what comes meanwhile goes together. */
const REST_FACTOR = 3;

/** Runs until the signal; what was delivered is then durable, and the state kept. */
export async function followFeed(run: FeedRun): Promise<void> {
  const { feed, clock, signal } = run;
  let keptAt = performance.now();
  while (!signal.aborted) {
    const now = clock.now();
    if (feed.isSpent) settle(run, now);
    if (run.tellAhead !== undefined && now - feed.next > AHEAD_BEHIND_US) {
      await loadAhead(run, run.tellAhead(feed.save(0), LINES_WHILE_LOADING));
      continue;
    }
    const isLoading = now - feed.next > COARSE_BEHIND_US;
    const lines = feed.take(now, isLoading ? LINES_WHILE_LOADING : LINES_A_BATCH);
    const began = performance.now();
    if (lines.length > 0) await run.deliver(lines);
    const ended = performance.now();
    if (ended - keptAt > KEEP_EVERY_MS) {
      run.keep(feed.save(0));
      keptAt = ended;
    }
    const behindUs = Math.max(0, now - feed.next);
    run.onBehind(behindUs);
    await pause(run, behindUs, (ended - began) * REST_FACTOR);
  }
  run.keep(feed.save(0));
}

/** Delivers what is told elsewhere, as far as it is settled; the feed then goes on behind it. */
async function loadAhead(run: FeedRun, told: AsyncIterable<ToldLines>): Promise<void> {
  const { feed, clock, signal } = run;
  let reached: FeedState | undefined;
  let keptAt = performance.now();
  try {
    for await (const { lines, state, next } of told) {
      await run.deliver(lines);
      reached = state;
      if (performance.now() - keptAt > KEEP_EVERY_MS) {
        run.keep(state);
        keptAt = performance.now();
      }
      run.onBehind(Math.max(0, clock.now() - next));
      await nextTurn();
      if (signal.aborted) break;
    }
  } finally {
    if (reached !== undefined) feed.goOnBehind(reached);
  }
}

/** Chooses how the market is told from here on, and keeps the state before any of it leaves. */
function settle({ feed, clock, scenario, keep }: FeedRun, now: EpochUs): void {
  const isFarBehind = now - feed.next > COARSE_BEHIND_US;
  const gridUs = isFarBehind ? HISTORY_GRID_US : SECOND_US;
  const isPlanted = feed.telling.scenario === scenario.scenario;
  if (!isPlanted || feed.telling.endsAt !== null || feed.telling.gridUs !== gridUs) {
    // The scenario's own clock goes on: only another scenario starts it anew.
    const planted = isPlanted ? feed.telling : scenario;
    feed.retell({ ...planted, gridUs, endsAt: isFarBehind ? coarseEnd(now) : null });
  }
  const aheadUs = isFarBehind ? 0 : Math.ceil(SETTLED_AHEAD_US * clock.speed());
  const state = feed.save(now + aheadUs);
  keep(state);
  feed.allow(state);
}

function coarseEnd(now: EpochUs): EpochUs {
  return (now - COARSE_SHORT_US) as EpochUs;
}

/** Until the next line is due; no longer than until somebody may have changed the clock's speed. */
async function pause(
  { feed, clock, signal }: FeedRun,
  behindUs: number,
  restMs: number,
): Promise<void> {
  const realBehindUs = behindUs / clock.speed();
  if (realBehindUs > SECOND_US) {
    await nextTurn();
    return;
  }
  const dueMs = (feed.next - clock.now()) / 1_000 / clock.speed();
  const wantedMs = Math.max(Math.min(dueMs, LONGEST_SLEEP_MS), Math.min(restMs, LONGEST_REST_MS));
  await sleep(Math.max(1, wantedMs), undefined, { signal }).catch(() => undefined);
}
