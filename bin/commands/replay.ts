import { accessSync, constants, statSync } from "node:fs";
import { UnreadableFileError } from "../../lib/adapters/local/read-lines.ts";
import { systemClock } from "../../lib/adapters/local/system-clock.ts";
import type { InputBatch } from "../../lib/app/fold-input.ts";
import { replay as fold } from "../../lib/app/replay.ts";
import { buildReport, type StrayCounts } from "../../lib/app/report.ts";
import type { Configuration } from "../../lib/core/api/config.ts";
import { MINUTE_US } from "../../lib/core/units.ts";
import { archiveLines } from "../archive-input.ts";
import { archiveProgress, strayCounts } from "../archive-progress.ts";
import { CliError, environmentError, reasonOf, usageError } from "../cli-error.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { loadConfig } from "../config.ts";
import { configOptions } from "../config-options.ts";
import { type DataPaths, prepareDirectory } from "../data-directory.ts";
import { type DeskStore, openDeskStore } from "../desk-store.ts";
import { type EventInput, type Listeners, openEventInput } from "../event-input.ts";
import { foldSettings } from "../fold-settings.ts";
import { formatCount } from "../format-figures.ts";
import { option, optionOr } from "../option.ts";
import { paceBatches } from "../pace-batches.ts";
import { openArchive, rebuildPorts } from "../rebuild-ports.ts";
import { reportText } from "../report-text.ts";
import { openSetAside, type SetAsideLines } from "../set-aside.ts";
import { openSpool } from "../spool.ts";
import { storeOption } from "../store-option.ts";
import type { Terminal } from "../terminal.ts";
import * as kinds from "../value-kind.ts";
import { reportJson } from "./report.ts";

/** `--data memory`: folded, reported, forgotten. */
const MEMORY = "memory";
/** An event time further ahead of the clock is a mistake. */
const FUTURE_US = 15 * MINUTE_US;

export const replay = defineCommand({
  name: "replay",
  summary: "Fold recorded events through the same pipeline as live ones, and report",
  operands: {
    name: "FILE…",
    summary: "NDJSON events, plain, gzip or zstd; - is standard input",
    least: 1,
    most: Number.POSITIVE_INFINITY,
  },
  options: {
    data: optionOr(kinds.text, "DIR", MEMORY, "where to keep what is folded; memory is nowhere"),
    store: storeOption,
    asOf: option(kinds.instant, "TIME", "report events up to this time only"),
    speed: option(kinds.speed, "N", "N times faster than it happened (as fast as it goes)"),
    ...configOptions,
    json: jsonOption,
  },
  examples: [
    "replay events.ndjson",
    "replay monday.ndjson.zst tuesday.ndjson.zst --data .brawler --json",
    "simulate --duration 6h | npx brawler replay -",
  ],
  run: async ({ options, operands, terminal }) => {
    refuseUnreadable(operands);
    const config = await loadConfig(options);
    const paths = directoryFor(options.data, options.store);
    const { retention } = config;
    const store = await openDeskStore({ paths, url: options.store, access: "write", retention });
    const spool = openSpool();
    try {
      const input = openEventInput(operands, spool);
      const aside = openSetAside(input, paths?.quarantine);
      const run = { store, paths, input, aside, config, terminal };
      const { asOf, speed } = options;
      const { stray, damage } = await foldAll(run, { asOf, speed });
      const question = { span: { kind: "all" } as const, ...(asOf === undefined ? {} : { asOf }) };
      const all = paths === undefined ? stray : strayCounts(store);
      const found = await buildReport(store, config, question, all);
      const kept = await aside.finish();
      explainSetAside(aside, kept, paths);
      if (found !== undefined) {
        await terminal.print(options.json ? reportJson(found) : reportText(found, terminal.colour));
      }
      if (damage !== undefined) throw damagedInput(damage);
      if (found === undefined) throw nothingInIt(operands);
      return aside.report.count() === 0 ? 0 : 1;
    } finally {
      spool.remove();
      await store.close();
    }
  },
});

/** @throws {CliError} usage, for figures in a database whose events would be kept nowhere */
function directoryFor(data: string, store: string | undefined): DataPaths | undefined {
  if (data !== MEMORY) return prepareDirectory(data);
  if (store === undefined) return undefined;
  throw usageError({
    what: "figures in a database need the events they came from",
    why: "a bust or a correction folds them again",
    mend: "name a data directory for them with --data DIR",
  });
}

interface Run {
  readonly store: DeskStore;
  readonly paths: DataPaths | undefined;
  readonly input: EventInput;
  readonly aside: SetAsideLines;
  readonly config: Configuration;
  readonly terminal: Terminal;
}

