"""The report of an event file, computed from the specification alone: naive, slow, exact.

    python3 test/oracle/report.py EVENTS.ndjson [--window 24h|7d|30d|90d|all] [--from US] [--to US] [--as-of US]

Prints `brawler.report/1`. Shares no code with the product; CHOICES.md says where the specification left room.
"""

import sys

sys.dont_write_bytecode = True

import argparse
import json
import time

import figures
import lines
import markouts
import order
import portfolio
import rolling
from book import Book
from quotes import Quoting

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
WINDOWS = {"24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY}
LADDER = ((5 * SECOND, 48 * HOUR), (60 * SECOND, 35 * DAY), (HOUR, 400 * DAY), (DAY, None))
AHEAD = 15 * 60 * SECOND
UNITS = {"ms": 1000, "s": SECOND, "m": 60 * SECOND, "h": HOUR, "d": DAY}


def make(data, options):
    """The report of NDJSON lines."""
    events, refused = [], 0
    for line in data:
        try:
            events.append(lines.parse(line))
        except lines.Refused:
            refused += 1
    streams, future = order.sort_out(events, options.clock + AHEAD)
    books = [Book(key, stream) for key, stream in streams.items() if stream.folded]
    books.sort(key=lambda book: book.name)
    newest = max((book.newest for book in books), default=0)
    window = choose_window(books, newest, options)
    quoting = [Quoting(book) for book in books]
    instruments, ledgers = {}, []
    for book, quotes in zip(books, quoting):
        instruments[book.name], ledger = figures.instrument(
            book, quotes, window, options.horizons, options.fifo
        )
        ledgers.append(ledger)
    exchange = portfolio.Exchange(options.reporting, options.rates, {b.name: b for b in books})
    whole = portfolio.Portfolio(books, exchange)
    report = {
        "schema": "brawler.report/1",
        "asOf": window[1] - 1,
        "window": {"from": window[0], "to": window[1]},
        "data": data_figures(len(data), refused + future, streams.values()),
        "portfolio": portfolio.report(whole, ledgers, quoting, window, options.horizons),
        "instruments": instruments,
    }
    if options.window in ("7d", "30d", "90d"):
        days = int(options.window[:-1])
        report["rolling"] = rolling.report(whole, days, window[1], options.horizons)
    return report


def data_figures(events, outside, streams):
    """`outside` never reached a stream: refused lines, times in the future."""
    totals = {
        name: sum(stream.counts[name] for stream in streams)
        for name in ("applied", "duplicates", "quarantined", "gaps", "late", "invalidReferences")
    }
    watermarks = [stream.watermark for stream in streams if stream.watermark is not None]
    return {
        "events": events,
        "applied": totals["applied"],
        "duplicates": totals["duplicates"],
        "quarantined": totals["quarantined"] + outside,
        "buffered": 0,
        "gaps": totals["gaps"],
        "late": totals["late"],
        "invalidReferences": totals["invalidReferences"],
        "watermark": min(watermarks, default=0),
    }


def floored(moment, newest):
    """To the finest resolution that is still held there."""
    for width, kept in LADDER:
        if kept is None or newest - moment <= kept:
            return moment - moment % width
    raise AssertionError(moment)


def choose_window(books, newest, options):
    end = (newest if options.as_of is None else options.as_of) + 1
    if options.end is not None:
        end = options.end
    if end <= newest:
        end = floored(end, newest)
    if options.start is not None:
        start = options.start
    elif options.window == "all":
        start = min((e["time"] for book in books for e in book.entries), default=0)
    else:
        start = max(0, end - WINDOWS[options.window])
    start = floored(start, max(newest, start))
    if start >= end:
        raise SystemExit(f"an empty window: from {start} to {end}")
    return start, end


def horizons_of(text):
    result = {}
    for label in text.split(","):
        unit = label.lstrip("0123456789")
        result[label] = int(label[: -len(unit)]) * UNITS[unit]
    return result


def options_of(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="NDJSON, gzip or not; - is standard input")
    parser.add_argument("--window", choices=[*WINDOWS, "all"], default="all")
    parser.add_argument("--from", dest="start", type=int, metavar="US")
    parser.add_argument("--to", dest="end", type=int, metavar="US")
    parser.add_argument("--as-of", type=int, metavar="US")
    parser.add_argument("--clock", type=int, metavar="US", default=time.time_ns() // 1000)
    parser.add_argument("--horizons", type=horizons_of, default=markouts.HORIZONS)
    parser.add_argument("--fifo", action="store_true", help="adds FIFO's realized and unrealized")
    parser.add_argument("--reporting", default="USD")
    parser.add_argument(
        "--rate", action="append", default=[], metavar="BTC=BTC-PERP", help="an instrument's mid"
    )
    options = parser.parse_args(arguments)
    options.rates = dict(rate.split("=", 1) for rate in options.rate)
    return options


def main():
    options = options_of()
    json.dump(make(lines.read_lines(options.file), options), sys.stdout, indent=2, allow_nan=False)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
