/**
 * How real the simulated market is, and how honest the intervals and tests are that judge it.
 *
 *     npm run realism                     everything, into docs/reference/realism.md
 *     npm run realism -- facts            one part, printed: facts, coverage or false-positives
 *
 * Exits 1 when a fact leaves its band, an interval covers too little or too much, or a test cries wolf.
 */
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { SECOND_US } from "../lib/core/units.ts";
import {
  BRAWLER_FACTS,
  fundingFacts,
  type Lived,
  live,
  logOf,
  markoutZ,
} from "./realism/brawler-facts.ts";
import { type Coverage, estimatorCoverage, markoutCoverage } from "./realism/coverage.ts";
import { type FalsePositives, falsePositives, isHonest } from "./realism/false-positives.ts";
import { fillDecay } from "./realism/fill-curve.ts";
import { holds, judge, type Verdict, verdictOf } from "./realism/judge.ts";
import { MARKET_FACTS } from "./realism/market-facts.ts";
import {
  coverageLines,
  covers,
  falsePositiveLines,
  pageOf,
  type Recorded,
} from "./realism/page.ts";
import { recordedSamples } from "./realism/recorded.ts";
import { simulatedSamples } from "./realism/simulated.ts";
import { barsToDetection } from "./realism/stress.ts";

const PAGE = fileURLToPath(new URL("../docs/reference/realism.md", import.meta.url));
const SEEDS = [1, 2, 3, 4, 5];
const DAYS = 14;
const FILL_DAYS = 28;
const STRESS_DAY = 8;
const COVERAGE_SEEDS = 1_000;
const MARKOUT_SEEDS = 200;
const NULL_SEEDS = 400;
const SECONDS_A_DAY = 86_400;

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

function marketVerdicts(): readonly Verdict[] {
  note(`markets: ${SEEDS.length} seeds of ${DAYS} days`);
  return judge(SEEDS.map((seed) => simulatedSamples({ seed, days: DAYS })));
}

async function brawlerVerdicts(): Promise<readonly Verdict[]> {
  const rows = BRAWLER_FACTS.map(() => [] as number[][]);
  const z: number[][] = [];
  for (const seed of SEEDS) {
    note(`Brawler: seed ${seed}`);
    const lived = await live({ seed, days: DAYS });
    const owns = ownOf(lived);
    for (const [i, fact] of BRAWLER_FACTS.entries()) {
      rows[i]?.push(owns.map((own) => fact.measure(own)));
    }
    z.push(markoutZ(lived).map((each) => Math.abs(each)));
  }
  const closedForm = {
    fact: 9,
    name: "maker markouts from 1 s to 5 min: distance from the closed form, s.e.",
    low: 0,
    high: 1.959964,
  };
  return [
    ...BRAWLER_FACTS.map((fact, i) => verdictOf(fact, rows[i] ?? [])),
    verdictOf(closedForm, z),
  ];
}

function ownOf({ events, figures }: Lived) {
  return Object.entries(figures).map(([name, own]) => ({
    name,
    figures: own,
    events: events.filter(({ instrument }) => instrument === name),
  }));
}

const PLANTED_DECAY = 0.22;

function fillVerdicts(): readonly Verdict[] {
  note(`fills by distance: ${FILL_DAYS} days of the null world`);
  const run = { days: FILL_DAYS, scenario: "null", instruments: ["SOL-PERP"], gridUs: SECOND_US };
  const decays = SEEDS.map((seed) => fillDecay(logOf({ ...run, seed })));
  const off = decays.map(({ slope, error }) => [Math.abs(slope + PLANTED_DECAY) / error]);
  return [
    verdictOf(
      {
        fact: 8,
        name: "decay of fills with distance: from the planted 0.22 / bps, s.e.",
        low: 0,
        high: 3,
      },
      off,
    ),
    verdictOf(
      { fact: 8, name: "R² of ln fill rate on distance", low: 0.9, high: 1 },
      decays.map(({ rSquared }) => [rSquared]),
    ),
  ];
}

