/** How often a test finds something in the null world, in which there is nothing. */
import { anova } from "../../lib/core/stats/anova.ts";
import { cusum } from "../../lib/core/stats/cusum.ts";
import { hamedRao } from "../../lib/core/stats/hamed-rao.ts";
import { kruskalWallis } from "../../lib/core/stats/kruskal-wallis.ts";
import { mannKendall } from "../../lib/core/stats/mann-kendall.ts";
import { theilSen } from "../../lib/core/stats/theil-sen.ts";
import { twoProportionZ } from "../../lib/core/stats/two-proportion.ts";
import { Z95 } from "../../lib/core/stats/z95.ts";
import { centred, type MarketSample, meanOf, returnsOf } from "./sample.ts";
import { simulatedSamples } from "./simulated.ts";

/** Of one test over many null worlds. */
export interface FalsePositives {
  readonly name: string;
  readonly nominal: number;
  readonly seeds: number;
  readonly found: number;
}

/** One test and the share of null worlds in which it may find something. */
interface Detector {
  readonly name: string;
  readonly nominal: number;
  readonly finds: (world: NullWorld) => boolean;
}

interface NullWorld {
  /** Mean 1-min move of each hour, in its standard deviations. */
  readonly hourly: readonly number[];
  /** Log volatility of each hour, by hour of the day. */
  readonly byHour: readonly (readonly number[])[];
  readonly signs: Int8Array;
}

const DAYS = 5;
const HOURS = DAYS * 24;
/** Hawkins' in-control run length of a two-sided tabular CUSUM, K = σ/2, H = 5σ. */
const RUN_LENGTH = 465;

const DETECTORS: readonly Detector[] = [
  {
    name: "Mann–Kendall, 120 hours",
    nominal: 0.05,
    finds: ({ hourly }) => (mannKendall(hourly)?.p ?? 1) < 0.05,
  },
  {
    name: "Mann–Kendall by Hamed and Rao, 120 hours",
    nominal: 0.05,
    finds: ({ hourly }) => (hamedRao(hourly)?.p ?? 1) < 0.05,
  },
  {
    name: "Theil–Sen interval without 0, 120 hours",
    nominal: 0.05,
    finds: ({ hourly }) => {
      const [low, high] = theilSen(hourly)?.interval ?? [-1, 1];
      return low > 0 || high < 0;
    },
  },
  {
    name: "Kruskal–Wallis over hours of the day",
    nominal: 0.05,
    finds: ({ byHour }) => (kruskalWallis(byHour)?.p ?? 1) < 0.05,
  },
  {
    name: "analysis of variance over hours of the day",
    nominal: 0.05,
    finds: ({ byHour }) => (anova(byHour)?.p ?? 1) < 0.05,
  },
  {
    name: "two proportions, buyers of both halves",
    nominal: 0.05,
    finds: ({ signs }) => {
      const half = Math.floor(signs.length / 2);
      const buyers = (part: Int8Array) => ({
        successes: part.filter((sign) => sign > 0).length,
        n: part.length,
      });
      const z = twoProportionZ(buyers(signs.subarray(0, half)), buyers(signs.subarray(half)));
      return Math.abs(z ?? 0) > Z95;
    },
  },
  {
    name: "CUSUM K = σ/2, H = 5σ, within 120 hours",
    nominal: 1 - Math.exp(-HOURS / RUN_LENGTH),
    finds: ({ hourly }) =>
      cusum(hourly, { target: 0, slack: 0.5, threshold: 5 }).signal !== undefined,
  },
];

function nullWorld(seed: number): NullWorld {
  const world = { seed, days: DAYS, scenario: "null", instruments: ["ETH-PERP"] };
  const [sample] = simulatedSamples(world);
  if (sample === undefined) throw new Error("one sample was asked for");
  const hours = hoursOf(sample);
  const byHour = Array.from({ length: 24 }, (_, hour) =>
    hours.filter((_moves, i) => i % 24 === hour).map(logVolatility),
  );
  const drifts = centred(Float64Array.from(hours, meanOf));
  const sd = Math.sqrt(meanOf(drifts.map((each) => each * each)));
  return { hourly: Array.from(drifts, (each) => each / sd), byHour, signs: sample.orders.signs };
}

function hoursOf(sample: MarketSample): readonly Float64Array[] {
  const minutes = returnsOf(sample, 60);
  return Array.from({ length: HOURS }, (_, hour) => minutes.subarray(hour * 60, hour * 60 + 60));
}

function logVolatility(moves: Float64Array): number {
  return 0.5 * Math.log(meanOf(moves.map((move) => move * move)));
}

export function falsePositives(seeds: number): readonly FalsePositives[] {
  const found = DETECTORS.map(() => 0);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const world = nullWorld(seed);
    DETECTORS.forEach(({ finds }, i) => {
      if (finds(world)) found[i] = (found[i] ?? 0) + 1;
    });
  }
  return DETECTORS.map(({ name, nominal }, i) => ({ name, nominal, seeds, found: found[i] ?? 0 }));
}

/** At most nominal and three standard errors. */
export function isHonest({ nominal, seeds, found }: FalsePositives): boolean {
  return found / seeds <= nominal + 3 * Math.sqrt((nominal * (1 - nominal)) / seeds);
}
