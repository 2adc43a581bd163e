"""Statistics straight from the formulas of metrics.md; sums by math.fsum."""

import math
from statistics import NormalDist

Z_SETTLED = 1.959964
Z_EXACT = NormalDist().inv_cdf(0.975)


def mean(xs):
    return math.fsum(xs) / len(xs)


def central(xs, power):
    centre = mean(xs)
    return math.fsum((x - centre) ** power for x in xs) / len(xs)


def is_constant(xs):
    return max(xs) - min(xs) <= 1e-12 * max(abs(mean(xs)), 1e-12)


def sd(xs):
    if len(xs) < 2:
        return None
    return 0.0 if max(xs) == min(xs) else math.sqrt(central(xs, 2) * len(xs) / (len(xs) - 1))


def skew(xs):
    """G1."""
    n = len(xs)
    if n < 3 or is_constant(xs):
        return None
    return central(xs, 3) / central(xs, 2) ** 1.5 * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(xs):
    """G2, excess."""
    n = len(xs)
    if n < 4 or is_constant(xs):
        return None
    excess = central(xs, 4) / central(xs, 2) ** 2 - 3
    return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6)


def quantile(xs, share):
    """Type 7."""
    ordered = sorted(xs)
    at = (len(ordered) - 1) * share
    low = math.floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def newey_west_error(xs, lags):
    """Standard error of the mean: Bartlett weights, 1/n autocovariances, L = 0 where they go negative."""
    n, centre = len(xs), mean(xs)
    ds = [x - centre for x in xs]

    def covariance(lag):
        return math.fsum(a * b for a, b in zip(ds, ds[lag:])) / n

    variance = covariance(0)
    long_run = variance + 2 * math.fsum(
        (1 - lag / (lags + 1)) * covariance(lag) for lag in range(1, lags + 1)
    )
    return math.sqrt((long_run if long_run > 0 else variance) / n)


def wilson(k, n, z=Z_EXACT):
    share = k / n
    centre = share + z * z / (2 * n)
    half = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    low = 0.0 if k == 0 else (centre - half) / scale
    high = 1.0 if k == n else (centre + half) / scale
    return [low, high]


def two_proportion_z(k1, n1, k2, n2):
    pooled = (k1 + k2) / (n1 + n2)
    return (k1 / n1 - k2 / n2) / math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))


def sharpe(xs, periods):
    """None below two values and where they do not vary."""
    if len(xs) < 2:
        return None
    deviation, centre = sd(xs), mean(xs)
    if deviation < 1e-12 * max(abs(centre), 1e-12):
        return None
    return centre / deviation * math.sqrt(periods)


def sharpe_error(sr, n, skewness, pearson):
    """Mertens, per period."""
    return math.sqrt((1 - skewness * sr + (pearson - 1) / 4 * sr * sr) / (n - 1))


def biased_moments(xs):
    """Skew and Pearson kurtosis, as PSR and Mertens take them."""
    return central(xs, 3) / central(xs, 2) ** 1.5, central(xs, 4) / central(xs, 2) ** 2


def psr(sr, n, skewness, pearson, against=0.0):
    return NormalDist().cdf((sr - against) / sharpe_error(sr, n, skewness, pearson))


def lo_annualizer(q, rhos):
    return q / math.sqrt(q + 2 * sum((q - k) * rho for k, rho in enumerate(rhos, start=1)))


def kaplan_meier(times, filled):
    """(time, S) at each fill; all others are censored."""
    at_risk, survival, curve = len(times), 1.0, []
    for moment in sorted(set(times)):
        here = [flag for t, flag in zip(times, filled) if t == moment]
        if any(here):
            survival *= 1 - sum(here) / at_risk
            curve.append((moment, survival))
        at_risk -= len(here)
    return curve


def drawdown(steps):
    """(amount, peak, trough, recovered) of a path of (time, step) that starts at zero, time None.

    Ties: the first trough, and before it the last time its peak was reached.
    """
    total = peak = amount = 0
    peak_time = best_peak = trough = recovered = None
    level = 0
    for time, step in steps:
        total += step
        if total >= peak:
            peak, peak_time = total, time
        if peak - total > amount:
            amount, best_peak, trough, level, recovered = peak - total, peak_time, time, peak, None
        elif trough is not None and recovered is None and total >= level:
            recovered = time
    return amount, best_peak, trough, recovered
