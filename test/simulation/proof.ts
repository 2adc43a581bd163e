/**
 * `npm run proof -- simulation`: 10,000 runs of the pipeline and of deliveries (`--seeds N`: as many of each), every mutant,
 * and the page of validation from them.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { sharedPresent } from "../shared-data.ts";
import { deathOf, exploreDeliveries } from "./deliveries/explore.ts";
import type { DeliveryFault, DeliveryPoint } from "./deliveries/faults.ts";
import { DELIVERY_MUTANTS } from "./deliveries/mutants.ts";
import { DELIVERY_REGRESSIONS } from "./deliveries/regressions.ts";
import { type Death, type Exploration, exploreBeside, rareOnes, seedOfDeath } from "./explore.ts";
import { MUTANTS } from "./mutants.ts";
import { OUT_OF_SCOPE, SCENARIOS } from "./recorded-mappings.ts";
import { REGRESSIONS } from "./regressions.ts";

const { values } = parseArgs({ options: { seeds: { type: "string", default: "10000" } } });
const SEEDS = Number(values.seeds);
/** How often each fault has to occur. */
const LEAST = SEEDS / 100;
const PROCESSES = 2;
const MUTANT_SEEDS = 500;
const PAGE = `${fileURLToPath(new URL("../../docs/reference/", import.meta.url))}validation.md`;

const found = await exploreBeside({ from: 1, seeds: SEEDS }, PROCESSES);
const deaths: string[] = [];
for (const mutant of MUTANTS) {
  deaths.push(died(mutant.name, await seedOfDeath(mutant, MUTANT_SEEDS), "invariant"));
}
const delivered = await exploreDeliveries({ from: 1, seeds: SEEDS });
const deliveryDeaths: string[] = [];
for (const mutant of DELIVERY_MUTANTS) {
  deliveryDeaths.push(died(mutant.name, await deathOf(mutant, MUTANT_SEEDS), "detail"));
}
writeFileSync(PAGE, page(found, deaths));
conclude("the pipeline", found, deaths);
conclude("deliveries", delivered, deliveryDeaths);

function died(name: string, death: Death | undefined, by: "invariant" | "detail"): string {
  const at = death === undefined ? "**survived** |" : `${death.seed} | ${death.violation[by]}`;
  return `| ${name} | ${at} |`;
}

function conclude(
  name: string,
  { failures, ...counted }: Exploration<string, string>,
  mutants: readonly string[],
): void {
  const rare = rareOnes({ failures, ...counted }, LEAST);
  const alive = mutants.filter((line) => line.includes("survived"));
  for (const { seed, violations } of failures.slice(0, 10)) {
    process.stderr.write(`seed ${seed}: ${violations[0]?.invariant} ${violations[0]?.detail}\n`);
  }
  process.stdout.write(
    `${name}: ${failures.length} of ${SEEDS} seeds with violations, ${alive.length} mutants alive, too rare: ${rare.join(", ") || "nothing"}\n`,
  );
  if (failures.length + alive.length + rare.length > 0) process.exitCode = 1;
}

function rows(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(
    ([name, count]) => `| ${name} | ${count.toLocaleString("en")} |`,
  );
}

function deliveriesText({
  steps,
  virtualHours,
  faults,
  sometimes,
  failures,
}: Exploration<DeliveryFault, DeliveryPoint>): string[] {
  return [
    "## Deliveries",
    "",
    "From the commit of a transition to e-mail and Slack: invariant I10.",
    "",
    "| | |",
    "|--|--|",
    `| runs, seeds 1 to ${SEEDS.toLocaleString("en")} | ${SEEDS.toLocaleString("en")} |`,
    `| steps | ${steps.toLocaleString("en")} |`,
    `| virtual hours | ${virtualHours.toFixed(1)} |`,
    `| runs with a violation | ${failures.length} |`,
    `| runs that once found a mistake, and run again | ${DELIVERY_REGRESSIONS.length} |`,
    "",
    "| fault | times |",
    "|--|--|",
    ...rows(faults),
    "",
    "| what must happen now and then | times |",
    "|--|--|",
    ...rows(sometimes),
    "",
    "| mistake | found at seed | by |",
    "|--|--|--|",
    ...deliveryDeaths,
    "",
  ];
}

function page(
  { steps, virtualHours, faults, sometimes, failures }: Exploration,
  deadMutants: string[],
) {
  return `${[
    "# Validation",
    "",
    "Written by `npm run proof -- simulation`. How it works: [exactly once](../explanation/exactly-once.md#how-it-is-proven).",
    "",
    "`npm run proof` runs all that takes longer than a change may wait; `npm test` runs a smaller piece of each:",
    "",
    "| part | what it runs | figures |",
    "|--|--|--|",
    "| `npm run proof -- simulation` | 10,000 seeds each of the pipeline and of deliveries (`--seeds N`), each fault at least 100 times, each mutant | below |",
    "| `npm run proof -- kills` | 200 × `kill -9` of pipeline and stores, then of `npm start` for ten minutes; every figure compared after each | printed |",
    "| `npm run proof -- realism` | facts of markets, coverage of intervals, false alarms of tests | [realism](realism.md) |",
    "",
    "## Simulation",
    "",
    "| | |",
    "|--|--|",
    `| runs of 200 events, seeds 1 to ${SEEDS.toLocaleString("en")} | ${SEEDS.toLocaleString("en")} |`,
    `| steps | ${steps.toLocaleString("en")} |`,
    `| virtual hours | ${virtualHours.toFixed(1)} |`,
    `| runs with a violation | ${failures.length} |`,
    `| runs that once found a mistake, and run again | ${REGRESSIONS.length} |`,
    "",
    "### Faults injected",
    "",
    "| fault | times |",
    "|--|--|",
    ...rows(faults),
    "",
    "### Sometimes",
    "",
    "| what must happen now and then | times |",
    "|--|--|",
    ...rows(sometimes),
    "",
    "### Mutants",
    "",
    "Programs with a mistake built in. Each has to be found.",
    "",
    "| mistake | found at seed | by |",
    "|--|--|--|",
    ...deadMutants,
    "",
    ...deliveriesText(delivered),
    "## Event source mapping",
    "",
    mappingText(),
    "",
  ].join("\n")}`;
}

function mappingText(): string {
  const all = SCENARIOS.length + OUT_OF_SCOPE.size;
  const held = `The model of Lambda's event source mapping is held to ${SCENARIOS.length} of ${all} recordings of the real one`;
  const others = [...OUT_OF_SCOPE].map(([name, why]) => `- \`${name}\`: ${why}`);
  const seen = sharedPresent ? "" : " (the recordings were not there when this page was written)";
  const beside =
    "More than one batch of a shard at a time, which half of all mappings have here, was never recorded: Lambda's documentation is followed.";
  return [`${held}${seen}. The others:`, "", ...others, "", beside].join("\n");
}
