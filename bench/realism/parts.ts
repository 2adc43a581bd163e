/** What is measured: parts that know nothing of each other, so that each may have a thread of its own. */
import { instrumentProfile } from "../../lib/core/simulator/instrument-profile.ts";
import { SECOND_US } from "../../lib/core/units.ts";
import { BRAWLER_FACTS, type Lived, live, logOf, markoutZ } from "./brawler-facts.ts";
import { estimatorCoverage } from "./coverage.ts";
import { falsePositives } from "./false-positives.ts";
import { fillDecay } from "./fill-curve.ts";
import { FILL_RETURN_FACTS, FillReturnWatch } from "./fill-return.ts";
import {
  FUNDING_FACTS,
  fundingOfBothSides,
  fundingYear,
  recordedFunding,
} from "./funding-facts.ts";
import { judge, type Verdict, verdictOf } from "./judge.ts";
import { burstCoverage, makerCoverage, takerCoverage } from "./lived-coverage.ts";
import { MARKET_FACTS } from "./market-facts.ts";
import type { Findings, Recorded } from "./page.ts";
import { recordedSamples } from "./recorded.ts";
import { simulatedSamples } from "./simulated.ts";
import { barsToDetection } from "./stress.ts";

export const SEEDS = [1, 2, 3, 4, 5];
export const DAYS = 14;
const FILL_DAYS = 56;
/** From one-tick books to wide ones; told every second, which is slow. */
const FILL_RETURN_OF = ["BTC-PERP", "SOL-PERP", "LINK-PERP", "ETH-SPOT"];
const STRESS_DAY = 8;
const COVERAGE_SEEDS = 1_000;
const LIVED_SEEDS = 200;
const NULL_SEEDS = 400;
const SECONDS_A_DAY = 86_400;

function marketVerdicts(): readonly Verdict[] {
  return judge(SEEDS.map((seed) => simulatedSamples({ seed, days: DAYS })));
}

/** Rounded where the venue rounds, nothing is left. */
const BOTH_SIDES = {
  fact: 15,
  name: "funding of both sides together, a payment, in the last digit paid: largest |sum|",
  low: 0,
  high: 0.5,
};

async function brawlerVerdicts(): Promise<readonly Verdict[]> {
  const rows = BRAWLER_FACTS.map(() => [] as number[][]);
  const z: number[][] = [];
  const left: number[][] = [];
  for (const seed of SEEDS) {
    const lived = await live({ seed, days: DAYS });
    const owns = ownOf(lived);
    for (const [i, fact] of BRAWLER_FACTS.entries()) {
      rows[i]?.push(owns.map((own) => fact.measure(own)));
    }
    z.push(markoutZ(lived).map((each) => Math.abs(each)));
    left.push([await fundingOfBothSides(lived)]);
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
    verdictOf(BOTH_SIDES, left),
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
      { fact: 8, name: "R² of ln fill rate on distance", low: 0.95, high: 1 },
      decays.map(({ rSquared }) => [rSquared]),
    ),
  ];
}

function fillReturnVerdicts(): readonly Verdict[] {
  const bySeed = SEEDS.map((seed) => {
    const watches = new Map(
      FILL_RETURN_OF.map((name) => {
        const { halfSpreadBps } = instrumentProfile(name).quoting;
        return [name, new FillReturnWatch(halfSpreadBps / 20)];
      }),
    );
    const run = { seed, days: DAYS, instruments: FILL_RETURN_OF, gridUs: SECOND_US };
    for (const event of logOf(run)) watches.get(event.instrument)?.take(event);
    return Array.from(watches.values(), (watch) => watch.returns());
  });
  return FILL_RETURN_FACTS.map((fact) =>
    verdictOf(
      fact,
      bySeed.map((all) => all.map((returns) => returns && fact.pick(returns))),
    ),
  );
}

function fundingVerdicts(): readonly Verdict[] {
  const years = SEEDS.map(fundingYear);
  const memory = { fact: 15, name: "memory of the premium, 8 h", low: 0.85, high: 0.95 };
  return [
    ...FUNDING_FACTS.map((fact) =>
      verdictOf(
        fact,
        years.map(({ rates }) => [fact.measure(rates)]),
      ),
    ),
    verdictOf(
      memory,
      years.map((year) => [year.memory]),
    ),
  ];
}

function stressVerdict(): Verdict {
  const bars = SEEDS.map((seed) => {
    const run = { seed, days: STRESS_DAY + 1, scenario: `stress@${STRESS_DAY}d` };
    return simulatedSamples(run).map((each) => barsToDetection(each, STRESS_DAY * SECONDS_A_DAY));
  });
  const fact = { fact: 17, name: "5-min bars until planted stress is found", low: 1, high: 2 };
  return verdictOf(fact, bars);
}

async function recorded(): Promise<readonly Recorded[]> {
  return (await recordedSamples()).map(({ sample, returns }) => ({
    market: sample.name,
    values: new Map([
      ...MARKET_FACTS.map((fact) => [fact.name, fact.measure(sample)] as const),
      ...FILL_RETURN_FACTS.map((fact) => [fact.name, returns && fact.pick(returns)] as const),
    ]),
  }));
}

function fundingRecords(): readonly Recorded[] {
  return recordedFunding().map(({ market, rates }) => ({
    market,
    values: new Map(FUNDING_FACTS.map((fact) => [fact.name, fact.measure(rates)])),
  }));
}

/** What one part has found out. */
export type Found = Partial<Omit<Findings, "seeds" | "days">>;

/** Those that take longest first. */
export const PARTS = {
  brawler: async () => ({ verdicts: await brawlerVerdicts() }),
  takers: async () => ({ coverage: await takerCoverage(LIVED_SEEDS) }),
  bursts: async () => ({ coverage: await burstCoverage(LIVED_SEEDS) }),
  "false-positives": () => ({ falsePositives: falsePositives(NULL_SEEDS) }),
  fills: () => ({ verdicts: fillVerdicts() }),
  "fill-returns": () => ({ verdicts: fillReturnVerdicts() }),
  markets: () => ({ verdicts: marketVerdicts() }),
  makers: async () => ({ coverage: await makerCoverage(LIVED_SEEDS) }),
  estimators: () => ({ coverage: estimatorCoverage(COVERAGE_SEEDS) }),
  stress: () => ({ verdicts: [stressVerdict()] }),
  funding: () => ({ verdicts: fundingVerdicts(), recordedFunding: fundingRecords() }),
  recorded: async () => ({ recorded: await recorded() }),
} as const satisfies Record<string, () => Found | Promise<Found>>;

export type PartName = keyof typeof PARTS;
