/** How often intervals of the report hold what was planted into the market that it reports on, through the real replay. */
import type { PerformanceMetrics } from "../../lib/core/metrics/performance-metrics.ts";
import type { InstrumentTruth } from "../../lib/core/simulator/simulation-truth.ts";
import { live } from "./brawler-facts.ts";
import type { Coverage } from "./coverage.ts";

type Liquidity = "maker" | "taker";

/** What one instrument's report says, and what was true. */
interface World {
  readonly figures: PerformanceMetrics;
  readonly truth: InstrumentTruth;
}

const INSTRUMENT = "BTC-PERP";
const HORIZONS = [
  { label: "30s", us: 30e6 },
  { label: "1m", us: 60e6 },
  { label: "5m", us: 300e6 },
] as const;
/** Brawler rarely takes: quotes of random size have it cut its position a few dozen times in twelve days. */
const TAKER_DAYS = 12;
/** As often in two days of stress, but in a few bursts, which no interval of some sixty trades can know of. */
const BURST_DAYS = 2;

export async function takerCoverage(seeds: number): Promise<readonly Coverage[]> {
  const sizes = await worlds(seeds, TAKER_DAYS, "size-experiment");
  return markoutCoverage(sizes, "taker", { of: "twelve days of random sizes", isJudged: true });
}

export async function burstCoverage(seeds: number): Promise<readonly Coverage[]> {
  const stress = `size-experiment,stress@0s+${BURST_DAYS}d`;
  const bursts = await worlds(seeds, BURST_DAYS, stress);
  return markoutCoverage(bursts, "taker", { of: "two days of stress", isJudged: false });
}

export async function makerCoverage(seeds: number): Promise<readonly Coverage[]> {
  const usual = await worlds(seeds, 1, "normal");
  const empty = await worlds(seeds, 1, "null");
  return [
    ...markoutCoverage(usual, "maker", { of: "one day", isJudged: true }),
    ...hitRateCoverage(empty, "one day of the null world", true),
    ...hitRateCoverage(usual, "one day of the usual market", false),
  ];
}

async function worlds(seeds: number, days: number, scenario: string): Promise<readonly World[]> {
  const all: World[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { truth, figures } = await live({ seed, days, scenario, instruments: [INSTRUMENT] });
    const [own, told] = [figures[INSTRUMENT], truth.instruments[0]];
    if (own === undefined || told === undefined) throw new Error("one instrument was asked for");
    all.push({ figures: own, truth: told });
  }
  return all;
}

/** What the price was bound to do, and what it did. */
function markoutCoverage(
  all: readonly World[],
  liquidity: Liquidity,
  { of, isJudged }: { readonly of: string; readonly isJudged: boolean },
): readonly Coverage[] {
  return HORIZONS.map(({ label, us }) => {
    const told = all.flatMap(({ figures, truth }) => {
      const markouts = figures.markouts[liquidity];
      const edge = markouts["0s"]?.value ?? Number.NaN;
      const move = truth[liquidity].moves.find(({ horizonUs }) => horizonUs === us);
      const interval = markouts[label]?.interval;
      if (interval === undefined || interval === null || move === undefined) return [];
      return [isWithin(edge + move.bps, interval)];
    });
    return coverageOf(`${liquidity} markout at ${label}, ${of}`, told, isJudged);
  });
}

/** The truth is the share of all the worlds' quotes together. */
function hitRateCoverage(
  all: readonly World[],
  of: string,
  isJudged: boolean,
): readonly Coverage[] {
  const ways = [
    { name: "hit rate", pick: ({ figures }: World) => figures.hitRate },
    { name: "hit rate by version", pick: ({ figures }: World) => figures.hitRate.byVersion },
  ];
  return ways.map(({ name, pick }) => {
    const counts = all.map(pick);
    const filled = counts.reduce((sum, each) => sum + each.filled, 0);
    const truth = filled / counts.reduce((sum, each) => sum + each.closed, 0);
    const told = counts.flatMap(({ interval }) =>
      interval === null ? [] : [isWithin(truth, interval)],
    );
    return coverageOf(`${name}, ${of}`, told, isJudged);
  });
}

function isWithin(truth: number, [low, high]: readonly [number, number]): boolean {
  return truth >= low && truth <= high;
}

/** @param told one per world that gave an interval */
function coverageOf(name: string, told: readonly boolean[], isJudged: boolean): Coverage {
  return { name, seeds: told.length, covered: told.filter((each) => each).length, isJudged };
}
