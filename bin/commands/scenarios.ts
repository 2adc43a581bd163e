import { type Scenario, scenarioList } from "../../lib/core/simulator/scenario.ts";
import { defineCommand, jsonOption } from "../command.ts";
import { formatDuration } from "../instant.ts";
import { type Column, drawTable } from "../table.ts";

const COLUMNS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "when", align: "left" },
  { title: "what is planted", align: "left" },
];

export const scenarios = defineCommand({
  name: "scenarios",
  summary: "List what can be planted into the simulated world",
  options: { json: jsonOption },
  examples: ["scenarios", "scenarios --json"],
  run: async ({ options, terminal }) => {
    const all = scenarioList().map((scenario) => {
      const { name, description } = scenario;
      return { name, when: whenOf(scenario), description };
    });
    const rows = all.map(({ name, when, description }) => [
      { text: name, style: "strong" as const },
      { text: when, style: "plain" as const },
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

/** When it acts, unless a start or a length is asked for. */
function whenOf(scenario: Scenario): string {
  const { isTimed, fromMidnight, onsetUs, lengthUs, everyUs } = scenario;
  if (!isTimed) return "throughout";
  const since = fromMidnight ? "midnight" : "the start";
  const from = onsetUs === 0 ? `from ${since} on` : `${formatDuration(onsetUs)} after ${since}`;
  const length = lengthUs === undefined ? "" : `, for ${formatDuration(lengthUs)}`;
  return everyUs === undefined
    ? from + length
    : `${from}${length}, every ${formatDuration(everyUs)}`;
}
