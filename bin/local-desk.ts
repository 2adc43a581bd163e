/** One desk on one machine: its data directory, the pipeline into it, and the questions it answers. */
import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { analyzeHistory } from "../lib/app/analyze-history.ts";
import { type AnswerQuery, answerQueries } from "../lib/app/answer-query.ts";
import type { SetAside } from "../lib/app/fold-input.ts";
import {
  createLivePipeline,
  type DeliveryOutcome,
  type LiveOptions,
} from "../lib/app/live-pipeline.ts";
import { takeSnapshots } from "../lib/app/take-snapshot.ts";
import type { Configuration } from "../lib/core/api/config.ts";
import type { HistoryProgress } from "../lib/core/api/health.ts";
import type { RowsFrom } from "../lib/core/pipeline/state.ts";
import { keptFrom } from "../lib/core/rollup/ladder.ts";
import type { Resolution } from "../lib/core/rollup/row.ts";
import { HOUR_US } from "../lib/core/units.ts";
import type { Clock } from "../lib/ports/clock.ts";
import { archiveProgress, strayCounts } from "./archive-progress.ts";
import type { DataPaths } from "./data-directory.ts";
import type { DeskStore } from "./desk-store.ts";
import { foldSettings } from "./fold-settings.ts";
import { openArchive, rebuildPorts } from "./rebuild-ports.ts";

export interface DeskOptions {
  readonly paths: DataPaths;
  readonly store: DeskStore;
  readonly config: Configuration;
  readonly clock: Clock;
  readonly version: string;
  /** What is read, in words. */
  readonly feed: string;
  readonly history: () => HistoryProgress;
  /** Whether to fold again what could not be stored. */
  readonly retry: NonNullable<LiveOptions["retry"]>;
  /** The feed is sure to reach the present: what will be too old by then need not be written on the way. */
  readonly reachesNow: boolean;
  /** Figures after a bust or a correction could not be folded anew. */
  readonly onRestateFailed: (error: unknown) => void;
}

export interface LocalDesk {
  readonly queries: AnswerQuery;
  /** Folds what was archived but not folded when the last process ended. */
  readonly catchUp: () => Promise<void>;
  /** Resolves when the lines are durable and their figures stored. */
  readonly deliver: (lines: readonly string[]) => Promise<DeliveryOutcome>;
  /** Sets down the days that are over, once the past is loaded; each hour, what the past says as a whole. */
  readonly lookBack: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Lines that came live and were refused, with their reasons. */
const LIVE_QUARANTINE = "live.refused.ndjson";

export async function openDesk(options: DeskOptions): Promise<LocalDesk> {
  const { paths, store, config, clock } = options;
  const archive = await openArchive(paths, store);
  const pipeline = createLivePipeline(
    {
      ...rebuildPorts(store, archive),
      atomic: store.atomic,
      clock,
      progress: archiveProgress(store),
    },
    {
      settings: foldSettings(config),
      retention: config.retention,
      retry: options.retry,
      ...(options.reachesNow ? { rowsFrom: presentRows(config, clock) } : {}),
      onSetAside: (aside, text) => keepSetAside(options, aside, text),
      onCommit: (names) => queries.changed(names),
      onRestateFailed: options.onRestateFailed,
    },
  );
  const queries = answerQueries(
    {
      state: store.state,
      metrics: store.metrics,
      analyses: store.analyses,
      clock,
      deliver: pipeline.deliver,
    },
    { ...config, version: options.version, feed: options.feed, startedAt: systemClock.now() },
    { history: options.history, stray: () => strayCounts(store) },
  );
  const { state, metrics, analyses } = store;
  let analysedAt = Number.NEGATIVE_INFINITY;
  const snapshots = { ...config, version: options.version };
  return {
    queries,
    lookBack: async () => {
      if (options.history().state === "loading") return;
      const { conflicting } = await takeSnapshots({ state, metrics, analyses }, snapshots);
      if (conflicting.length > 0) throw new Error(`set down otherwise: ${conflicting.join(", ")}`);
      if (clock.now() < analysedAt + HOUR_US) return;
      await analyzeHistory({ state, metrics, analyses, clock }, config);
      analysedAt = clock.now();
    },
    catchUp: () => pipeline.catchUp(),
    deliver: pipeline.deliver,
    close: async () => {
      await pipeline.close();
      await archive.close();
    },
  };
}

/** Retention, as seen from the present: where a past is loaded, its end. */
function presentRows({ retention }: Configuration, clock: Clock): RowsFrom {
  const now = clock.now();
  const from = (resolution: Resolution) => keptFrom(resolution, now, retention);
  return { "5s": from("5s"), "1m": from("1m"), "1h": from("1h"), "1d": from("1d") };
}

function keepSetAside({ paths }: DeskOptions, { reason, detail }: SetAside, text: string): void {
  mkdirSync(paths.quarantine, { recursive: true });
  const record = `${JSON.stringify({ reason, detail, text })}\n`;
  appendFileSync(join(paths.quarantine, LIVE_QUARANTINE), record);
}