interface Folded {
  readonly stray: StrayCounts;
  /** Where the input could not be read on; everything before it is folded. */
  readonly damage: UnreadableFileError | undefined;
}

interface Asked {
  readonly asOf: number | undefined;
  readonly speed: number | undefined;
}

async function foldAll(run: Run, { asOf, speed }: Asked): Promise<Folded> {
  const { store, paths, input, aside, config, terminal } = run;
  const receivedTime = systemClock.now();
  const archive = paths === undefined ? undefined : await openArchive(paths, store);
  const listeners: Listeners = {
    onRefused: aside.onRefused,
    ...(archive === undefined
      ? {}
      : { onLines: (lines) => archiveLines(archive, lines, receivedTime) }),
  };
  const progress = archiveProgress(store);
  const { retention } = config;
  let damage: UnreadableFileError | undefined;
  let isFirstReading = true;
  const readInput = (): AsyncIterable<InputBatch> => {
    const batches = upToDamage(input.batches(isFirstReading ? listeners : undefined), (cause) => {
      damage = cause;
    });
    const paced = isFirstReading && speed !== undefined ? paceBatches(batches, speed) : batches;
    isFirstReading = false;
    return paced;
  };
  try {
    const { stray } = await fold({
      state: store.state,
      metrics: store.metrics,
      atomic: store.atomic,
      settings: foldSettings(config),
      retention,
      futureLimit: receivedTime + FUTURE_US,
      durable: archive !== undefined,
      input: readInput,
      ...(archive === undefined
        ? { onlyReport: { asOf } }
        : { archived: { ...rebuildPorts(store, archive), retention, progress, receivedTime } }),
      onSetAside: aside.onSetAside,
      onBatch: countEvents(terminal),
    });
    return { stray, damage };
  } finally {
    terminal.overwrite("");
    await archive?.close();
  }
}

/** An input that ends where it cannot be read on: the lines before are good, and count. */
async function* upToDamage(
  batches: AsyncIterable<InputBatch>,
  onDamage: (cause: UnreadableFileError) => void,
): AsyncIterable<InputBatch> {
  try {
    yield* batches;
  } catch (cause) {
    if (!(cause instanceof UnreadableFileError)) throw cause;
    onDamage(cause);
  }
}

/** How many events were folded, and how fast, on one line. */
function countEvents(terminal: Terminal): (events: number) => void {
  const startedAt = performance.now();
  let total = 0;
  return (events) => {
    total += events;
    const perSecond = Math.round((total / (performance.now() - startedAt)) * 1_000);
    terminal.overwrite(`folded ${formatCount(total)} events, ${formatCount(perSecond)} a second`);
  };
}

/** Before anything is folded: a missing second file must not leave the first one in the store. */
function refuseUnreadable(files: readonly string[]): void {
  if (files.filter((file) => file === "-").length > 1) {
    throw usageError({ what: "standard input can be read once", mend: "name - once" });
  }
  for (const file of files) {
    if (file === "-") continue;
    try {
      accessSync(file, constants.R_OK);
    } catch (cause) {
      throw unreadable(file, reasonOf(cause), cause);
    }
    if (statSync(file).isDirectory()) {
      throw unreadable(file, "it is a directory: name the files in it", undefined);
    }
  }
}

function unreadable(file: string, why: string, cause: unknown): Error {
  return environmentError({ what: "cannot read the events", where: file, why }, cause);
}

/** What stands before the damage was folded and reported; with a data directory it stays. */
function damagedInput(cause: UnreadableFileError): Error {
  const complaint = {
    what: "the input could not be read to its end",
    where: `${cause.path}, after line ${formatCount(cause.lineNumber)}`,
    why: cause.message,
    mend: "with a whole copy, run the same command again: what was folded counts once",
  };
  return new CliError(1, complaint, { cause });
}

function explainSetAside(
  aside: SetAsideLines,
  kept: readonly string[],
  paths: DataPaths | undefined,
): void {
  if (aside.report.count() === 0) return;
  process.stderr.write(`${aside.report.text()}\n`);
  const where =
    paths === undefined
      ? "kept nowhere: --data DIR keeps them"
      : `kept with their reasons in ${kept.join(", ")}`;
  process.stderr.write(`Refused lines are ${where}\n`);
}

function nothingInIt(files: readonly string[]): Error {
  return new CliError(1, {
    what: "there is no event to report",
    where: files.join(", "),
    mend: "npx brawler simulate shows what events look like",
  });
}
