"""Markouts by direct look-up, and the attribution by horizon (metrics.md §2, §4; settled.md 4–6, 12, 20)."""

import math
from bisect import bisect_right

import estimators as est

HORIZONS = {
    "0s": 0,
    "1s": 1_000_000,
    "5s": 5_000_000,
    "10s": 10_000_000,
    "30s": 30_000_000,
    "1m": 60_000_000,
    "5m": 300_000_000,
}
NO_INTERVAL_BELOW = 30


def standing(book, trade, horizon):
    """pending, ok, stale or missing. `0s` is the edge: it settles with the pre-trade mid."""
    if horizon > 0 and trade.watermark_before is not None:
        if trade.watermark_before > trade.time + horizon:
            return "missing"
    if not _has_matured(book, trade, horizon):
        return "pending"
    if trade.mid_before is None:
        return "missing"
    stale = book.is_stale(trade.time) or (horizon > 0 and book.is_stale(trade.time + horizon))
    return "stale" if stale else "ok"


def _has_matured(book, trade, horizon):
    if book.watermark is None:
        return False
    if horizon == 0:
        return book.watermark >= trade.time
    return book.watermark > trade.time + horizon


def horizon_mid(book, trade, horizon):
    return trade.mid_before if horizon == 0 else book.mid_at(trade.time + horizon)


class Sample:
    """A matured trade at one horizon: gross and net in bps of the pre-trade mid, and its weight."""

    def __init__(self, book, trade, horizon):
        before, after = trade.mid_before, horizon_mid(book, trade, horizon)
        gross = trade.sign * (after - trade.price) / before * 10_000
        weight = trade.size * abs(trade.mark_before)
        self.time, self.sequence = trade.time, trade.sequence
        self.gross = float(gross)
        self.weight = float(weight)
        known = not trade.unconverted
        self.net = float(gross - trade.fee / weight * 10_000) if known else None


def collect(book, liquidity, horizon, window):
    """(samples in order, counts by standing) of the trades inside the window."""
    counts = dict.fromkeys(("pending", "ok", "stale", "missing", "invalid"), 0)
    samples = []
    for trade in book.trades:
        inside = window[0] <= trade.time < window[1]
        if inside and trade.counted and trade.liquidity == liquidity:
            state = standing(book, trade, horizon)
            counts[state] += 1
            if state == "ok":
                samples.append(Sample(book, trade, horizon))
    samples.sort(key=lambda sample: (sample.time, sample.sequence))
    return samples, counts


def figures(samples, counts, horizon):
    """The JSON of one horizon of one liquidity."""
    xs = [sample.gross for sample in samples]
    nets = [sample.net for sample in samples if sample.net is not None]
    matured = sum(counts.values()) - counts["pending"]
    result = {
        "value": est.mean(xs) if xs else None,
        "n": len(xs),
        "status": _status(counts),
        "interval": interval(samples, xs, horizon),
        "weighted": _weighted(samples),
        "net": est.mean(nets) if nets else None,
        "median": est.quantile(xs, 0.5) if xs else None,
    }
    for name, share in (("p05", 0.05), ("p25", 0.25), ("p75", 0.75), ("p95", 0.95)):
        result[name] = est.quantile(xs, share) if xs else None
    result.update(sd=est.sd(xs), skew=est.skew(xs), kurtosis=est.kurtosis(xs))
    result["coverage"] = len(xs) / matured if matured else None
    for name in ("pending", "stale", "missing", "invalid"):
        result[name] = counts[name]
    result["method"] = "exact"
    return result


def _status(counts):
    if counts["ok"]:
        return "ok"
    for state, status in (("pending", "pending"), ("stale", "stale"), ("missing", "no-reference")):
        if counts[state]:
            return status
    return "empty"


def _weighted(samples):
    total = math.fsum(sample.weight for sample in samples)
    return math.fsum(s.weight * s.gross for s in samples) / total if samples else None


def lags(samples, horizon):
    """settled.md 20: as many lags as trades overlap on average, and the usual rule at least."""
    n = len(samples)
    times = [sample.time for sample in samples]
    later = sum(bisect_right(times, t + horizon) - 1 - at for at, t in enumerate(times))
    return min(max(-(-later // n), math.floor(4 * (n / 100) ** (2 / 9))), n - 1)


def interval(samples, xs, horizon):
    if len(xs) < NO_INTERVAL_BELOW:
        return None
    half = est.Z_SETTLED * est.newey_west_error(xs, lags(samples, horizon))
    return [est.mean(xs) - half, est.mean(xs) + half]


def attribution(book, horizon, window, closing):
    """(adverse selection, unattributed) in money: exact. `closing` is the mark at the window's end."""
    adverse = unattributed = 0
    for trade in book.trades:
        if not (window[0] <= trade.time < window[1] and trade.counted):
            continue
        state = standing(book, trade, horizon)
        if state == "missing" or not book.mids:
            unattributed += trade.x * (closing - trade.edge_mark)
        else:
            mid = book.mids[-1] if state == "pending" else horizon_mid(book, trade, horizon)
            adverse += trade.x * (book.terms.value_of(mid) - trade.edge_mark)
    return adverse, unattributed
