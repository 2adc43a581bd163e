/** Where a start reads from: the simulator, a recording, or a pipe, each with the clock that suits it. */
import { existsSync } from "node:fs";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { loadStates } from "../lib/app/committed-state.ts";
import { instrumentKey } from "../lib/core/events/event.ts";
import type { EpochUs } from "../lib/core/units.ts";
import { environmentError, usageError } from "./cli-error.ts";
import type { DataPaths } from "./data-directory.ts";
import type { DeskStore } from "./desk-store.ts";
import { keepFeed } from "./feed-file.ts";
import { followFeed } from "./follow-feed.ts";
import { firstEventTime, followRecording } from "./follow-recording.ts";
import { openPacedClock, type PacedClock } from "./paced-clock.ts";
import { tellInThread } from "./simulator-thread.ts";
import { chooseWorld, type WorldFlags } from "./start-feed.ts";

export interface FeedFlags extends WorldFlags {
  /** `simulate`, `stdin`, or a file. */
  readonly feed: string;
  readonly speed: number;
}

export interface FeedListeners {
  /** Resolves when the lines are durable. */
  readonly deliver: (lines: readonly string[]) => Promise<unknown>;
  readonly onBehind: (behindUs: number) => void;
  readonly signal: AbortSignal;
}

export interface FeedSource {
  /** In words. */
  readonly name: string;
  readonly clock: PacedClock;
  /** How far behind the clock it starts. */
  readonly behindUs: number;
  /** Until its end, or the signal. */
  readonly follow: (listeners: FeedListeners) => Promise<void>;
}

/** @throws {CliError} if the feed cannot be read, or the directory holds another world */
export async function openFeedSource(
  paths: DataPaths,
  store: DeskStore,
  flags: FeedFlags,
): Promise<FeedSource> {
  if (flags.feed === "simulate") return simulated(paths, store, flags);
  if (flags.feed === "stdin") return piped();
  if (/^kinesis:/.test(flags.feed)) {
    throw usageError({
      what: "a Kinesis stream is read on AWS, not by a local start",
      mend: "--feed simulate, stdin, or a file",
    });
  }
  return recorded(store, flags);
}

const wall = (): number => systemClock.now();

async function simulated(
  paths: DataPaths,
  store: DeskStore,
  flags: FeedFlags,
): Promise<FeedSource> {
  const keys = await store.state.keys();
  const recorded = keys.map(({ account, instrument }) => instrumentKey(account, instrument));
  const { feed, scenario } = chooseWorld(paths, recorded, flags, systemClock.now());
  // Under --speed the simulated time ran ahead of the machine's: it does not run back.
  const start = Math.max(wall(), Math.min(feed.next, Number.MAX_SAFE_INTEGER)) as EpochUs;
  const clock = openPacedClock(start, flags.speed, wall);
  const count = feed.instruments.length;
  return {
    name: `simulate, seed ${feed.seed}, scenario ${scenario}, ${count} instruments`,
    clock,
    behindUs: Math.max(0, start - feed.next),
    follow: (listeners) =>
      followFeed({
        ...listeners,
        feed,
        clock,
        scenario: { scenario, scenarioFrom: start },
        keep: (state) => keepFeed(paths, state),
        tellAhead: tellInThread,
      }),
  };
}

function piped(): FeedSource {
  return {
    name: "standard input",
    clock: openPacedClock(wall(), 1, wall),
    behindUs: 0,
    follow: ({ deliver, signal }) =>
      followRecording({ file: "-", clock: undefined, deliver, signal }),
  };
}

/** What was recorded as if it happened now, `speed` times as fast; what the store holds already is passed over. */
async function recorded(store: DeskStore, { feed: file, speed }: FeedFlags): Promise<FeedSource> {
  if (!existsSync(file)) {
    const mend = "--feed simulate, stdin, or a file of events";
    throw environmentError({ what: "there is no such feed", where: file, mend });
  }
  const first = await firstEventTime(file);
  if (first === undefined) {
    throw environmentError({ what: "there is no event in this feed", where: file });
  }
  const states = await loadStates(store);
  const newest = Math.max(first, ...states.map(({ summary }) => summary.newestTime));
  const clock = openPacedClock(newest, speed, wall);
  return {
    name: `recording ${file}`,
    clock,
    behindUs: 0,
    follow: ({ deliver, signal }) => followRecording({ file, clock, deliver, signal }),
  };
}
