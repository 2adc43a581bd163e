"""Hit rate, uptime and fill intensity from a quote's whole history (metrics.md §3, settled.md 22)."""

from bisect import bisect_left, bisect_right
from fractions import Fraction

from estimators import wilson

RACE_US = 60_000_000
TALLIED = (
    "closed",
    "filled",
    "full",
    "cancelled",
    "quantity",
    "taken",
    "quantityWorth",
    "takenWorth",
    "rejected",
    "open",
)
WORTH = ("quantityWorth", "takenWorth")
DISTANCES = (None, 0, 1, 2, 5, 10, 20, None)


class Spell:
    """A chain or one version of it: live from `start` until `end`."""

    def __init__(self, start, side, price, quoted):
        self.start = start
        self.side = side
        self.price = price
        self.quoted = quoted
        self.filled = Fraction(0)
        self.fills = []
        self.end = None
        self.reason = None

    def close(self, time, reason):
        self.end, self.reason = time, reason

    def take(self, trade):
        self.filled += trade.contracts
        self.fills.append(trade)


class Chain(Spell):
    def __init__(self, event):
        super().__init__(event["time"], event["side"], event["price"], event["quantity"])
        self.versions = [self._version(event)]

    def _version(self, event):
        left = event["quantity"] - self.filled
        version = Spell(event["time"], event["side"], event["price"], left)
        version.total = event["quantity"]
        return version

    def replace(self, event):
        """Same side and price and not larger keeps the version; closes where nothing is left."""
        now = self.versions[-1]
        if self.end is not None:
            self.close(None, None)
            now.close(None, None)
        self.quoted = event["quantity"]
        kept = (now.side, now.price) == (event["side"], event["price"])
        if kept and event["quantity"] <= now.total:
            now.total = event["quantity"]
        elif event["quantity"] > self.filled:
            now.close(event["time"], "replaced")
            self.versions.append(self._version(event))
            self.side, self.price = event["side"], event["price"]
        if self.filled >= self.quoted:
            self.finish(event["time"], "filled")

    def finish(self, time, reason):
        self.close(time, reason)
        self.versions[-1].close(time, reason)

    def fill(self, trade):
        self.take(trade)
        self.versions[-1].take(trade)
        if self.end is None and self.filled >= self.quoted:
            self.finish(trade.time, "filled")


