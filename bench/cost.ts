/**
 * What a day on AWS costs, as docs/reference/cost.md has it: prints the tables of the model in bench/cost-model.ts.
 *
 *     npm run cost
 */
import { pathToFileURL } from "node:url";
import { costOfDay, costOfStanding, type Load, sum } from "./cost-model.ts";

/** A hundred and twenty-five events a second and instrument, which is a busy one. */
export const LOADS: readonly Load[] = [
  { name: "1 k events/s", eventsPerSecond: 1_000, instruments: 8 },
  { name: "100 k events/s", eventsPerSecond: 100_000, instruments: 800 },
  { name: "1 M events/s", eventsPerSecond: 1_000_000, instruments: 8_000 },
];
/** The simulator's eight instruments. */
export const SANDBOX: Load = { name: "sandbox", eventsPerSecond: 7.4, instruments: 8 };

/** Markdown. */
export function costTables(): string {
  const days = LOADS.map(costOfDay);
  const [first] = days;
  const lines = (first?.lines ?? []).map(({ what }, index) =>
    row(what, ...days.map(({ lines }) => dollars(lines[index]?.dollars ?? 0))),
  );
  const standing = costOfStanding();
  const sandbox = costOfDay(SANDBOX);
  return [
    row("$ a day", ...LOADS.map(({ name }) => name)),
    row(...Array.from({ length: LOADS.length + 1 }, () => "--")),
    row("instruments", ...LOADS.map(({ instruments }) => count(instruments))),
    row("shards", ...days.map(({ shards }) => count(shards))),
    ...lines,
    row("**all**", ...days.map(({ total }) => `**${dollars(total)}**`)),
    row(
      "a million events",
      ...days.map(({ total }, index) => {
        const { eventsPerSecond = 1 } = LOADS[index] ?? {};
        return (total / ((eventsPerSecond * 86_400) / 1e6)).toFixed(4);
      }),
    ),
    row(
      "the day's archive, each month it is kept",
      ...days.map(({ archiveMonth }) => dollars(archiveMonth)),
    ),
    "",
    row("a sandbox, $ a day", ""),
    row("--", "--"),
    row("ingest and processing, eight instruments", dollars(sandbox.total)),
    ...standing.map(({ what, dollars: amount }) => row(what, dollars(amount))),
    row("**all**", `**${dollars(sandbox.total + sum(standing))}**`),
  ].join("\n");
}

function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function dollars(amount: number): string {
  const digits = amount < 100 ? 2 : 0;
  return amount.toLocaleString("en-US", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

function count(amount: number): string {
  return amount.toLocaleString("en-US");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(costTables());
}
