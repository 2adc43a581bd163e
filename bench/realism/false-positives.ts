/** How often a test finds something in the null world, in which there is nothing. */
import { anova } from "../../lib/core/stats/anova.ts";
import { benjaminiHochberg } from "../../lib/core/stats/benjamini-hochberg.ts";
import { capacity } from "../../lib/core/stats/capacity.ts";
import { clusteredInterval } from "../../lib/core/stats/clustered-interval.ts";
import { cusum } from "../../lib/core/stats/cusum.ts";
import { dickeyFuller } from "../../lib/core/stats/dickey-fuller.ts";
import { engleGranger } from "../../lib/core/stats/engle-granger.ts";
import { fisherInterval } from "../../lib/core/stats/fisher-interval.ts";
import { hamedRao } from "../../lib/core/stats/hamed-rao.ts";
import { kruskalWallis } from "../../lib/core/stats/kruskal-wallis.ts";
import { mackinnonCritical } from "../../lib/core/stats/mackinnon.ts";
import { mannKendall } from "../../lib/core/stats/mann-kendall.ts";
import { momentsOf } from "../../lib/core/stats/moments.ts";
import { neweyWest } from "../../lib/core/stats/newey-west.ts";
import { normalCdf } from "../../lib/core/stats/normal.ts";
import { pageHinkley } from "../../lib/core/stats/page-hinkley.ts";
import { pearson } from "../../lib/core/stats/pearson.ts";
import {
  probabilisticSharpe,
  sharpeShape,
  sharpeStandardError,
} from "../../lib/core/stats/sharpe-error.ts";
import { straightLine } from "../../lib/core/stats/straight-line.ts";
import { studentTTail } from "../../lib/core/stats/student-t.ts";
import { theilSen } from "../../lib/core/stats/theil-sen.ts";
import { twoProportionZ } from "../../lib/core/stats/two-proportion.ts";
import { wilsonInterval } from "../../lib/core/stats/wilson.ts";
import { Z95 } from "../../lib/core/stats/z95.ts";
import { HOURS, type NullWorld, nullWorld } from "./null-world.ts";

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

/** Mean run until a tabular CUSUM with K = σ/2 and H = 5σ cries wolf: on both sides, and on one (Siegmund 1985). */
const RUN_LENGTH = { twoSided: 465, oneSided: 930 };

type Interval = readonly [number, number] | undefined;

function isBeyond(interval: Interval, truth = 0): boolean {
  return interval !== undefined && (interval[0] > truth || interval[1] < truth);
}

function buyersOf(signs: Int8Array) {
  return { successes: signs.filter((sign) => sign > 0).length, n: signs.length };
}

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
    finds: ({ hourly }) => isBeyond(theilSen(hourly)?.interval),
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
      const [first, second] = [signs.subarray(0, half), signs.subarray(half)];
      const z = twoProportionZ(buyersOf(first), buyersOf(second));
      return Math.abs(z ?? 0) > Z95;
    },
  },
  {
    name: "CUSUM K = σ/2, H = 5σ, within 120 hours",
    nominal: 1 - Math.exp(-HOURS / RUN_LENGTH.twoSided),
    finds: ({ hourly }) =>
      cusum(hourly, { target: 0, slack: 0.5, threshold: 5 }).signal !== undefined,
  },
  {
    name: "Page–Hinkley δ = σ/2, λ = 5σ, within 120 hours",
    nominal: 1 - Math.exp(-HOURS / RUN_LENGTH.oneSided),
    finds: ({ moves }) => pageHinkley(moves, 0.5, 5).signal !== undefined,
  },
  {
    name: "Fisher interval without 0: moves and order signs of 120 hours",
    nominal: 0.05,
    finds: ({ moves, signsByHour }) => {
      const flow = signsByHour.map((signs) => 2 * shareOf(buyersOf(signs)) - 1);
      return isBeyond(fisherInterval(pearson(moves, flow) ?? 0, HOURS));
    },
  },
  {
    name: "Wilson interval without ½: share of buyers",
    nominal: 0.05,
    finds: ({ signs }) => {
      const { successes, n } = buyersOf(signs);
      return isBeyond(wilsonInterval(successes, n), 0.5);
    },
  },
  {
    name: "Newey–West interval without 0: mean order sign",
    nominal: 0.05,
    finds: ({ signs }) => isBeyond(neweyWest(signs, 24)?.interval),
  },
  {
    name: "clustered interval without 0: mean order sign, by hour",
    nominal: 0.05,
    finds: ({ signsByHour }) => isBeyond(clusteredInterval(signsByHour.map(clusterOf))?.interval),
  },
  {
    name: "Sharpe interval by Mertens without 0, 120 hours",
    nominal: 0.05,
    finds: ({ moves }) => {
      const shape = sharpeShape(momentsOf(moves));
      const error = shape && sharpeStandardError(shape);
      return Math.abs(shape?.sharpe ?? 0) > Z95 * (error ?? Infinity);
    },
  },
  {
    name: "probabilistic Sharpe ratio above 95 %, 120 hours",
    nominal: 0.05,
    finds: ({ moves }) => {
      const shape = sharpeShape(momentsOf(moves));
      return ((shape && probabilisticSharpe(shape)) ?? 0) > 0.95;
    },
  },
  {
    name: "least-squares slope, t of 120 hours",
    nominal: 0.05,
    finds: ({ moves }) => {
      const line = straightLine([...moves.keys()], moves);
      if (line?.slopeError === undefined) return false;
      return 2 * studentTTail(Math.abs(line.slope / line.slopeError), HOURS - 2) < 0.05;
    },
  },
  {
    name: "capacity is told: the move after an order falls with its size",
    nominal: 0.025,
    finds: ({ bySize }) =>
      capacity(
        bySize.map(({ size }) => size),
        bySize.map(({ mean }) => mean),
        { weights: bySize.map(({ error }) => error ** -2) },
      )?.breakEven !== undefined,
  },
  {
    name: "Benjamini–Hochberg at 5 %: any of 24 hours with more buyers or sellers",
    nominal: 0.05,
    finds: ({ signsByHour }) => {
      const p = Array.from({ length: 24 }, (_, hour) => {
        const own = signsByHour.filter((_signs, i) => i % 24 === hour).map(buyersOf);
        const successes = own.reduce((sum, each) => sum + each.successes, 0);
        const n = own.reduce((sum, each) => sum + each.n, 0);
        return 2 * normalCdf(-Math.abs(2 * successes - n) / Math.sqrt(n));
      });
      return benjaminiHochberg(p).some((q) => q < 0.05);
    },
  },
  {
    name: "Dickey–Fuller by MacKinnon's values: one coin's price reverts",
    nominal: 0.05,
    finds: ({ levels: [level] }) =>
      (dickeyFuller(level)?.t ?? 0) < mackinnonCritical(1, HOURS - 1)[1],
  },
  {
    name: "Engle–Granger by MacKinnon's values: two coins belong together",
    nominal: 0.05,
    finds: ({ levels: [one, other] }) =>
      (engleGranger(one, other)?.t ?? 0) < mackinnonCritical(2, HOURS - 1)[1],
  },
];

function shareOf({ successes, n }: { readonly successes: number; readonly n: number }): number {
  return successes / n;
}

function clusterOf(signs: Int8Array) {
  return { weight: signs.length, sum: signs.reduce((sum, sign) => sum + sign, 0) };
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
