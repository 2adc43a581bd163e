import { buildReport } from "../../lib/app/report.ts";
import { instrumentKey } from "../../lib/core/events/event.ts";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { DAY_US } from "../../lib/core/units.ts";
import { strayCounts } from "../archive-progress.ts";
import { CliError, environmentError } from "../cli-error.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { loadConfig } from "../config.ts";
import { configOptions } from "../config-options.ts";
import { type DataPaths, inspectDirectory, requireDirectory } from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { openDeskStore } from "../desk-store.ts";
import { nearest } from "../nearest.ts";
import { option } from "../option.ts";
import { reportText } from "../report-text.ts";
import { spanOf, spanOptions } from "../span.ts";
import { storeOption } from "../store-option.ts";
import * as kinds from "../value-kind.ts";

export const report = defineCommand({
  name: "report",
  summary: "Show what was earned and why, over a window of what is recorded",
  options: {
    ...spanOptions,
    instrument: option(kinds.instrument, "NAME", "only this one"),
    data: dataOption,
    store: storeOption,
    ...configOptions,
    json: jsonOption,
  },
  examples: [
    "report",
    "report --window 30d --instrument BTC-PERP",
    "report --from 2026-01-01T00:00:00Z --to 2026-02-01T00:00:00Z --json",
  ],
  run: async ({ options, terminal }) => {
    const span = spanOf(options, { kind: "last", lengthUs: DAY_US });
    const config = await loadConfig(options);
    const paths = directoryOf(options.data, options.store);
    const store = await openDeskStore({ paths, url: options.store, access: "read" });
    try {
      const { instrument, asOf } = options;
      const question = {
        span,
        ...(instrument === undefined ? {} : { instruments: [instrument] }),
        ...(asOf === undefined ? {} : { asOf }),
      };
      const found = await buildReport(store, config, question, strayCounts(store));
      if (found === undefined)
        throw nothingToReport(options.data, instrument, await store.state.keys());
      await terminal.print(options.json ? reportJson(found) : reportText(found, terminal.colour));
      return 0;
    } finally {
      await store.close();
    }
  },
});

/** With the figures in a database, a machine without the data directory can report too. */
function directoryOf(directory: string, store: string | undefined): DataPaths | undefined {
  if (store !== undefined && inspectDirectory(directory) !== "ours") return undefined;
  return requireDirectory(directory);
}

/** The report as `--json` prints it. */
export function reportJson(found: Report): string {
  return JSON.stringify(found, null, 2);
}

function nothingToReport(
  where: string,
  instrument: string | undefined,
  keys: readonly { readonly account: string; readonly instrument: string }[],
): Error {
  const names = keys.map((key) => instrumentKey(key.account, key.instrument));
  if (names.length === 0) {
    return environmentError({
      what: "nothing to report",
      where,
      why: "no event has been recorded yet",
      mend: "npx brawler start, or npx brawler replay FILE",
    });
  }
  const likely = nearest(instrument ?? "", names);
  return new CliError(1, {
    what: `there is no instrument ${instrument}`,
    where,
    mend: likely === undefined ? `recorded are ${names.join(", ")}` : `did you mean ${likely}?`,
  });
}
