import { defineCommand } from "../command.ts";
import { configOptions } from "../config-options.ts";
import { dataOption } from "../data-option.ts";
import { DEFAULT_PORT } from "../loopback.ts";
import { flag, option, optionOr } from "../option.ts";
import { scenarioKind, simulatorOptions } from "../simulator-options.ts";
import { storeOption } from "../store-option.ts";
import * as kinds from "../value-kind.ts";

export const start = defineCommand({
  name: "start",
  summary: "Run everything here: simulated Brawler, figures, and a live page in the browser",
  options: {
    port: optionOr(kinds.port, "N", DEFAULT_PORT, "port of the page, 0 for any free one"),
    data: dataOption,
    store: storeOption,
    seed: option(kinds.seed, "N", "which of all possible worlds (default 42, or the recorded one)"),
    scenario: option(
      scenarioKind,
      "LIST",
      "what is planted from now on, as for `simulate` (default normal, or the recorded one)",
    ),
    instruments: simulatorOptions.instruments,
    history: optionOr(kinds.spanOrNothing, "SPAN", "90d", "simulated past of a new data directory"),
    feed: optionOr(kinds.text, "FEED", "simulate", "simulate, stdin, or a recorded FILE"),
    speed: optionOr(kinds.speed, "N", "1", "N times as fast as the clock"),
    open: flag("open the page in the browser"),
    ...configOptions,
  },
  examples: [
    "start",
    "start --scenario toxic-flow --port 0 --open",
    "start --store postgres://desk@db.internal/brawler",
    "start --feed recorded.ndjson.zst --data replayed --speed 60",
  ],
  run: async ({ options, terminal }) => {
    const { runStart } = await import("../run-start.ts");
    await runStart(options, terminal);
    return 0;
  },
});
