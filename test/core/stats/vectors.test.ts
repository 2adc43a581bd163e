/**
 * Goal: every reference figure for a primitive of this folder comes out, within its own tolerance.
 * Method: one check per metric of the shared vectors, `null` there being `undefined` here. A vector
 * nobody checks fails; so does a check without a vector. The same inputs stand in the tests beside this
 * one as tables, for those who have no shared folder.
 */
import { describe, expect, it } from "vitest";
import { anova } from "../../../lib/core/stats/anova.ts";
import { autocorrelation } from "../../../lib/core/stats/autocorrelation.ts";
import { benjaminiHochberg } from "../../../lib/core/stats/benjamini-hochberg.ts";
import { capacity } from "../../../lib/core/stats/capacity.ts";
import { concentration } from "../../../lib/core/stats/concentration.ts";
import { cusum } from "../../../lib/core/stats/cusum.ts";
import {
  drawdownAmount,
  drawdownFraction,
  recoverySteps,
} from "../../../lib/core/stats/drawdown.ts";
import { equityOfPnl, equityOfReturns } from "../../../lib/core/stats/equity.ts";
import { halfLife } from "../../../lib/core/stats/half-life.ts";
import { hayashiYoshida, type Ticks } from "../../../lib/core/stats/hayashi-yoshida.ts";
import type { HiddenMarkov } from "../../../lib/core/stats/hidden-markov.ts";
import { kaplanMeier, survivalAt } from "../../../lib/core/stats/kaplan-meier.ts";
import { kendall } from "../../../lib/core/stats/kendall.ts";
import { kmeans1d } from "../../../lib/core/stats/kmeans-1d.ts";
import { kruskalWallis } from "../../../lib/core/stats/kruskal-wallis.ts";
import { loFactor } from "../../../lib/core/stats/lo-factor.ts";
import { mackinnonCritical } from "../../../lib/core/stats/mackinnon.ts";
import { mannKendall } from "../../../lib/core/stats/mann-kendall.ts";
import { markovFilter } from "../../../lib/core/stats/markov-filter.ts";
import { markovPath } from "../../../lib/core/stats/markov-path.ts";
import { markovSmoother } from "../../../lib/core/stats/markov-smoother.ts";
import {
  kurtosisBiased,
  kurtosisG2,
  momentsOf,
  skewBiased,
  skewG1,
  standardDeviation,
} from "../../../lib/core/stats/moments.ts";
import { neweyWest } from "../../../lib/core/stats/newey-west.ts";
import { pageHinkley } from "../../../lib/core/stats/page-hinkley.ts";
import { pearson } from "../../../lib/core/stats/pearson.ts";
import { previousTick } from "../../../lib/core/stats/previous-tick.ts";
import { quantile, sorted } from "../../../lib/core/stats/quantile.ts";
import { sharpeRatio } from "../../../lib/core/stats/sharpe.ts";
import { probabilisticSharpe, sharpeShape } from "../../../lib/core/stats/sharpe-error.ts";
import { sortinoRatio } from "../../../lib/core/stats/sortino.ts";
import { spearman } from "../../../lib/core/stats/spearman.ts";
import { theilSen } from "../../../lib/core/stats/theil-sen.ts";
import { twoProportionZ } from "../../../lib/core/stats/two-proportion.ts";
import { annualizedVolatility } from "../../../lib/core/stats/volatility.ts";
import { wilsonInterval } from "../../../lib/core/stats/wilson.ts";
import { readVectors, sharedPresent, type Vector } from "../../shared-data.ts";
import { present } from "./present.ts";

type Check = (vector: Vector) => unknown;

/** Metrics of the ledger and of markouts: their own tests read them. */
const ELSEWHERE = new Set([
  "avgcost_vs_fifo",
  "funding_cash",
  "markout",
  "pnl_attribution",
  "pnl_avgcost_fee1bp",
  "pnl_inverse",
]);

function numbers({ input }: Vector): number[] {
  return (input as (number | null)[]).filter((value) => value !== null);
}

function pair({ input }: Vector): [number[], number[]] {
  return input as [number[], number[]];
}

function groups({ input }: Vector): number[][] {
  return input as number[][];
}

function parameter(vector: Vector, name: string): number {
  return vector.params[name] as number;
}

/** Periods a year; peers differ, so a vector names its own. */
function periods(vector: Vector): number {
  return (vector.params["periods"] as number | undefined) ?? 365;
}

