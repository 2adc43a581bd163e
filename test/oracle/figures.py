"""PerformanceMetrics of one instrument over one window, as interfaces.md §3 lays it out."""

import markouts
import quotes
from money import rounded, text

ZERO = 0


class Ledger:
    """The exact figures of one instrument over one window; None where a mark is missing."""

    def __init__(self, book, window):
        start, end = window
        self.book, self.window = book, window
        self.trades = [t for t in book.trades if start <= t.time < end]
        self.size = book.position_at(end)
        self.mid, self.mark = book.mid_before(end), book.mark_before(end)
        self.cost = book.cost_at(end)
        self.realized = sum((t.realized for t in self.trades), ZERO)
        self.fees = sum((t.fee for t in self.trades), ZERO)
        self.funding = sum((c for time, _, c in book.funding if start <= time < end), ZERO)
        self.unconverted = _unconverted(self.trades)
        steps = book.window_steps(start, end)
        self.spread = sum((s.spread for s in steps), ZERO)
        self._attribute(sum((s.inventory for s in steps), ZERO))

    def _attribute(self, inventory):
        book, (start, end) = self.book, self.window
        opening = self._wealth(start)
        closing = self._wealth(end)
        known = opening is not None and closing is not None
        self.gross = closing - opening if known else None
        self.inventory = inventory if known else None
        self.residual = self.gross - (self.spread + inventory) if known else None
        self.unrealized = self.gross - self.realized if known else None
        self.level = None
        if self.size == 0:
            self.level = ZERO
        elif self.mark is not None:
            self.level = self.size * self.mark - self.cost
        if any(start <= time < end for time in book.funding_unknown):
            self.funding = None
        self.net = None
        if known and self.funding is not None and not self.unconverted:
            self.net = self.gross + self.funding - self.fees

    def _wealth(self, time):
        """cash + position × mark, of what happened strictly before; None where it has no mark."""
        cash = size = ZERO
        for trade in self.book.trades:
            if trade.time < time:
                for x, value, _ in trade.legs():
                    cash -= x * value
                    size += x
        if size == 0:
            return cash
        mark = self.book.mark_before(time)
        return None if mark is None else cash + size * mark

    def by_horizon(self, horizon):
        """(adverse selection, beyond, unattributed)"""
        if self.gross is None:
            return None, None, None
        closing = ZERO if self.mark is None else self.mark
        adverse, unattributed = markouts.attribution(self.book, horizon, self.window, closing)
        return adverse, self.inventory - adverse - unattributed, unattributed

    @property
    def average_cost(self):
        """The price of the position, an inverse contract's as v/|φ|."""
        if self.size == 0:
            return None
        return rounded(self.book.terms.price_of(self.cost / self.size), 12)


def _unconverted(trades):
    owed = {}
    for trade in trades:
        for currency, amount in trade.unconverted.items():
            owed[currency] = owed.get(currency, ZERO) + amount
    return {currency: owed[currency] for currency in sorted(owed) if owed[currency]}


def trade_figures(trades):
    """Quantities in base units, of an inverse instrument in contracts; the notional is money."""
    return {
        "count": len(trades),
        "maker": sum(t.liquidity == "maker" for t in trades),
        "taker": sum(t.liquidity == "taker" for t in trades),
        "buyQuantity": text(sum((t.size for t in trades if t.sign > 0), ZERO)),
        "sellQuantity": text(sum((t.size for t in trades if t.sign < 0), ZERO)),
        "notional": text(sum((t.notional for t in trades), ZERO)),
    }


def pnl_figures(ledger, horizons):
    attributed = {label: ledger.by_horizon(us) for label, us in horizons.items()}

    def column(index):
        return {label: text(parts[index]) for label, parts in attributed.items()}

    return {
        "spread": text(ledger.spread),
        "inventory": text(ledger.inventory),
        "adverseSelection": column(0),
        "beyond": column(1),
        "unattributed": column(2),
        "gross": text(ledger.gross),
        "funding": text(ledger.funding),
        "fees": text(ledger.fees),
        "feesUnconverted": {c: text(v) for c, v in ledger.unconverted.items()},
        "net": text(ledger.net),
        "realized": text(ledger.realized),
        "unrealized": text(ledger.unrealized),
        "residual": text(ledger.residual),
        "status": "no-reference" if ledger.net is None else "ok",
    }


def drawdown_figures(parts, resolution):
    amount, peak, trough, recovered = parts
    return {
        "amount": text(amount),
        "peakTime": peak,
        "troughTime": trough,
        "recoveredTime": recovered,
        "resolution": resolution,
    }


def hit_rate_figures(quoting, window, exchange=None):
    """`quoting` is a list: one for an instrument, all of them, with their rates, for the portfolio."""
    pooled = len(quoting) != 1
    rates = [exchange and exchange.rate(q.book.terms.settle, window[1]) for q in quoting]
    chain, version = (
        quotes.figures(quotes.pool([q.tally(window, by) for q in quoting], rates), pooled)
        for by in (False, True)
    )
    return {**chain, "byVersion": version}


def instrument(book, quoting, window, horizons, with_fifo):
    ledger = Ledger(book, window)
    average, largest = book.absolute_inventory(*window)
    report = {
        "currency": book.terms.settle,
        "trades": trade_figures(ledger.trades),
        "position": {
            "quantity": text(ledger.size),
            "averageCost": text(ledger.average_cost),
            "mark": text(ledger.mid),
            "unrealized": text(ledger.level),
        },
        "pnl": pnl_figures(ledger, horizons),
        "hitRate": hit_rate_figures([quoting], window),
        "markouts": {
            liquidity: {
                label: markouts.figures(*markouts.collect(book, liquidity, us, window), us)
                for label, us in horizons.items()
            }
            for liquidity in ("maker", "taker")
        },
        "drawdown": drawdown_figures(book.drawdown(*window), "event"),
        "inventory": {"averageAbsolute": text(average), "maximumAbsolute": text(largest)},
        "quoting": {
            "twoSidedUptime": quoting.uptime(window),
            "fillIntensity": quoting.intensity(window),
        },
    }
    if with_fifo:
        realized, unrealized = book.fifo(*window)
        report["fifo"] = {"realized": text(realized), "unrealized": text(unrealized)}
    return report, ledger
