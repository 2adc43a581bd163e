import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { EmbeddedStoreError } from "../../lib/adapters/embedded/embedded-store-error.ts";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { type Rebuilt, rebuild as rebuildStore } from "../../lib/app/rebuild.ts";
import { DEFAULTS } from "../../lib/core/events/field.ts";
import { archiveProgress } from "../archive-progress.ts";
import { CliError } from "../cli-error.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { loadConfig } from "../config.ts";
import { configOptions } from "../config-options.ts";
import { type DataPaths, requireDirectory, requireIdle, STORE_FILES } from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { type DeskStore, openDeskStore } from "../desk-store.ts";
import { foldSettings } from "../fold-settings.ts";
import { formatCount } from "../format-figures.ts";
import { option } from "../option.ts";
import { openProgressBar } from "../progress-bar.ts";
import { openArchive, rebuildPorts } from "../rebuild-ports.ts";
import { storeOption } from "../store-option.ts";
import type { Terminal } from "../terminal.ts";
import * as kinds from "../value-kind.ts";

export const rebuild = defineCommand({
  name: "rebuild",
  summary: "Make figures anew from the raw archive: after a store was lost or damaged",
  options: {
    data: dataOption,
    store: storeOption,
    instrument: option(kinds.text, "NAME", "only this one (or ACCOUNT/NAME)"),
    ...configOptions,
    json: jsonOption,
  },
  examples: ["rebuild", "rebuild --instrument BTC-PERP", "rebuild --data /var/lib/desk-a"],
  run: async ({ options, terminal }) => {
    const config = await loadConfig(options);
    const paths = requireDirectory(options.data);
    requireIdle(paths, "rebuild");
    const damaged = setDamagedAside(paths);
    if (damaged !== undefined) terminal.note(`the damaged store is kept as ${damaged}`);
    const { retention } = config;
    const store = await openDeskStore({ paths, url: options.store, access: "write", retention });
    try {
      const name = options.instrument;
      const only = name === undefined ? {} : { only: new Set([nameOf(name)]) };
      const wanted = { settings: foldSettings(config), retention, ...only };
      const rebuilt = await fold(paths, store, wanted, terminal);
      if (name !== undefined && rebuilt.instruments.length === 0) throw unknown(paths, name);
      const { instruments, progress, unreadable, lost } = rebuilt;
      const report = { instruments, lines: progress.position, unreadable, lost };
      await terminal.print(
        options.json
          ? JSON.stringify({ schema: "brawler.rebuild/1", data: paths.root, ...report }, null, 2)
          : rebuiltText(paths, rebuilt),
      );
      return unreadable + lost === 0 ? 0 : 1;
    } finally {
      await store.close();
    }
  },
});

function nameOf(typed: string): string {
  return typed.includes("/") ? typed : `${DEFAULTS.account}/${typed}`;
}

async function fold(
  paths: DataPaths,
  store: DeskStore,
  options: Parameters<typeof rebuildStore>[1],
  terminal: Terminal,
): Promise<Rebuilt> {
  const archive = await openArchive(paths, store);
  const bar = openProgressBar(terminal, "rebuild");
  try {
    const all = await archive.end();
    let lines = 0;
    const onLines = (more: number): void => {
      lines += more;
      bar.show(lines / Math.max(1, all), `${formatCount(lines)} of ${formatCount(all)} lines`);
    };
    const rebuilt = await rebuildStore(rebuildPorts(store, archive), { ...options, onLines });
    if (options.only === undefined) archiveProgress(store).set(rebuilt.progress);
    return rebuilt;
  } finally {
    bar.end();
    await archive.close();
  }
}

/**
 * A store that cannot be read makes way, and is not deleted: what did not come from the archive may still be read from
 * it by other means.
 *
 * @returns where it is now; undefined when it is whole, or absent
 */
function setDamagedAside(paths: DataPaths): string | undefined {
  if (!existsSync(paths.store) || isWhole(paths)) return undefined;
  const ending = `.damaged-${new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")}`;
  for (const name of STORE_FILES) {
    const file = join(paths.root, name);
    if (existsSync(file)) renameSync(file, file + ending);
  }
  return paths.store + ending;
}

/** @throws {EmbeddedStoreError} where the file is somebody else's, or cannot be reached */
function isWhole({ store: path }: DataPaths): boolean {
  try {
    const store = openEmbedded({ path });
    try {
      return store.isWhole();
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof EmbeddedStoreError && DAMAGE.has(error.kind)) return false;
    throw error;
  }
}

const DAMAGE: ReadonlySet<string> = new Set(["corrupt", "not-a-database"]);

function unknown(paths: DataPaths, name: string): Error {
  return new CliError(1, {
    what: `the raw archive tells nothing of ${name}`,
    where: paths.archive,
    mend: "npx brawler status lists what is recorded",
  });
}

function rebuiltText({ root }: DataPaths, rebuilt: Rebuilt): string {
  const { instruments, progress, unreadable, lost } = rebuilt;
  return [
    `Rebuilt ${formatCount(instruments.length)} instruments in ${root}`,
    `  folded     ${formatCount(progress.position)} archived lines`,
    ...(unreadable === 0 ? [] : [`  unreadable ${formatCount(unreadable)} of them`]),
    ...(lost === 0 ? [] : [`  lost       ${formatCount(lost)} lines are missing from the archive`]),
    "  next       npx brawler verify proves it, npm start goes on",
  ].join("\n");
}
