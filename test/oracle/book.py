"""One instrument's whole history, laid out by event time after everything is known.

Written from metrics.md §1–§5 and settled.md 4–16. A trade that was busted never happened, a corrected one
happened as corrected; the position at an instant is the sum of the trades up to it; nothing is incremental.
"""

from bisect import bisect_left, bisect_right
from fractions import Fraction
from typing import NamedTuple

import money
from estimators import drawdown

MAX_AGE = 60_000_000
ZERO = Fraction(0)


class Trade:
    """One execution, with what the ledger makes of it."""

    def __init__(self, entry, book):
        self.time = entry["time"]
        self.sequence = entry["sequence"]
        self.fold = entry["fold"]
        self.newest = entry["newest"]
        self.watermark_before = entry["watermarkBefore"]
        self.liquidity = entry["liquidity"]
        self.counted = entry["execution"] == "trade"
        self.quote_id = entry.get("quoteId")
        self.sign = 1 if entry["side"] == "buy" else -1
        self.price = entry["price"]
        self.contracts = entry["quantity"]
        self.position_before = entry.get("positionBefore")
        terms = book.terms
        self.size = terms.size_of(self.contracts)
        self.value = terms.value_of(self.price)
        self.x = self.sign * self.size
        self.fee, self.unconverted = self._fee(entry, terms)
        self.mid_before = book.mid_before(self.time)
        self.mark_before = None if self.mid_before is None else terms.value_of(self.mid_before)
        self.edge_mark = self.value if self.mark_before is None else self.mark_before
        self.seed = ZERO
        self.unit = None
        self.realized = ZERO
        self.realized_fifo = ZERO

    def _fee(self, entry, terms):
        """(in settlement currency, {currency: amount} that has no rate)"""
        fee = entry["fee"]
        currency = entry.get("feeCurrency", terms.settle)
        if currency in terms.settles:
            return fee, {}
        if currency == terms.base:
            self.x -= fee
            return money.rounded(self.price * fee, 12), {}
        if "feeRate" in entry:
            return money.rounded(fee * entry["feeRate"], 12), {}
        return ZERO, {currency: fee} if fee else {}

    def legs(self):
        """(x, value, mark at the edge): the seeded position first, at its own mark."""
        if self.seed:
            yield self.seed, self.edge_mark, self.edge_mark
        yield self.x, self.value, self.edge_mark

    @property
    def notional(self):
        return self.size * abs(self.value)


class Step(NamedTuple):
    """What one event did to gross PnL, at its own time."""

    time: int
    spread: Fraction
    inventory: Fraction


class Told(NamedTuple):
    """What stood after one event, at the newest time told by then."""

    time: int
    size: Fraction
    mark: Fraction | None
    equity: Fraction


