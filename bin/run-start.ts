/** Everything on one machine: the simulated Brawler, the pipeline, the page; until Ctrl-C. */

import type { Configuration } from "../lib/core/api/config.ts";
import { createLocalApp } from "../lib/http/local-app.ts";
import { reasonOf } from "./cli-error.ts";
import { type ConfigFlags, loadConfig } from "./config.ts";
import { announceUrl, type DataPaths, prepareDirectory } from "./data-directory.ts";
import { type DeskStore, openDeskStore } from "./desk-store.ts";
import { type EveryMinute, everyMinute } from "./every-minute.ts";
import { type FeedFlags, type FeedSource, openFeedSource } from "./feed-source.ts";
import { formatCount } from "./format-figures.ts";
import { type HistoryMeter, openHistoryMeter } from "./history-progress.ts";
import { describeKeys, listenToKeys } from "./hot-keys.ts";
import { formatDuration, formatInstant } from "./instant.ts";
import { openInterruption } from "./interruption.ts";
import { type LocalDesk, openDesk } from "./local-desk.ts";
import { type LocalServer, openLocalServer } from "./local-server.ts";
import { openBrowser } from "./open-browser.ts";
import { buildPage, readPage } from "./page.ts";
import { PAGE_DIRECTORY } from "./page-directory.ts";
import { productVersion } from "./product-version.ts";
import { openProgressBar } from "./progress-bar.ts";
import { startKeys } from "./start-keys.ts";
import { storeRetry } from "./store-retry.ts";
import type { Terminal } from "./terminal.ts";

export interface StartFlags extends FeedFlags, ConfigFlags {
  readonly port: number;
  readonly data: string;
  readonly store: string | undefined;
  readonly open: boolean;
}

export async function runStart(flags: StartFlags, terminal: Terminal): Promise<void> {
  const config = await loadConfig(flags);
  const files = readPage(await buildPage(PAGE_DIRECTORY));
  const paths = prepareDirectory(flags.data);
  const { retention } = config;
  const store = await openDeskStore({ paths, url: flags.store, access: "write", retention });
  try {
    const source = await openFeedSource(paths, store, flags);
    await runDesk({ config, files, paths, store, source, terminal, flags });
  } finally {
    await store.close();
  }
}

interface Start {
  readonly config: Configuration;
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly paths: DataPaths;
  readonly store: DeskStore;
  readonly source: FeedSource;
  readonly terminal: Terminal;
  readonly flags: StartFlags;
}

/** The page first, so that it can show how the rest comes up. */
async function runDesk(run: Start): Promise<void> {
  const { paths, store, config, source, terminal, flags } = run;
  const meter = meterOf(run);
  const version = productVersion();
  const { clock, name: feed } = source;
  const history = meter.progress;
  const reachesNow = flags.feed === "simulate";
  const onRestateFailed = (error: unknown): void => {
    process.stderr.write(
      `brawler: figures after a bust wait for the next start: ${reasonOf(error)}\n`,
    );
  };
  const interruption = openInterruption();
  const retry = storeRetry(terminal, interruption.signal);
  const options = { paths, store, config, clock, version, feed, history, retry, reachesNow };
  const desk = await openDesk({ ...options, onRestateFailed });
  let server: LocalServer | undefined;
  let stopKeys = (): void => {};
  let snapshots: EveryMinute | undefined;
  try {
    server = await serve(run, desk, version);
    announceUrl(store, server.url);
    const keys = startKeys({ clock, url: server.url, quit: interruption.interrupt, terminal });
    if (flags.feed !== "stdin") {
      stopKeys = listenToKeys(keys, process.stdin, interruption.interrupt);
    }
    await greet(run, server.url, describeKeys(keys));
    if (flags.open) openBrowser(server.url);
    await desk.catchUp();
    snapshots = everyMinute(desk.lookBack, (error) => {
      process.stderr.write(
        `brawler: past days are looked at again in a minute: ${reasonOf(error)}\n`,
      );
    });
    await follow(run, desk, meter, interruption.signal);
  } finally {
    stopKeys();
    await snapshots?.stop();
    await server?.close();
    await desk.close();
    interruption.end();
  }
  terminal.note("stopped; the next start goes on from here");
}

function meterOf({ source, terminal }: Start): HistoryMeter {
  const bar = openProgressBar(terminal, "history");
  const startedAt = performance.now();
  return openHistoryMeter(source.behindUs, source.clock.now, (progress) => {
    if (progress.state === "loading") {
      bar.show(progress.done, formatInstant(progress.loadedTo ?? 0));
      return;
    }
    bar.end();
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    terminal.note(`live: ${formatDuration(source.behindUs)} of history in ${seconds} s`);
  });
}

async function serve(
  { files, flags }: Start,
  desk: LocalDesk,
  version: string,
): Promise<LocalServer> {
  let port = flags.port;
  const application = createLocalApp(desk.queries, {
    version,
    files,
    port: () => port,
    onError: (error, traceId) => {
      process.stderr.write(`brawler: request ${traceId} failed: ${reasonOf(error)}\n`);
    },
  });
  const server = await openLocalServer(application, flags.port);
  port = server.port;
  return server;
}

async function greet({ source, paths, terminal }: Start, url: string, keys: string): Promise<void> {
  if (terminal.quiet) {
    await terminal.print(url);
    return;
  }
  const lines = [
    `Brawler Performance Analytics ${productVersion()}, simulated and recorded data only`,
    "",
    `  page   ${url}`,
    `  feed   ${source.name}`,
    `  data   ${paths.root}`,
    ...(source.behindUs === 0 ? [] : [`  past   ${formatDuration(source.behindUs)} to load`]),
    ...(process.stdin.isTTY === true ? [`  keys   ${keys}`] : ["  Ctrl-C stops"]),
    "",
  ];
  await terminal.print(lines.join("\n"));
}

/** A feed that has ended leaves the page up. */
async function follow(
  { source, terminal }: Start,
  desk: LocalDesk,
  meter: HistoryMeter,
  signal: AbortSignal,
): Promise<void> {
  let events = 0;
  const deliver = async (lines: readonly string[]): Promise<void> => {
    await desk.deliver(lines);
    events += lines.length;
  };
  await source.follow({ deliver, onBehind: meter.onBehind, signal });
  if (signal.aborted) return;
  terminal.note(`the feed has ended after ${formatCount(events)} events; the page stays up`);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
