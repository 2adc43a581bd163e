"""Reads events.md's NDJSON: one line in, one event or one refusal out. Decimals become exact Fractions."""

import gzip
import json
import re
import sys
from decimal import Decimal
from fractions import Fraction

SAFE = 2**53 - 1
INSTRUMENT = re.compile(r"[A-Z0-9][A-Z0-9._:-]{0,31}\Z")
ACCOUNT = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}\Z")
DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?\Z")

ENVELOPE = {
    "type": "text",
    "instrument": "instrument",
    "time": "time",
    "sequence": "ordinal",
    "source": "text?",
    "account": "account?",
    "receivedTime": "time?",
}
SIDES = ("buy", "sell")
KINDS = {
    "trade": {
        "tradeId": "text",
        "side": SIDES,
        "price": "positive",
        "quantity": "positive",
        "liquidity": ("maker", "taker"),
        "fee": "money",
        "feeCurrency": "text?",
        "quoteId": "text?",
        "counterparty": "text?",
        "venue": "text?",
        "strategy": "text?",
        "positionBefore": "signed?",
        "feeRate": "positive?",
        "execution": ("trade", "liquidation", "adl", "settlement", None),
    },
    "quote": {
        "quoteId": "text",
        "action": ("placed", "replaced", "cancelled", "expired", "rejected"),
        "side": SIDES,
        "price": "positive?",
        "quantity": "positive?",
        "reason": "text?",
    },
    "reference": {
        "bid": "signed",
        "ask": "signed",
        "bidQuantity": "unsigned?",
        "askQuantity": "unsigned?",
        "mark": "positive?",
    },
    "funding": {
        "rate": "signed",
        "intervalMinutes": "ordinal",
        "payment": "money?",
        "mark": "positive?",
    },
    "bust": {"tradeId": "text"},
    "correction": {
        "tradeId": "text",
        "price": "positive?",
        "quantity": "positive?",
        "fee": "money?",
        "side": (*SIDES, None),
    },
    "instrument": {
        "base": "text",
        "quote": "text",
        "settle": "text",
        "kind": ("spot", "perp", "future"),
        "contract": ("linear", "inverse"),
        "multiplier": "positive",
        "tick": "positive",
        "lot": "positive",
        "positionLimit": "positive?",
    },
    "heartbeat": {},
}


class Refused(Exception):
    """The line is not an event; the text says why."""


class Number(str):
    """A JSON number as it stood in the line."""


def read_lines(path):
    """The lines of a file, `-` being standard input; blank ones are not lines."""
    if path == "-":
        data = sys.stdin.buffer.read()
    else:
        with open(path, "rb") as file:
            data = file.read()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    return [line for line in data.split(b"\n") if line.strip()]


def parse(line):
    """An event as a dict, defaults filled in; absent optional fields are absent."""
    try:
        raw = json.loads(
            line.decode("utf-8"), parse_int=Number, parse_float=Number, parse_constant=_constant
        )
    except (ValueError, RecursionError) as error:
        raise Refused(f"not JSON: {error}") from None
    if not isinstance(raw, dict):
        raise Refused("not an object")
    fields = KINDS.get(raw.get("type")) if isinstance(raw.get("type"), str) else None
    if fields is None:
        raise Refused("unknown type")
    fields = {**ENVELOPE, **fields}
    for name in raw:
        if name not in fields:
            raise Refused(f"unknown field {name}")
    event = {}
    for name, kind in fields.items():
        if name in raw:
            event[name] = _value(name, kind, raw[name])
        elif not _optional(kind):
            raise Refused(f"missing field {name}")
    return _whole(event)


def _constant(name):
    raise ValueError(name)


def _optional(kind):
    return None in kind if isinstance(kind, tuple) else kind.endswith("?")


def _value(name, kind, raw):
    if isinstance(kind, tuple):
        if type(raw) is not str or raw not in kind:
            raise Refused(f"{name} is none of {kind}")
        return raw
    kind = kind.rstrip("?")
    if kind in ("text", "instrument", "account"):
        return _text(name, kind, raw)
    if kind in ("time", "ordinal"):
        return _integer(name, kind, raw)
    return _decimal(name, kind, raw)


def _text(name, kind, raw):
    if type(raw) is not str or raw == "":
        raise Refused(f"{name} is no text")
    pattern = {"instrument": INSTRUMENT, "account": ACCOUNT}.get(kind)
    if pattern is not None and not pattern.match(raw):
        raise Refused(f"{name} is not well formed")
    return raw


def _integer(name, kind, raw):
    if not isinstance(raw, Number):
        raise Refused(f"{name} is no number")
    value = Fraction(raw)
    if value.denominator != 1 or not (1 if kind == "ordinal" else 0) <= value <= SAFE:
        raise Refused(f"{name} is out of range")
    return int(value)


def _decimal(name, kind, raw):
    if isinstance(raw, Number):
        text = _shortest(name, raw)
    elif type(raw) is str:
        text = raw
    else:
        raise Refused(f"{name} is no decimal")
    match = DECIMAL.match(text)
    if match is None:
        raise Refused(f"{name} is no decimal: {text}")
    sign, whole, part = match.group(1), match.group(2), (match.group(3) or "").rstrip("0")
    mantissa = int(whole + part)
    if mantissa > SAFE:
        raise Refused(f"{name} is beyond the safe integers")
    if kind == "money" and len(part) > 12:
        raise Refused(f"{name} is finer than 12 decimals")
    if sign and kind in ("positive", "unsigned"):
        raise Refused(f"{name} has a sign")
    if kind == "positive" and mantissa == 0:
        raise Refused(f"{name} is zero")
    return Fraction(-mantissa if sign else mantissa, 10 ** len(part))


def _shortest(name, raw):
    """A JSON number's shortest decimal form, where it has neither exponent nor more than 15 digits."""
    value = float(raw)
    if value == 0:
        return "0"
    if not 1e-6 <= abs(value) < 1e21:
        raise Refused(f"{name} needs an exponent")
    text = format(Decimal(repr(value)).normalize(), "f")
    if len(text.lstrip("-").replace(".", "").lstrip("0")) > 15:
        raise Refused(f"{name} has more than 15 digits")
    return text


def _whole(event):
    """What concerns more than one field, and the defaults."""
    kind = event["type"]
    if kind == "quote" and event["action"] in ("placed", "replaced"):
        for name in ("price", "quantity"):
            if name not in event:
                raise Refused(f"missing field {name}")
    if kind == "correction" and not event.keys() & {"price", "quantity", "fee", "side"}:
        raise Refused("a correction that corrects nothing")
    event.setdefault("account", "main")
    event.setdefault("source", "brawler")
    if kind == "trade":
        event.setdefault("execution", "trade")
    return event