class Book:
    """Everything of one (account, instrument) that a figure can ask for."""

    def __init__(self, key, stream):
        self.key = key
        self.entries = stream.folded
        self.watermark = stream.watermark
        self.newest = stream.newest
        line = next((e for e in self.entries if e["type"] == "instrument"), None)
        self.terms = money.Terms(key[1], line)
        self._prices()
        self.trades = self._trades(stream)
        self._units()
        self._realize()
        self.funding, self.funding_unknown = self._funding()
        self.steps = self._steps()
        self.step_times = [step.time for step in self.steps]
        self.told = self._told()
        self.told_times = [step.time for step in self.told]

    @property
    def name(self):
        account, instrument = self.key
        return instrument if account == "main" else f"{account}/{instrument}"

    # --- prices as of ---

    def _prices(self):
        self.mid_times, self.mids, self.alive = [], [], []
        self.references = []
        for entry in self.entries:
            if entry["type"] == "reference" and entry["used"]:
                self.mid_times.append(entry["time"])
                self.mids.append((entry["bid"] + entry["ask"]) / 2)
                self.references.append(entry)
            if entry["type"] in ("reference", "heartbeat") and entry["used"]:
                self.alive.append(entry["time"])

    def mid_before(self, time):
        """The last valid mid strictly before."""
        at = bisect_left(self.mid_times, time)
        return self.mids[at - 1] if at else None

    def mid_at(self, time):
        """The last valid mid at or before."""
        at = bisect_right(self.mid_times, time)
        return self.mids[at - 1] if at else None

    def mark_before(self, time):
        mid = self.mid_before(time)
        return None if mid is None else self.terms.value_of(mid)

    def is_stale(self, time):
        at = bisect_right(self.alive, time)
        return at == 0 or time - self.alive[at - 1] > MAX_AGE

    # --- trades ---

    def _trades(self, stream):
        """In fold order, which is the ledger's."""
        trades = []
        for entry in self.entries:
            if entry["type"] == "trade":
                final = stream.as_it_happened(entry)
                if final is not None:
                    trades.append(Trade(final, self))
        if trades and trades[0].position_before is not None:
            trades[0].seed = self.terms.size_of(trades[0].position_before)
        return trades

    def _units(self):
        """The ledger's integer unit at each trade: the finest decimals that had come by then."""
        by_fold = {trade.fold: trade for trade in self.trades}
        price = size = 0
        for entry in self.entries:
            if entry["type"] == "instrument":
                price = max(price, money.decimals_of(entry["tick"]))
                size = max(size, money.decimals_of(entry["lot"]))
            elif entry["type"] == "reference" and not entry["late"]:
                price = max(price, _decimals(entry["bid"]), _decimals(entry["ask"]))
            elif entry["fold"] in by_fold:
                trade = by_fold[entry["fold"]]
                price = max(price, _decimals(trade.price))
                for x in (trade.x, trade.seed):
                    size = max(size, _decimals(self.terms.contracts_of(x)))
                trade.unit = self.terms.unit(price, size)

    def position_at(self, time):
        """Of the trades strictly before."""
        return sum((t.seed + t.x for t in self.trades if t.time < time), ZERO)

    def _realize(self):
        """What each trade realized, in fold order: by average cost and first in, first out."""
        basis, lots = money.CostBasis(), money.Fifo()
        for trade in self.trades:
            for x, value, _ in trade.legs():
                trade.realized += basis.trade(x, value, trade.unit)
                trade.realized_fifo += lots.trade(x, value)

    def cost_at(self, time):
        """The basis of what was held, so that realized + (position × mark − basis) is cash + position × mark."""
        before = [t for t in self.trades if t.time < time]
        spent = sum((x * value for t in before for x, value, _ in t.legs()), ZERO)
        return spent + sum((t.realized for t in before), ZERO)

    def fifo(self, start, end):
        """(realized in the window, unrealized at its end)"""
        before = [t for t in self.trades if t.time < end]
        size, mark = self.position_at(end), self.mark_before(end)
        realized = sum((t.realized_fifo for t in before if t.time >= start), ZERO)
        if mark is None and size:
            return realized, None
        spent = sum((x * value for t in before for x, value, _ in t.legs()), ZERO)
        total = sum((t.realized_fifo for t in before), ZERO)
        return realized, size * (mark or 0) - spent - total

    # --- funding ---

    def _funding(self):
        """[(time, sequence, cash)], and the times whose cash cannot be known."""
        paid, unknown = [], []
        for entry in self.entries:
            if entry["type"] != "funding":
                continue
            cash = entry["payment"] if "payment" in entry else self._computed_funding(entry)
            if cash is None:
                unknown.append(entry["time"])
            paid.append((entry["time"], entry["sequence"], cash or ZERO))
            entry["cash"] = cash or ZERO
        return paid, unknown

    def _computed_funding(self, entry):
        held = [t for t in self.trades if t.time < entry["time"] and t.fold < entry["fold"]]
        size = sum((t.seed + t.x for t in held), ZERO)
        if size == 0:
            return ZERO
        mark = entry.get("mark") or self._known_mark(entry)
        if mark is None:
            return None
        return money.rounded(-size * abs(self.terms.value_of(mark)) * entry["rate"], 12)

    def _known_mark(self, entry):
        """The venue's last mark, else the last mid, of the prices folded before and not later in time."""
        known = [
            r for r in self.references if r["fold"] < entry["fold"] and r["time"] <= entry["time"]
        ]
        marks = [r["mark"] for r in known if "mark" in r]
        if marks:
            return marks[-1]
        return (known[-1]["bid"] + known[-1]["ask"]) / 2 if known else None

    # --- what earned it, by event time ---

    def _steps(self):
        """Every event that can move gross PnL, in order of (time, sequence)."""
        happenings = [
            (entry["time"], entry["sequence"], "mid", self.terms.value_of(mid))
            for entry, mid in zip(self.references, self.mids)
        ]
        happenings += [(t.time, t.sequence, "trade", t) for t in self.trades]
        happenings.sort(key=lambda happening: happening[:2])
        size, mark, stand_in, steps = ZERO, None, None, []
        for time, _, kind, what in happenings:
            spread = inventory = ZERO
            if kind == "mid":
                previous = stand_in if mark is None else mark
                if size:
                    inventory = size * (what - previous)
                mark = what
            else:
                if mark is None:
                    inventory = size * (what.value - stand_in) if size else ZERO
                    stand_in = what.value
                here = stand_in if mark is None else mark
                for x, value, edge in what.legs():
                    spread += x * (edge - value)
                    inventory += x * (here - edge)
                    size += x
            steps.append(Step(time, spread, inventory))
        return steps

    def window_steps(self, start, end):
        return self.steps[bisect_left(self.step_times, start) : bisect_left(self.step_times, end)]

    # --- the path of net PnL, as it was told ---

    def _told(self):
        """Net PnL after every event, in fold order; an event that came late stands where it was told."""
        trades = {trade.fold: trade for trade in self.trades}
        size = cash = cost = other = ZERO
        mark, path = None, []
        for entry in self.entries:
            trade = trades.get(entry["fold"])
            if entry["type"] == "reference" and entry["used"]:
                mark = self.terms.value_of((entry["bid"] + entry["ask"]) / 2)
            elif trade is not None:
                spent = sum(x * value for x, value, _ in trade.legs())
                size += sum(x for x, _, _ in trade.legs())
                cash, cost = cash - spent, cost + spent + trade.realized
                other -= trade.fee
            elif entry["type"] == "funding":
                other += entry["cash"]
            held = cost if mark is None else size * mark
            path.append(Told(entry["newest"], size, mark, cash + held + other))
        return path

    def before(self, time):
        """The last step told strictly before, or None."""
        at = bisect_left(self.told_times, time)
        return self.told[at - 1] if at else None

    def drawdown(self, start, end):
        """(amount, peak time, trough time, recovery time); a path that never fell has no times."""
        opening = self.before(start)
        level, path = opening.equity if opening else ZERO, []
        for step in self.told[bisect_left(self.told_times, start) : bisect_left(self.told_times, end)]:
            if step.equity != level:
                path.append((step.time, step.equity - level))
            level = step.equity
        amount, peak, trough, recovered = drawdown(path)
        if amount == 0:
            return ZERO, None, None, None
        return amount, start if peak is None else peak, trough, recovered

    def absolute_inventory(self, start, end):
        """(time average, maximum) of |position|, by direct integration."""
        size, since, area = self.position_at(start), start, ZERO
        largest = abs(size)
        for trade in sorted(self.trades, key=lambda t: (t.time, t.sequence)):
            if start <= trade.time < end:
                area += abs(size) * (trade.time - since)
                since = trade.time
                for x, _, _ in trade.legs():
                    size += x
                    largest = max(largest, abs(size))
        area += abs(size) * (end - since)
        return money.rounded(area / (end - start), 12), largest


_known_decimals = {}


def _decimals(value):
    denominator = value.denominator
    if denominator not in _known_decimals:
        _known_decimals[denominator] = money.decimals_of(Fraction(1, denominator))
    return _known_decimals[denominator]
