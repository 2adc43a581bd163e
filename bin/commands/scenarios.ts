import { scenarioList } from "../../lib/core/simulator/scenario.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { type Column, drawTable } from "../table.ts";

const COLUMNS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "what is planted", align: "left" },
];

export const scenarios = defineCommand({
  name: "scenarios",
  summary: "List what can be planted into the simulated world",
  options: { json: jsonOption },
  examples: ["scenarios", "scenarios --json"],
  run: async ({ options, terminal }) => {
    const all = scenarioList().map(({ name, description }) => ({ name, description }));
    const rows = all.map(({ name, description }) => [
      { text: name, style: "strong" as const },
      { text: description, style: "plain" as const },
    ]);
    await terminal.print(
      options.json
        ? JSON.stringify({ schema: "brawler.scenarios/1", scenarios: all }, null, 2)
        : drawTable(COLUMNS, rows, terminal.colour),
    );
    return 0;
  },
});
