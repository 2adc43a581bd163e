"""The portfolio: sums in the reporting currency, pooled statistics, the path sampled each minute (settled.md 21)."""

import math
from fractions import Fraction

import estimators as est
import figures
import markouts
from money import DOLLARS, rounded, text

MINUTE = 60_000_000
DAY = 86_400_000_000


class Exchange:
    """Reporting currency per settlement currency, at the mid of the instrument named for it."""

    def __init__(self, reporting, named, books):
        self.reporting = reporting
        self.named = {currency: books.get(name) for currency, name in named.items()}

    def rate(self, currency, time):
        """As of the last mid strictly before; None without one."""
        if currency == self.reporting or {currency, self.reporting} <= DOLLARS:
            return Fraction(1)
        book = self.named.get(currency)
        return None if book is None else book.mid_before(time)


class Portfolio:
    def __init__(self, books, exchange):
        self.books = books
        self.exchange = exchange

    def total(self, parts, time):
        """Σ over (book, amount) at the rates of `time`; None where any is missing."""
        result = Fraction(0)
        for book, amount in parts:
            rate = self.exchange.rate(book.terms.settle, time)
            if amount is None or (rate is None and amount):
                return None
            result += amount * (rate or 0)
        return result

    def net_at(self, window_start, time):
        """Net PnL since the window's start, of events strictly before `time`."""
        return self.total(
            [(b, _equity(b.before(time)) - _equity(b.before(window_start))) for b in self.books],
            time,
        )

    def exposure_at(self, time):
        parts = []
        for book in self.books:
            step = book.before(time)
            parts.append((book, abs(step.size * (step.mark or 0)) if step else 0))
        return self.total(parts, time)

    def sample_times(self, window):
        start, end = window
        first = -(-start // MINUTE) * MINUTE
        return [*range(first, end, MINUTE), end]

    def drawdown(self, window):
        path, previous = [], Fraction(0)
        for time in self.sample_times(window):
            net = self.net_at(window[0], time)
            if net is None:
                return None, None, None, None
            if net != previous:
                path.append((time, net - previous))
            previous = net
        amount, peak, trough, recovered = est.drawdown(path)
        if amount == 0:
            return Fraction(0), None, None, None
        return amount, window[0] if peak is None else peak, trough, recovered

    def exposure(self, window):
        """(time average, maximum), each sample standing until the next."""
        times = self.sample_times(window)
        samples = [self.exposure_at(time) for time in times]
        if None in samples:
            return None, None
        spans = [later - time for time, later in zip(times, times[1:])]
        if not sum(spans):
            return samples[-1], max(samples)
        area = sum((s * span for s, span in zip(samples, spans)), Fraction(0))
        return rounded(area / sum(spans), 12), max(samples)


def _equity(step):
    return step.equity if step else Fraction(0)


def report(portfolio, ledgers, quoting, window, horizons):
    average, largest = portfolio.exposure(window)
    return {
        "currency": portfolio.exchange.reporting,
        "trades": _trades(portfolio, ledgers, window),
        "position": None,
        "pnl": _pnl(portfolio, ledgers, window, horizons),
        "hitRate": figures.hit_rate_figures(quoting, window, portfolio.exchange),
        "markouts": {
            liquidity: {
                label: pooled_markouts(portfolio, liquidity, us, window)
                for label, us in horizons.items()
            }
            for liquidity in ("maker", "taker")
        },
        "drawdown": figures.drawdown_figures(portfolio.drawdown(window), "1m"),
        "inventory": {"averageAbsolute": text(average), "maximumAbsolute": text(largest)},
        "quoting": {"twoSidedUptime": None, "fillIntensity": []},
    }


def _trades(portfolio, ledgers, window):
    """Quantities of different things do not add up: null."""
    worth = [(ledger.book, sum((t.notional for t in ledger.trades), 0)) for ledger in ledgers]
    trades = [trade for ledger in ledgers for trade in ledger.trades]
    return {
        "count": len(trades),
        "maker": sum(t.liquidity == "maker" for t in trades),
        "taker": sum(t.liquidity == "taker" for t in trades),
        "buyQuantity": None,
        "sellQuantity": None,
        "notional": text(portfolio.total(worth, window[1])),
    }


def _pnl(portfolio, ledgers, window, horizons):
    def total(of):
        return text(portfolio.total([(ledger.book, of(ledger)) for ledger in ledgers], window[1]))

    def by_horizon(index):
        return {
            label: total(lambda ledger: ledger.by_horizon(us)[index])
            for label, us in horizons.items()
        }

    owed = {}
    for ledger in ledgers:
        for currency, amount in ledger.unconverted.items():
            owed[currency] = owed.get(currency, 0) + amount
    result = {"spread": total(lambda l: l.spread), "inventory": total(lambda l: l.inventory)}
    for index, name in enumerate(("adverseSelection", "beyond", "unattributed")):
        result[name] = by_horizon(index)
    for name in ("gross", "funding", "fees"):
        result[name] = total(lambda ledger: getattr(ledger, name))
    result["feesUnconverted"] = {c: text(owed[c]) for c in sorted(owed) if owed[c]}
    for name in ("net", "realized", "unrealized", "residual"):
        result[name] = total(lambda ledger: getattr(ledger, name))
    result["status"] = "no-reference" if result["net"] is None else "ok"
    return result


def pooled_samples(portfolio, liquidity, horizon, window):
    """All instruments' trades as one sample; weights are notionals in the reporting currency."""
    samples, counts = [], dict.fromkeys(("pending", "ok", "stale", "missing", "invalid"), 0)
    for book in portfolio.books:
        theirs, their_counts = markouts.collect(book, liquidity, horizon, window)
        rate = portfolio.exchange.rate(book.terms.settle, window[1])
        for sample in theirs:
            sample.weight *= float(rate) if rate is not None else math.nan
        samples += theirs
        counts = {name: counts[name] + their_counts[name] for name in counts}
    samples.sort(key=lambda sample: sample.time)
    return samples, counts


def pooled_markouts(portfolio, liquidity, horizon, window):
    result = markouts.figures(*pooled_samples(portfolio, liquidity, horizon, window), horizon)
    if result["weighted"] is not None and math.isnan(result["weighted"]):
        result["weighted"] = None
    return result
