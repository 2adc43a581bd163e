"""Puts the events of one (account, instrument) in fold order and says what became of each line.

Written from settled.md 1–6 and 13–14: re-order buffer, holes, duplicates, conflicts, late references,
busts and corrections. It keeps everything in memory and knows nothing of money.
"""

BUFFER_EVENTS = 4096
BUFFER_US = 30_000_000
HOLES = 64
REMEMBERED = 256


class Stream:
    """One (account, instrument). After `end()`, `folded` holds its events in fold order."""

    def __init__(self, source):
        self.source = source
        self.next = 1
        self.buffer = {}
        self.holes = []
        self.seen = {}
        self.counts = dict.fromkeys(
            ("applied", "duplicates", "quarantined", "gaps", "late", "invalidReferences"), 0
        )
        self.folded = []
        self.watermark = None
        self.newest = None
        self.trades = {}
        self.busted = set()
        self.amended = {}
        self.funding_times = set()

    def offer(self, event):
        sequence = event["sequence"]
        if event["source"] != self.source:
            self.counts["quarantined"] += 1
        elif sequence >= self.next:
            self._wait(event)
        elif self._leave_hole(sequence):
            self._fold(event, from_hole=True)
        else:
            self._repeat(event)

    def end(self):
        """The input ends: nothing more can close a gap."""
        while self.buffer:
            self._skip()

    def _wait(self, event):
        sequence = event["sequence"]
        if sequence in self.buffer:
            same = _content(self.buffer[sequence]) == _content(event)
            self.counts["duplicates" if same else "quarantined"] += 1
            return
        self.buffer[sequence] = event
        self._drain()
        while self.buffer and self._waited_enough():
            self._skip()

    def _waited_enough(self):
        times = [event["time"] for event in self.buffer.values()]
        return len(times) >= BUFFER_EVENTS or max(times) - min(times) >= BUFFER_US

    def _skip(self):
        first = min(self.buffer)
        if first > self.next:
            self.counts["gaps"] += 1
            self.holes = [*self.holes, (self.next, first - 1)][-HOLES:]
            self.next = first
        self._drain()

    def _drain(self):
        while self.next in self.buffer:
            event = self.buffer.pop(self.next)
            self.next += 1
            self._fold(event, from_hole=False)

    def _leave_hole(self, sequence):
        for index, (first, last) in enumerate(self.holes):
            if first <= sequence <= last:
                parts = [(first, sequence - 1), (sequence + 1, last)]
                self.holes[index : index + 1] = [part for part in parts if part[0] <= part[1]]
                self.holes = self.holes[-HOLES:]
                return True
        return False

    def _repeat(self, event):
        sequence = event["sequence"]
        first = self.seen.get(sequence)
        recent = sequence >= self.next - REMEMBERED
        other = first is not None and _content(first) != _content(event)
        self.counts["quarantined" if recent and other else "duplicates"] += 1

    def _fold(self, event, from_hole):
        self.seen[event["sequence"]] = event
        self.newest = event["time"] if self.newest is None else max(self.newest, event["time"])
        if not self._takes(event):
            self.counts["quarantined"] += 1
            return
        self.counts["applied"] += 1
        known = {"watermarkBefore": self.watermark, "newest": self.newest}
        entry = {**event, "fold": len(self.folded), "used": True, "late": False, **known}
        late = from_hole
        if event["type"] in ("reference", "heartbeat"):
            late = self._take_price(entry) or late
        self.counts["late"] += late
        self.folded.append(entry)

    def _take_price(self, entry):
        """Marks what is not used; true where it came late."""
        if self.watermark is not None and entry["time"] < self.watermark:
            entry["used"], entry["late"] = False, True
            return True
        if entry["type"] == "reference" and not 0 < entry["bid"] < entry["ask"]:
            entry["used"] = False
            self.counts["invalidReferences"] += 1
            return False
        self.watermark = entry["time"]
        return False

    def _takes(self, event):
        kind, trade = event["type"], event.get("tradeId")
        if kind == "trade":
            if trade in self.trades:
                return False
            self.trades[trade] = event
        elif kind in ("bust", "correction"):
            if trade not in self.trades or trade in self.busted:
                return False
            if kind == "bust":
                self.busted.add(trade)
            else:
                given = {k: event[k] for k in ("price", "quantity", "fee", "side") if k in event}
                self.amended[trade] = {**self.amended.get(trade, {}), **given}
        elif kind == "funding":
            if event["time"] in self.funding_times:
                return False
            self.funding_times.add(event["time"])
        return True

    def as_it_happened(self, entry):
        """A trade as corrected, or None where it never happened."""
        if entry["tradeId"] in self.busted:
            return None
        return {**entry, **self.amended.get(entry["tradeId"], {})}


def _content(event):
    return {name: value for name, value in event.items() if name != "receivedTime"}


def sort_out(events, limit):
    """Streams by (account, instrument), and how many lines an unacceptable time kept out."""
    streams, future = {}, 0
    for event in events:
        if event["time"] > limit:
            future += 1
            continue
        key = (event["account"], event["instrument"])
        if key not in streams:
            streams[key] = Stream(event["source"])
        streams[key].offer(event)
    for stream in streams.values():
        stream.end()
    return streams, future