function drawdowns(equity: readonly number[]): { abs?: number; pct?: number } {
  return {
    abs: present(drawdownAmount(equity)).fall,
    pct: present(drawdownFraction(equity)).fall,
  };
}

/** The peer approximates p by a normal at every n. */
function mannKendallOfPeer(values: readonly number[]): unknown {
  const { s, variance, z, p, tau } = present(mannKendall(values, 0));
  const { slope, intercept } = present(theilSen(values));
  return { S: s, varS: variance, z, p, tau, slope, intercept };
}

function asynchronous({ input }: Vector): unknown {
  const { tx, x, ty, y } = input as Record<"tx" | "x" | "ty" | "y", number[]>;
  const [ticksX, ticksY]: [Ticks, Ticks] = [
    { times: tx, values: x },
    { times: ty, values: y },
  ];
  const { covariance, varianceX, varianceY, correlation } = present(hayashiYoshida(ticksX, ticksY));
  const [onX, onY] = [previousTick(ticksX, [0, 2, 4, 6]), previousTick(ticksY, [0, 2, 4, 6])];
  const move = (levels: typeof onX, i: number) => present(levels[i]) - present(levels[i - 1]);
  const previousTickCov = [1, 2, 3].reduce((sum, i) => sum + move(onX, i) * move(onY, i), 0);
  return { cov: covariance, varX: varianceX, varY: varianceY, rho: correlation, previousTickCov };
}

function concentrated(vector: Vector): unknown {
  const { herfindahl, effectiveCount, normalized, entropy, entropyCount } = present(
    concentration(numbers(vector)),
  );
  return {
    hhi: herfindahl,
    effN: effectiveCount,
    normHHI: normalized,
    entropy,
    expEntropy: entropyCount,
  };
}

function shapeOf(vector: Vector): unknown {
  const moments = momentsOf(numbers(vector));
  return {
    mean: moments.mean,
    sd: standardDeviation(moments),
    skewG1: skewG1(moments),
    exKurtG2: kurtosisG2(moments),
    skewBiased: skewBiased(moments),
    exKurtBiased: kurtosisBiased(moments),
  };
}

function regimes(vector: Vector): unknown {
  const { pi, A, mu, sd } = vector.params as Record<"pi" | "mu" | "sd", number[]> & {
    A: number[][];
  };
  const model: HiddenMarkov = { initial: pi, transition: A, means: mu, deviations: sd };
  const { filtered, logLikelihood } = markovFilter(model, numbers(vector));
  return {
    loglik: logLikelihood,
    filtered0: filtered.map((shares) => shares[0]),
    smoothed0: markovSmoother(model, numbers(vector)).map((shares) => shares[0]),
    viterbi: markovPath(model, numbers(vector)),
  };
}

function alternating(): number[] {
  const values = [10_000_000.2];
  for (let i = 0; i < 500; i += 1) values.push(10_000_000.1, 10_000_000.3);
  return values;
}

