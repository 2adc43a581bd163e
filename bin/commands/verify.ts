import { existsSync } from "node:fs";
import { damagedStore } from "../../lib/adapters/embedded/embedded-store-error.ts";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import { type Verification, verify as verifyStore } from "../../lib/app/verify.ts";
import { archiveProgress } from "../archive-progress.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { loadConfig } from "../config.ts";
import { configOptions } from "../config-options.ts";
import { type DataPaths, requireDirectory } from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { openDeskStore } from "../desk-store.ts";
import { foldSettings } from "../fold-settings.ts";
import { formatCount } from "../format-figures.ts";
import { openProgressBar } from "../progress-bar.ts";
import { encode, openScratch } from "../rebuild-ports.ts";
import { storeOption } from "../store-option.ts";
import { isProven, verificationText } from "../verification-text.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "Fold the raw archive again and compare every stored figure with what comes out",
  options: { data: dataOption, store: storeOption, ...configOptions, json: jsonOption },
  examples: ["verify", "verify --data /var/lib/desk-a --json"],
  run: async ({ options, terminal }) => {
    const config = await loadConfig(options);
    const paths = requireDirectory(options.data);
    requireWhole(paths);
    const bar = openProgressBar(terminal, "verify");
    const settings = { settings: foldSettings(config), retention: config.retention };
    const found = await verifyDirectory({ paths, url: options.store }, settings, (lines, all) => {
      bar.show(lines / Math.max(1, all), `${formatCount(lines)} of ${formatCount(all)} lines`);
    });
    bar.end();
    await terminal.print(
      options.json
        ? JSON.stringify({ schema: "brawler.verify/1", data: paths.root, ...found }, null, 2)
        : verificationText(paths.root, found, terminal.colour),
    );
    return isProven(found) ? 0 : 1;
  },
});

/**
 * A damaged page may still give a text, and a text that is none would be taken for a fault of ours.
 *
 * @throws {EmbeddedStoreError} when the store's file is not what was written
 */
function requireWhole({ store: path }: DataPaths): void {
  if (!existsSync(path)) return;
  const store = openEmbedded({ path, access: "read" });
  try {
    if (!store.isWhole()) throw damagedStore(path);
  } finally {
    store.close();
  }
}

type VerifySettings = Omit<Parameters<typeof verifyStore>[1], "onLines">;

async function verifyDirectory(
  { paths, url }: { readonly paths: DataPaths; readonly url: string | undefined },
  settings: VerifySettings,
  onLines: (lines: number, all: number) => void,
): Promise<Verification> {
  const store = await openDeskStore({ paths, url, access: "read" });
  const scratch = openScratch();
  const progress = archiveProgress(store).get;
  let lines = 0;
  try {
    return await verifyStore(
      {
        state: store.state,
        metrics: store.metrics,
        reads: store,
        progress,
        openArchive: () => openFileArchive({ directory: paths.archive, access: "read" }),
        scratch,
        encode,
      },
      {
        ...settings,
        onLines: (more) => {
          lines += more;
          onLines(lines, progress().position);
        },
      },
    );
  } finally {
    scratch.close();
    await store.close();
  }
}
