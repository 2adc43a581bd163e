"""Trend, group and rank statistics of small random samples, computed by scipy.

scipy 1.17, pymannkendall 1.4; run in this folder: python rank-tests.py
The exact p of Mann-Kendall is counted over all orderings (itertools). Tolerance 1e-9 relative: the
peers' own p-values carry about 1e-14.
"""

import itertools
import json
import math
import random

import pymannkendall
import scipy
from scipy import stats

random.seed(20240808)


def sample(n, ties):
    return [random.randint(0, 5) if ties else round(random.gauss(0, 3), 3) for _ in range(n)]


def score(values):
    pairs = itertools.combinations(values, 2)
    return sum((later > earlier) - (later < earlier) for earlier, later in pairs)


def exact(values):
    seen = abs(score(values))
    scores = [abs(score(order)) for order in itertools.permutations(values)]
    return sum(s >= seen for s in scores) / len(scores)


def trend(values):
    line = stats.theilslopes(values)
    return {
        "values": values,
        "s": score(values),
        "exactP": exact(values) if len(values) < 8 else None,
        "slope": float(line.slope),
        "intercept": float(line.intercept),
        "interval": [float(line.low_slope), float(line.high_slope)],
    }


def groups():
    parts = [sample(random.randint(3, 8), ties) for ties in (False, True, False)]
    kruskal, anova = stats.kruskal(*parts), stats.f_oneway(*parts)
    return {
        "groups": parts,
        "kruskal": [float(kruskal.statistic), float(kruskal.pvalue)],
        "anova": [float(anova.statistic), float(anova.pvalue)],
    }


def correlation(n, ties):
    x, y = sample(n, ties), sample(n, ties)
    y = [a + b for a, b in zip(x, y)]
    return {
        "x": x,
        "y": y,
        "pearson": float(stats.pearsonr(x, y).statistic),
        "spearman": float(stats.spearmanr(x, y).statistic),
        "kendall": float(stats.kendalltau(x, y).statistic),
    }


def dependent(n, memory):
    """A series with memory; the peer's lag counts from 0, so K lags are K + 1 there.

    Where it sums the variance to below 0 its z and p are not numbers: null.
    """
    values = [0.0]
    for _ in range(n - 1):
        values.append(round(memory * values[-1] + random.gauss(0.05, 1), 4))
    lags = min(10, n // 4)
    test = pymannkendall.hamed_rao_modification_test(values, lag=lags + 1)
    plain = pymannkendall.original_test(values)
    figures = {"z": test.z, "p": test.p, "variance": test.var_s, "plain": plain.var_s}
    known = {name: None if math.isnan(figure) else figure for name, figure in figures.items()}
    return {"values": values, **known}


golden = {
    "header": {"source": f"scipy {scipy.__version__}, rank-tests.py"},
    "trend": [trend(sample(n, ties)) for n in (3, 4, 5, 6, 7, 9, 15, 24) for ties in (False, True)],
    "groups": [groups() for _ in range(8)],
    "dependent": [dependent(n, m) for n in (12, 20, 40, 60) for m in (-0.6, 0.3, 0.7, 0.9)],
    "correlation": [correlation(n, ties) for n in (4, 9, 20, 33) for ties in (False, True)],
}

with open("rank-tests.json", "w") as file:
    json.dump(golden, file)
    file.write("\n")