const checks: Readonly<Record<string, Check>> = {
  sharpe: (v) => sharpeRatio(momentsOf(numbers(v)), periods(v)),
  annual_vol: (v) => annualizedVolatility(momentsOf(numbers(v)), periods(v)),
  sortino: (v) => sortinoRatio(numbers(v), periods(v)),
  max_drawdown_returns: (v) => -present(drawdownFraction(equityOfReturns(numbers(v)))).fall,
  max_drawdown_equity: (v) => drawdowns(numbers(v)),
  max_drawdown_pnl: (v) => drawdowns(equityOfPnl(numbers(v), parameter(v, "starting"))),
  max_drawdown_recovery_days: (v) => recoverySteps(drawdownFraction(numbers(v)), 0),
  mann_kendall: (v) => mannKendallOfPeer(numbers(v)),
  kruskal: (v) => {
    const test = kruskalWallis(groups(v));
    return test && { H: test.h, p: test.p };
  },
  anova_f: (v) => {
    const { f, p } = present(anova(groups(v)));
    return { F: f, p };
  },
  pearson: (v) => pearson(...pair(v)),
  spearman: (v) => spearman(...pair(v)),
  kendall_tau_b: (v) => kendall(...pair(v)),
  hayashi_yoshida: asynchronous,
  concentration: concentrated,
  cusum_tabular: (v) => {
    const setting = {
      target: parameter(v, "target"),
      slack: parameter(v, "K"),
      threshold: parameter(v, "H"),
    };
    const { high, low, signal } = cusum(numbers(v), setting);
    return { sH: high, sL: low, signal: signal !== undefined };
  },
  page_hinkley_down: (v) => {
    const test = pageHinkley(numbers(v), parameter(v, "delta"), parameter(v, "lambda"));
    return {
      firstAlarmIndex1: present(test.signal) + 1,
      stat: test.statistic.slice(0, present(test.signal) + 1),
    };
  },
  quantile: (v) => {
    const levels = Object.keys(v.expected as object);
    const sample = sorted(numbers(v));
    return Object.fromEntries(levels.map((level) => [level, quantile(sample, Number(level))]));
  },
  moments: shapeOf,
  wilson95: (v) => {
    const { k, n } = v.input as { k: number; n: number };
    return wilsonInterval(k, n);
  },
  two_prop_z: (v) => {
    const { k1, n1, k2, n2 } = v.input as Record<"k1" | "n1" | "k2" | "n2", number>;
    return twoProportionZ({ successes: k1, n: n1 }, { successes: k2, n: n2 });
  },
  newey_west_t: (v) => present(neweyWest(numbers(v), parameter(v, "lags"))).t,
  lo_annualizer: (v) => {
    const { q, rhos } = v.input as { q: number; rhos: number[] };
    return loFactor(q, rhos);
  },
  psr: (v) => probabilisticSharpe(present(sharpeShape(momentsOf(numbers(v)))), parameter(v, "sr*")),
  psr_from_moments: (v) => {
    const { sr, n, skew, kurt } = v.input as Record<"sr" | "n" | "skew" | "kurt", number>;
    return probabilisticSharpe({ sharpe: sr, n, skew, kurtosis: kurt });
  },
  mackinnon_N2_c: (v) => {
    const { T } = v.input as { T: (number | "inf")[] };
    return Object.fromEntries(
      T.map((size) => [size, mackinnonCritical(2, size === "inf" ? Infinity : size)]),
    );
  },
  ou_half_life: (v) => halfLife(numbers(v)),
  capacity: (v) => {
    const { Q, m } = v.input as Record<"Q" | "m", number[]>;
    const { a, b, breakEven, best } = present(capacity(Q, m, { gamma: parameter(v, "gamma") }));
    return { a, b, breakEvenQ: breakEven, optQ: best };
  },
  hmm_filter: regimes,
  kmeans_1d_optimal: (v) => {
    const { sse, clusters } = present(kmeans1d(numbers(v), parameter(v, "k")));
    return { sse, clusters };
  },
  mean_sd_acf1: () => {
    const moments = momentsOf(alternating());
    return {
      mean: moments.mean,
      sd: standardDeviation(moments),
      acf1: autocorrelation(alternating(), 1),
    };
  },
  benjamini_hochberg: (v) => benjaminiHochberg(numbers(v)),
  kaplan_meier: (v) => {
    const { t, filled } = v.input as Record<"t" | "filled", number[]>;
    const steps = kaplanMeier(t.map((time, i) => ({ time, ended: filled[i] === 1 })));
    return { "S(1)": survivalAt(steps, 1), "S(3)": survivalAt(steps, 3) };
  },
};

/** Same shape, every number within the tolerance. */
function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (expected === null) {
    expect(actual).toBeUndefined();
  } else if (typeof expected === "number") {
    expect(typeof actual).toBe("number");
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance);
  } else if (typeof expected === "object") {
    expect(Object.keys(actual as object).sort()).toEqual(Object.keys(expected).sort());
    for (const [key, part] of Object.entries(expected)) {
      expectClose((actual as Record<string, unknown>)[key], part, tolerance);
    }
  } else {
    expect(actual).toBe(expected);
  }
}

const vectors = readVectors();

if (sharedPresent) {
  describe("shared vectors", () => {
    const mine = vectors.filter(({ metric }) => !ELSEWHERE.has(metric));

    it.each(mine)("$id ($metric) comes out", (vector) => {
      const check = checks[vector.metric];
      if (check === undefined) throw new Error(`no check for the metric ${vector.metric}`);
      expectClose(check(vector), vector.expected, vector.tol);
    });

    it("all have a check, and all checks have a vector", () => {
      const metrics = [...new Set(vectors.map(({ metric }) => metric))];
      expect(
        Object.keys(checks)
          .concat([...ELSEWHERE])
          .sort(),
      ).toEqual(metrics.sort());
      expect(vectors.length).toBeGreaterThanOrEqual(79);
    });
  });
} else {
  it("LEFT OUT: the shared vectors, no shared folder lies beside this project", () => {
    expect(vectors).toEqual([]);
  });
}