class Quoting:
    """All chains of one instrument, and the times of rejections of quotes that never lived."""

    def __init__(self, book):
        self.book = book
        self.chains = []
        self.rejections = []
        self.seen_any = False
        current = {}
        trades = {trade.fold: trade for trade in book.trades}
        for entry in book.entries:
            if entry["type"] == "quote":
                self.seen_any = True
                self._quote(entry, current)
            elif entry["fold"] in trades:
                _fill(trades[entry["fold"]], current)

    def _quote(self, event, current):
        chain = current.get(event["quoteId"])
        if event["action"] in ("placed", "replaced"):
            gone = chain is None or (
                chain.end is not None
                and (event["action"] == "placed" or _is_forgotten(chain, event["newest"]))
            )
            if gone:
                current[event["quoteId"]] = Chain(event)
                self.chains.append(current[event["quoteId"]])
            else:
                chain.replace(event)
        elif event["action"] == "rejected":
            if chain is None or _is_forgotten(chain, event["newest"]):
                self.rejections.append(event["time"])
        elif chain is not None and chain.end is None:
            chain.finish(event["time"], event["action"])

    def spells(self, by_version):
        return [v for c in self.chains for v in c.versions] if by_version else self.chains

    def tally(self, window, by_version):
        """What figures() needs, as sums, so that instruments can be pooled."""
        spells = self.spells(by_version)
        closed = [s for s in spells if s.end is not None and window[0] <= s.end < window[1]]
        live = [s for s in spells if s.start < window[1] and (s.end is None or s.end >= window[1])]
        money = self.book.terms
        worth = [(s, money.size_of(1) * abs(money.value_of(s.price))) for s in closed]
        return {
            "closed": len(closed),
            "filled": sum(bool(s.fills) for s in closed),
            "full": sum(s.filled >= s.quoted for s in closed),
            "cancelled": sum(not s.fills and s.reason == "cancelled" for s in closed),
            "quantity": sum((s.quoted for s in closed), Fraction(0)),
            "taken": sum((min(s.filled, s.quoted) for s in closed), Fraction(0)),
            "quantityWorth": sum((s.quoted * w for s, w in worth), Fraction(0)),
            "takenWorth": sum((min(s.filled, s.quoted) * w for s, w in worth), Fraction(0)),
            "rejected": sum(window[0] <= t < window[1] for t in self.rejections),
            "open": len(live),
        }

    # --- uptime and intensity ---

    def uptime(self, window):
        if not self.seen_any:
            return None
        both = 0
        edges = sorted({window[0], window[1], *self._edges(window)})
        live = {side: self._union(side, window) for side in ("buy", "sell")}
        for left, right in zip(edges, edges[1:]):
            if all(_covers(live[side], left) for side in live):
                both += right - left
        return both / (window[1] - window[0])

    def _edges(self, window):
        for version in self.spells(True):
            for edge in (version.start, version.end):
                if edge is not None and window[0] < edge < window[1]:
                    yield edge

    def _union(self, side, window):
        spans = sorted(
            (max(v.start, window[0]), window[1] if v.end is None else min(v.end, window[1]))
            for v in self.spells(True)
            if v.side == side
        )
        merged = []
        for start, end in spans:
            if end <= start:
                continue
            if merged and start <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        return merged

    def intensity(self, window):
        bins = list(zip(DISTANCES, DISTANCES[1:]))
        cells = {(side, at): [0, 0] for side in ("buy", "sell") for at in range(len(bins))}
        for version in self.spells(True):
            for time, mid in self._exposures(version, window):
                cells[(version.side, _bin(version, mid, bins))][1] += time
            for trade in version.fills:
                if trade.mid_before is not None and window[0] <= trade.time < window[1]:
                    cells[(version.side, _bin(version, trade.mid_before, bins))][0] += 1
        return [
            {
                "side": side,
                "fromBps": bins[at][0],
                "toBps": bins[at][1],
                "trades": trades,
                "quoteSeconds": time / 1e6,
                "perSecond": trades / (time / 1e6) if time else None,
            }
            for (side, at), (trades, time) in cells.items()
        ]

    def _exposures(self, version, window):
        """(µs, mid) for each stretch of the version's life inside the window."""
        book = self.book
        start = max(version.start, window[0])
        end = window[1] if version.end is None else min(version.end, window[1])
        at = bisect_right(book.mid_times, start) - 1
        stop = bisect_left(book.mid_times, end)
        while start < end:
            following = book.mid_times[at + 1] if at + 1 < stop else end
            if at >= 0:
                yield following - start, book.mids[at]
            start, at = following, at + 1


def _fill(trade, current):
    chain = current.get(trade.quote_id)
    if chain is None or not trade.counted:
        return
    if not _is_forgotten(chain, trade.newest):
        chain.fill(trade)


def _is_forgotten(chain, newest):
    """Ended, and more than 60 s before the newest event."""
    return chain.end is not None and newest - chain.end > RACE_US


def _covers(spans, time):
    at = bisect_right(spans, [time, float("inf")]) - 1
    return at >= 0 and spans[at][0] <= time < spans[at][1]


def _bin(version, mid, bins):
    """Which range holds s(mid - price)/mid in bps; whole numbers, because there are many."""
    sign = 1 if version.side == "buy" else -1
    price = version.price
    whole = mid.numerator * price.denominator
    away = sign * (whole - price.numerator * mid.denominator) * 10_000
    for at, (low, high) in enumerate(bins):
        if (low is None or away >= low * whole) and (high is None or away < high * whole):
            return at
    raise AssertionError(away)


def figures(tally, pooled=False):
    """The JSON of a hit rate from (sums of) tallies."""
    closed = tally["closed"]
    quoted = tally["quantityWorth" if pooled else "quantity"]
    taken = tally["takenWorth" if pooled else "taken"]
    return {
        "value": tally["filled"] / closed if closed else None,
        "n": closed,
        "status": "ok" if closed else "empty",
        "interval": wilson(tally["filled"], closed) if closed else None,
        "byQuantity": None if taken is None or not quoted else float(taken / quoted),
        "fullFill": tally["full"] / closed if closed else None,
        "cancelledUnfilled": tally["cancelled"] / closed if closed else None,
        "closed": closed,
        "filled": tally["filled"],
        "rejected": tally["rejected"],
        "open": tally["open"],
    }


def pool(tallies, rates):
    """Sums; what quotes are worth is converted, and None where something has no rate."""
    sums = {name: sum(tally[name] for tally in tallies) for name in TALLIED}
    for name in WORTH:
        known = all(rate is not None or not tally[name] for tally, rate in zip(tallies, rates))
        sums[name] = sum(t[name] * (r or 0) for t, r in zip(tallies, rates)) if known else None
    return sums
