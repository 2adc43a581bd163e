"""Rolling 7/30/90-day performance from daily net PnL at 00:00 UTC (metrics.md §7)."""

import math

import estimators as est
import portfolio as whole

DAY = whole.DAY
LEAST = {7: 7, 30: 25, 90: 75}
PER_YEAR = 365


def report(portfolio, days, end, horizons):
    """Over the last `days` complete days before `end`."""
    last = end // DAY * DAY
    window = (last - days * DAY, last)
    pnl = [p for p in daily(portfolio, window) if p is not None]
    return {
        "days": days,
        "sharpe": _sharpe(pnl, LEAST[days]),
        "volatility": _volatility(pnl, LEAST[days]),
        "maxDrawdown": _drawdown(pnl),
        "markout": {
            liquidity: {
                label: _markout(portfolio, liquidity, us, window) for label, us in horizons.items()
            }
            for liquidity in ("maker", "taker")
        },
    }


def daily(portfolio, window):
    """Net PnL a day; None before the first event's day and where a midnight has no mark."""
    starts = [book.entries and min(e["time"] for e in book.entries) for book in portfolio.books]
    begun = min((start for start in starts if start), default=window[1]) // DAY * DAY
    result = []
    for day in range(window[0], window[1], DAY):
        known = day >= begun and all(_marked(b, day, day + DAY) for b in portfolio.books)
        net = portfolio.net_at(day, day + DAY) if known else None
        result.append(None if net is None else float(net))
    return result


def _marked(book, start, end):
    for time in (start, end):
        step = book.before(time)
        if step and step.size and book.mid_before(time) is None:
            return False
    owing = any(t.unconverted and start <= t.time < end for t in book.trades)
    return not owing and not any(start <= time < end for time in book.funding_unknown)


def _figure(value, n, status, interval=None):
    return {"value": value, "n": n, "status": status, "interval": interval}


def _sharpe(pnl, least):
    n = len(pnl)
    if n < least:
        return _figure(None, n, "insufficient" if n else "empty")
    annual = est.sharpe(pnl, PER_YEAR)
    if annual is None:
        return _figure(None, n, "zero-variance")
    sr = est.sharpe(pnl, 1)
    half = est.Z_SETTLED * est.sharpe_error(sr, n, *est.biased_moments(pnl))
    interval = [(sr - half) * math.sqrt(PER_YEAR), (sr + half) * math.sqrt(PER_YEAR)]
    return _figure(annual, n, "ok", interval)


def _volatility(pnl, least):
    if len(pnl) < least:
        return _figure(None, len(pnl), "insufficient" if pnl else "empty")
    return _figure(est.sd(pnl) * math.sqrt(PER_YEAR), len(pnl), "ok")


def _drawdown(pnl):
    if not pnl:
        return _figure(None, 0, "empty")
    amount = est.drawdown(list(enumerate(pnl)))[0]
    return _figure(float(amount), len(pnl), "ok")


def _markout(portfolio, liquidity, horizon, window):
    """Weighted by notional, after fees; the interval is that of the ratio Σ w·N ÷ Σ w."""
    samples, _ = whole.pooled_samples(portfolio, liquidity, horizon, window)
    samples = [sample for sample in samples if sample.net is not None]
    if not samples:
        return _figure(None, 0, "empty")
    total = math.fsum(s.weight for s in samples)
    if math.isnan(total):
        return _figure(None, len(samples), "no-reference")
    value = math.fsum(s.weight * s.net for s in samples) / total
    interval = None
    if len(samples) >= 30:
        scores = [s.weight * (s.net - value) / (total / len(samples)) for s in samples]
        error = est.newey_west_error(scores, whole.markouts.lags(samples, horizon))
        interval = [value - est.Z_SETTLED * error, value + est.Z_SETTLED * error]
    return _figure(value, len(samples), "ok", interval)
