"""Invents an event file with every kind of event and every disorder, for product and oracle to agree on.

    python3 test/oracle/mixed.py SEED EVENTS > mixed.ndjson

Linear, inverse and multiplied contracts and a spot pair; seeds, busts, corrections, liquidations, fees in
base and third currencies, locked books, silences; then lines lost, doubled, swapped and spoiled.
"""

import sys

sys.dont_write_bytecode = True

import json
import random

START = 1_758_300_000_000_000
CONTRACTS = {
    "BTC-PERP": ("USDT", "perp", "linear", "1"),
    "SOL-PERP": ("USD", "perp", "linear", "10"),
    "ETH-INV": ("ETH", "perp", "inverse", "10"),
    "LINK-USD": ("USD", "spot", "linear", "1"),
}


def cents(value):
    return f"{value // 100}.{value % 100:02d}"


class Maker:
    """One instrument's events in sequence order; times of trades may lie back."""

    def __init__(self, rng, name):
        self.rng, self.name, self.rows = rng, name, []
        self.time, self.mid = START, rng.randrange(2_000, 40_000)
        self.quotes, self.trades = {}, []
        settle, self.kind, contract, multiplier = CONTRACTS[name]
        self.base = name.split("-")[0]
        self.add(
            "instrument",
            base=self.base,
            quote="USD",
            settle=settle,
            kind=self.kind,
            contract=contract,
            multiplier=multiplier,
            tick="0.01",
            lot="0.001",
        )

    def add(self, what, time=None, /, **fields):
        head = {"type": what, "instrument": self.name, "time": self.time if time is None else time}
        self.rows.append({**head, "sequence": len(self.rows) + 1, **fields})

    def step(self):
        rng = self.rng
        self.time += rng.choice([0, 1000, 50_000, 300_000, 1_000_000, 2_000_000])
        if rng.random() < 0.001:
            self.time += rng.randrange(90_000_000)
        kinds = (self.reference, self.heartbeat, self.quote, self.trade, self.funding, self.amend)
        rng.choices(kinds, weights=(60, 5, 20, 12, 1, 2))[0]()

    def reference(self):
        rng = self.rng
        self.mid = max(500, self.mid + rng.randint(-8, 8))
        spread = rng.choice([1, 2, 3, 5]) if rng.random() < 0.98 else rng.choice([0, -1])
        extra = {"mark": cents(self.mid + 2)} if rng.random() < 0.1 else {}
        odd = rng.randint(0, 1) if spread > 0 else 0
        self.add("reference", bid=cents(self.mid - spread), ask=cents(self.mid + spread + odd), **extra)

    def heartbeat(self):
        self.add("heartbeat")

    def quote(self):
        rng = self.rng
        if self.quotes and rng.random() < 0.75:
            name = rng.choice(list(self.quotes))
            side, price, size = self.quotes[name]
            action = rng.choice(("replaced", "cancelled", "cancelled", "expired", "rejected"))
            fields = {}
            if action == "replaced":
                price = price if rng.random() < 0.3 else self.mid + rng.randint(-4, 4)
                size = rng.randint(1, 5000)
                self.quotes[name] = side, price, size
                fields = {"price": cents(price), "quantity": str(size / 1000)}
            elif action != "rejected" and rng.random() < 0.8:
                del self.quotes[name]
            self.add("quote", quoteId=name, action=action, side=side, **fields)
            return
        name, side = f"q{len(self.rows)}", rng.choice(("buy", "sell"))
        away = rng.randint(-1, 30)
        price, size = self.mid + (-away if side == "buy" else away), rng.randint(1, 5000)
        action = "placed" if rng.random() < 0.9 else "rejected"
        fields = {"price": cents(price), "quantity": str(size / 1000)}
        self.add("quote", quoteId=name, action=action, side=side, **fields)
        if action == "placed":
            self.quotes[name] = side, price, size

    def trade(self):
        rng, fields = self.rng, {}
        side, price = rng.choice(("buy", "sell")), self.mid + rng.randint(-5, 5)
        if self.quotes and rng.random() < 0.8:
            fields["quoteId"] = rng.choice(list(self.quotes))
            side, price, _ = self.quotes[fields["quoteId"]]
        draw = rng.random()
        if draw < 0.1:
            fields.update(feeCurrency="BNB", feeRate="612.5")
        elif draw < 0.2 and self.kind == "spot":
            fields.update(feeCurrency=self.base)
        if rng.random() < 0.03:
            fields["execution"] = rng.choice(("liquidation", "adl", "settlement"))
        if not self.trades and rng.random() < 0.5:
            fields["positionBefore"] = rng.choice(("1.5", "-2"))
        back = rng.randrange(20_000_000) if len(self.trades) > 20 and rng.random() < 0.02 else 0
        name = f"t{len(self.rows)}"
        self.trades.append(name)
        self.add(
            "trade",
            max(START, self.time - back),
            tradeId=name,
            side=side,
            price=cents(price),
            quantity=str(rng.randint(1, 3000) / 1000),
            liquidity=rng.choice(("maker", "maker", "taker")),
            fee=f"{rng.randint(-50, 200) / 1_000_000:.6f}",
            **fields,
        )

    def funding(self):
        fields = {}
        if self.rng.random() < 0.5:
            fields["mark"] = cents(self.mid + 1)
        elif self.rng.random() < 0.3:
            fields["payment"] = f"{self.rng.randint(-99, 99) / 1000}"
        rate = f"{self.rng.randint(-30, 30) / 100_000:.5f}"
        self.add("funding", rate=rate, intervalMinutes=60, **fields)

    def amend(self):
        if not self.trades:
            return
        name = self.rng.choice(self.trades)
        if self.rng.random() < 0.5:
            self.add("bust", tradeId=name)
        else:
            self.add("correction", tradeId=name, price=cents(self.mid))


def disorder(rng, rows):
    """Lost, doubled, spoiled and swapped lines."""
    lines = []
    for row in rows:
        line = json.dumps(row, separators=(",", ":"))
        if rng.random() < 0.002:
            continue
        lines.append(line)
        if rng.random() < 0.01:
            lines.append(line)
        if rng.random() < 0.001:
            lines.append(line[:-3])
        if rng.random() < 0.001:
            lines.append(json.dumps({**row, "source": "another"}, separators=(",", ":")))
        if rng.random() < 0.001:
            lines.append(json.dumps({**row, "time": row["time"] + 1}, separators=(",", ":")))
    for at in range(len(lines)):
        if rng.random() < 0.02:
            other = min(len(lines) - 1, at + rng.randint(1, 5))
            lines[at], lines[other] = lines[other], lines[at]
    return lines


def main():
    seed, events = map(int, sys.argv[1:3])
    rng = random.Random(seed)
    makers = [Maker(rng, name) for name in CONTRACTS]
    for maker in makers:
        while len(maker.rows) < events // len(makers):
            maker.step()
    rows = sorted((row for m in makers for row in m.rows), key=lambda row: row["time"])
    print("\n".join(disorder(rng, rows)))


if __name__ == "__main__":
    main()
