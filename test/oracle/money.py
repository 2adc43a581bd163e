"""Exact money: contract terms, φ of settled.md 11, the cost basis of settled.md 10, FIFO, decimal text."""

from fractions import Fraction

DOLLARS = {"USD", "USDT", "USDC"}


def rounded(value, places):
    """Half to even at `places` decimals, exactly."""
    return Fraction(round(value * 10**places), 10**places)


def decimals_of(value):
    """How many decimals an exact decimal needs."""
    places, scaled = 0, value.denominator
    while scaled > 1:
        if scaled % 10 == 0:
            scaled //= 10
        elif scaled % 5 == 0:
            scaled //= 5
        elif scaled % 2 == 0:
            scaled //= 2
        else:
            raise ValueError(f"{value} is no decimal")
        places += 1
    return places


def text(value):
    """Canonical: no exponent, no trailing zeros, no -0; None stays None."""
    if value is None:
        return None
    value = Fraction(value)
    places = decimals_of(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    whole, part = digits[: len(digits) - places], digits[len(digits) - places :].rstrip("0")
    sign = "-" if value < 0 else ""
    return sign + whole + ("." + part if part else "")


class Terms:
    """What an `instrument` line says; what a desk would assume where there is none."""

    def __init__(self, instrument, line):
        line = line or {}
        self.base = line.get("base", instrument.split("-")[0])
        self.settle = line.get("settle", "USD")
        self.settles = {self.settle} if "settle" in line else DOLLARS
        self.inverse = line.get("contract") == "inverse"
        self.multiplier = line.get("multiplier", Fraction(1))

    def value_of(self, price):
        """The price that the linear ledger runs on: the price, or φ(price) of an inverse contract."""
        if not self.inverse:
            return price
        return Fraction(-round(self.multiplier * 10**16 / price), 10**16)

    def price_of(self, value):
        return -self.multiplier / value if self.inverse else value

    def size_of(self, contracts):
        """Base units (linear), contracts (inverse)."""
        return contracts if self.inverse else contracts * self.multiplier

    def contracts_of(self, size):
        return size if self.inverse else size / self.multiplier

    def unit(self, price_decimals, size_decimals):
        """The ledger's integer: half a price step times a size step."""
        step = Fraction(1, 10**size_decimals)
        if self.inverse:
            return step / 10**16
        return step * self.multiplier / (2 * 10**price_decimals)


class CostBasis:
    """Average cost: the basis is a total, a close releases its share rounded half to even."""

    def __init__(self):
        self.size = Fraction(0)
        self.cost = Fraction(0)

    def trade(self, x, price, unit):
        """Applies x at `price`; returns what it realized."""
        if self.size * x >= 0:
            self.size += x
            self.cost += x * price
            return Fraction(0)
        closed = min(abs(self.size), abs(x))
        sign = 1 if self.size > 0 else -1
        released = self.cost
        if closed < abs(self.size):
            released = round(self.cost * closed / abs(self.size) / unit) * unit
        opened = x + sign * closed
        self.size += x
        self.cost += opened * price - released
        return sign * closed * price - released


class Fifo:
    """The same by lots, oldest first."""

    def __init__(self):
        self.lots = []

    def trade(self, x, price):
        realized = Fraction(0)
        while x != 0 and self.lots and self.lots[0][0] * x < 0:
            size, paid = self.lots[0]
            closed = min(abs(size), abs(x))
            sign = 1 if size > 0 else -1
            realized += sign * closed * (price - paid)
            x += sign * closed
            self.lots[0] = (size - sign * closed, paid)
            if self.lots[0][0] == 0:
                self.lots.pop(0)
        if x != 0:
            self.lots.append((x, price))
        return realized

    def unrealized(self, mark):
        return sum((size * (mark - paid) for size, paid in self.lots), Fraction(0))
