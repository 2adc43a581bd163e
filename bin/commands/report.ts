import { buildReport } from "../../lib/app/report.ts";
import { instrumentKey } from "../../lib/core/events/event.ts";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { DAY_US } from "../../lib/core/units.ts";
import { strayCounts } from "../archive-progress.ts";
import { CliError, environmentError } from "../cli-error.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { loadConfig } from "../config.ts";
import { configOptions } from "../config-options.ts";
import { type DataPaths, openStoreForReading, requireDirectory } from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { nearest } from "../nearest.ts";
import { option } from "../option.ts";
import { reportText } from "../report-text.ts";
import { spanOf, spanOptions } from "../span.ts";
import * as kinds from "../value-kind.ts";

export const report = defineCommand({
  name: "report",
  summary: "Show what was earned and why, over a window of what is recorded",
  options: {
    ...spanOptions,
    instrument: option(kinds.instrument, "NAME", "only this one"),
    data: dataOption,
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
    const paths = requireDirectory(options.data);
    const store = openStoreForReading(paths);
    try {
      const { instrument, asOf } = options;
      const question = {
        span,
        ...(instrument === undefined ? {} : { instruments: [instrument] }),
        ...(asOf === undefined ? {} : { asOf }),
      };
      const found = await buildReport(store, config, question, strayCounts(store.meta));
      if (found === undefined) throw nothingToReport(paths, instrument, await store.state.keys());
      await terminal.print(options.json ? reportJson(found) : reportText(found, terminal.colour));
      return 0;
    } finally {
      store.close();
    }
  },
});

/** The report as `--json` prints it. */
export function reportJson(found: Report): string {
  return JSON.stringify(found, null, 2);
}

function nothingToReport(
  paths: DataPaths,
  instrument: string | undefined,
  keys: readonly { readonly account: string; readonly instrument: string }[],
): Error {
  const names = keys.map((key) => instrumentKey(key.account, key.instrument));
  if (names.length === 0) {
    return environmentError({
      what: "nothing to report",
      where: paths.root,
      why: "no event has been recorded yet",
      mend: "npx brawler start, or npx brawler replay FILE",
    });
  }
  const likely = nearest(instrument ?? "", names);
  return new CliError(1, {
    what: `there is no instrument ${instrument}`,
    where: paths.root,
    mend: likely === undefined ? `recorded are ${names.join(", ")}` : `did you mean ${likely}?`,
  });
}