function fundingVerdicts(): readonly Verdict[] {
  const years = SEEDS.map(fundingFacts);
  const of = (name: string, low: number, high: number, pick: (year: (typeof years)[0]) => number) =>
    verdictOf(
      { fact: 15, name, low, high },
      years.map((year) => [pick(year)]),
    );
  return [
    of("median funding of 8 h in a year, bps", 0.9, 1.1, ({ median }) => median * 1e4),
    of("memory of the premium, 8 h", 0.85, 0.95, ({ memory }) => memory),
    of("share of positive funding", 0.7, 1, ({ positive }) => positive),
    of("99 % quantile of |funding| ÷ its median", 3, 100, ({ tail }) => tail),
  ];
}

function stressVerdict(): Verdict {
  note("stress: planted windows");
  const bars = SEEDS.map((seed) => {
    const run = { seed, days: STRESS_DAY + 1, scenario: `stress@${STRESS_DAY}d` };
    return simulatedSamples(run).map((each) => barsToDetection(each, STRESS_DAY * SECONDS_A_DAY));
  });
  const fact = { fact: 17, name: "5-min bars until planted stress is found", low: 1, high: 2 };
  return verdictOf(fact, bars);
}

async function facts(): Promise<readonly Verdict[]> {
  const all = [
    ...marketVerdicts(),
    ...(await brawlerVerdicts()),
    ...fillVerdicts(),
    ...fundingVerdicts(),
    stressVerdict(),
  ];
  return all.sort((a, b) => a.fact - b.fact);
}

async function coverage(): Promise<readonly Coverage[]> {
  note(`coverage: ${COVERAGE_SEEDS} seeds, ${MARKOUT_SEEDS} of markouts`);
  return [...estimatorCoverage(COVERAGE_SEEDS), ...(await markoutCoverage(MARKOUT_SEEDS))];
}

function wolves(): readonly FalsePositives[] {
  note(`null world: ${NULL_SEEDS} seeds`);
  return falsePositives(NULL_SEEDS);
}

async function recorded(): Promise<readonly Recorded[]> {
  note("recorded markets");
  return (await recordedSamples()).map((sample) => ({
    market: sample.name,
    values: new Map(MARKET_FACTS.map((fact) => [fact.name, fact.measure(sample)])),
  }));
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join("\n")}\n`);
}

async function onePart(part: string): Promise<boolean> {
  if (part === "facts") {
    const all = await facts();
    print(
      all.map(
        (each) =>
          `${holds(each) ? "holds " : "FAILS "} ${each.fact} ${each.name}: ${each.perSeed.join(", ")}`,
      ),
    );
    return all.every(holds);
  }
  if (part === "coverage") {
    const all = await coverage();
    print(coverageLines(all));
    return all.every(covers);
  }
  if (part === "false-positives") {
    const all = wolves();
    print(falsePositiveLines(all));
    return all.every(isHonest);
  }
  throw new RangeError(`expected facts, coverage or false-positives, was ${part}`);
}

async function everything(): Promise<boolean> {
  const findings = {
    seeds: SEEDS,
    days: DAYS,
    verdicts: await facts(),
    recorded: await recorded(),
    coverage: await coverage(),
    falsePositives: wolves(),
  };
  writeFileSync(PAGE, pageOf(findings));
  for (const each of findings.verdicts.filter((verdict) => !holds(verdict))) {
    note(`outside its band: fact ${each.fact}, ${each.name}: ${each.perSeed.join(", ")}`);
  }
  note(`written: ${PAGE}`);
  const isCovered = findings.coverage.every(covers) && findings.falsePositives.every(isHonest);
  return findings.verdicts.every(holds) && isCovered;
}

const [part] = process.argv.slice(2);
const isGood = part === undefined ? await everything() : await onePart(part);
process.exitCode = isGood ? 0 : 1;
