/** How often the product's 95 % intervals hold what was planted. */
import { normal, type RngState, stream, uniform } from "../../lib/core/simulator/rng.ts";
import { clusteredInterval } from "../../lib/core/stats/clustered-interval.ts";
import { fisherInterval } from "../../lib/core/stats/fisher-interval.ts";
import { momentsOf } from "../../lib/core/stats/moments.ts";
import { neweyWest } from "../../lib/core/stats/newey-west.ts";
import { pearson } from "../../lib/core/stats/pearson.ts";
import { sharpeShape, sharpeStandardError } from "../../lib/core/stats/sharpe-error.ts";
import { theilSen } from "../../lib/core/stats/theil-sen.ts";
import { wilsonInterval } from "../../lib/core/stats/wilson.ts";
import { Z95 } from "../../lib/core/stats/z95.ts";

/** Of one estimator over many seeds. */
export interface Coverage {
  readonly name: string;
  readonly seeds: number;
  readonly covered: number;
  /** Whether it claims to cover this truth. */
  readonly isJudged: boolean;
}

type Interval = readonly [number, number];

/** An estimator's interval in one world, and the truth there. */
interface Trial {
  readonly name: string;
  readonly run: (rng: RngState) => { readonly truth: number; readonly interval: Interval };
}

function need<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("an estimator gave nothing where it has to");
  return value;
}

function normals(rng: RngState, n: number): number[] {
  return Array.from({ length: n }, () => normal(rng));
}

/** Each value keeps a share of the one before; unit innovations. */
function remembered(rng: RngState, n: number, share: number): number[] {
  let value = normal(rng) / Math.sqrt(1 - share * share);
  return Array.from({ length: n }, () => {
    value = share * value + normal(rng);
    return value;
  });
}

const TRIALS: readonly Trial[] = [
  {
    name: "share of 400, Wilson",
    run: (rng) => {
      const hits = Array.from({ length: 400 }, () => uniform(rng)).filter((u) => u < 0.07).length;
      return { truth: 0.07, interval: need(wilsonInterval(hits, 400)) };
    },
  },
  {
    name: "mean of 2,000 dependent values, Newey–West",
    run: (rng) => {
      const values = remembered(rng, 2_000, 0.5).map((value) => value + 0.3);
      return { truth: 0.3, interval: need(need(neweyWest(values, 24)).interval) };
    },
  },
  {
    name: "mean of 60 clusters of unequal size, clustered",
    run: (rng) => {
      const clusters = Array.from({ length: 60 }, () => {
        const weight = 5 + Math.floor(40 * uniform(rng));
        const shared = normal(rng);
        const sum = normals(rng, weight).reduce((total, each) => total + each + shared - 1, 0);
        return { weight, sum };
      });
      return { truth: -1, interval: need(need(clusteredInterval(clusters)).interval) };
    },
  },
  {
    name: "slope of 48 values, Theil–Sen",
    run: (rng) => {
      const values = normals(rng, 48).map((value, i) => value - 0.02 * i);
      return { truth: -0.02, interval: need(theilSen(values)).interval };
    },
  },
  {
    name: "correlation of 300 pairs, Fisher",
    run: (rng) => {
      const x = normals(rng, 300);
      const y = x.map((each) => 0.8 * each + 0.6 * normal(rng));
      return { truth: 0.8, interval: need(fisherInterval(need(pearson(x, y)), 300)) };
    },
  },
  {
    name: "daily Sharpe ratio of 90 days, Mertens",
    run: (rng) => {
      const shape = need(sharpeShape(momentsOf(normals(rng, 90).map((each) => 0.15 + each))));
      const error = need(sharpeStandardError(shape));
      const { sharpe } = shape;
      return { truth: 0.15, interval: [sharpe - Z95 * error, sharpe + Z95 * error] };
    },
  },
];

/** Estimators on worlds of a few planted constants. */
export function estimatorCoverage(seeds: number): readonly Coverage[] {
  return TRIALS.map(({ name, run }) => {
    let covered = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const { truth, interval } = run(stream(seed, "coverage", name));
      if (truth >= interval[0] && truth <= interval[1]) covered += 1;
    }
    return { name, seeds, covered, isJudged: true };
  });
}
