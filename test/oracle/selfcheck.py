"""Checks the oracle: metrics.md's worked numbers, vectors.json where it lies, and every fixture.

    python3 test/oracle/selfcheck.py            # exits 1 and says what is off
    python3 test/oracle/selfcheck.py --write    # writes fixtures/*.expected.json anew, hand figures first
"""

import sys

sys.dont_write_bytecode = True

import json
import math
from fractions import Fraction
from pathlib import Path

import compare
import estimators as est
import lines
import money
import report

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
VECTORS = HERE.parents[2] / "shared" / "vectors.json"
CLOCK = 1_790_000_000_000_000
HAND_DIGITS = 1e-6
SIDES = {"B": 1, "S": -1}

failures = []
passed = []


def expect(name, actual, expected, tolerance):
    good = _close(actual, expected, tolerance)
    (passed if good else failures).append(name)
    if not good:
        print(f"{name}: {actual!r}, expected {expected!r}")


def _close(actual, expected, tolerance):
    if isinstance(expected, dict):
        return set(actual) == set(expected) and all(
            _close(actual[name], expected[name], tolerance) for name in expected
        )
    if isinstance(expected, (list, tuple)):
        return len(actual) == len(expected) and all(
            _close(a, e, tolerance) for a, e in zip(actual, expected)
        )
    numbers = isinstance(expected, (int, float, Fraction)) and not isinstance(expected, bool)
    if not numbers or actual is None:
        return actual == expected
    return abs(actual - expected) <= tolerance * max(1, abs(expected))


# --- metrics.md ---


def check_worked_numbers():
    buy, sell = _markout(1, 99.98, 100, 99.99), _markout(-1, 100.02, 100, 100.01)
    expect("§2 markout", buy, [2.0, -1.0, 1.0], 1e-9)
    expect("§2 mirror", sell, buy, 1e-9)
    expect("§2 net", buy[2] + 0.009998 / (2 * 100) * 1e4, 1.4999, 1e-9)
    expect("§2 L=0", _t([1, 2, 3, 4, 5], 0), 4.743416490252569, 1e-9)
    expect("§2 L=1", _t([1, 2, 3, 4, 5], 1), 4.0089186286863665, 1e-9)
    expect("§0 p25", est.quantile([1, 2, 3, 4], 0.25), 1.75, 1e-12)
    expect("§3 wilson 3/10", est.wilson(3, 10), [0.1078, 0.6032], 1e-4)
    survival = dict(est.kaplan_meier([1, 2, 3, 4], [1, 0, 1, 0]))
    expect("§3 Kaplan–Meier", [survival[1], survival[3]], [0.75, 0.375], 1e-12)
    expect("§3 degradation", est.two_proportion_z(80, 1000, 120, 1000), -2.9814, 1e-4)
    expect("§5 1.5 BTC", -Fraction("1.5") * 60000 * Fraction("0.0001"), -9, 0)
    expect("§7 Sharpe", est.sharpe([100, -50, 150, 0, 50], 365), 12.0830, 1e-4)
    expect("§7 one day", est.sharpe([100, -50, 150, 0, 50], 1), 0.632456, 1e-6)
    expect("§7 one value", est.sharpe([0.01], 365), None, 0)
    expect("§7 no variance", est.sharpe([0.01] * 10, 365), None, 0)
    expect("§7 Lo, ρ = -0.1", est.lo_annualizer(365, [-0.1]), 21.353, 1e-3)
    expect("§7 PSR, excess", est.psr(0.5, 60, -2, 9), 0.9924, 1e-4)
    sr, n, se = 0.5, 60, est.sharpe_error(0.5, 60, -2, 12)
    expect("§7 MinTRL", 1 + (se * math.sqrt(n - 1) * 1.6448536269514722 / sr) ** 2, 30.1, 3e-3)
    steps = [0, -500, 500, 10000, -1000]
    expect("§7 MDD$", est.drawdown(list(enumerate(steps)))[0], 1000, 0)
    expect("§7 single point", est.drawdown([])[0], 0, 0)
    expect("§7 recovery", est.drawdown(list(enumerate([0, -10, 10, -10, -10, 20])))[1:], (2, 4, 5), 0)


def _markout(sign, price, before, after):
    edge = sign * (before - price) / before * 1e4
    impact = sign * (after - before) / before * 1e4
    return [edge, impact, sign * (after - price) / before * 1e4]


def _t(xs, lags):
    return est.mean(xs) / est.newey_west_error(xs, lags)


# --- vectors.json ---


def check_vectors():
    if not VECTORS.exists():
        print(f"left out: {VECTORS.name} is not beside the project")
        return
    for vector in json.loads(VECTORS.read_text(encoding="utf-8")):
        compute = METRICS.get(vector["metric"])
        if compute is not None:
            actual = compute(vector["input"], vector["params"])
            expect(vector["id"], actual, vector["expected"], vector["tol"])


def _known(xs):
    return [x for x in xs if x is not None]


def _annual_vol(xs, params):
    return est.sd(_known(xs)) * math.sqrt(params["periods"])


def _quantiles(xs, _):
    return {name: est.quantile(xs, float(name)) for name in (".05", ".25", ".5", ".75", ".95")}


def _moments(xs, _):
    skewness, pearson = est.biased_moments(xs)
    return {
        "mean": est.mean(xs),
        "sd": est.sd(xs),
        "skewG1": est.skew(xs),
        "exKurtG2": est.kurtosis(xs),
        "skewBiased": skewness,
        "exKurtBiased": pearson - 3,
    }


def _psr(xs, _):
    xs = _known(xs)
    sr = est.sharpe(xs, 1)
    return est.psr(sr, len(xs), *est.biased_moments(xs))


def _equity_drawdown(equity, start):
    amount, share, peak = 0, 0, start
    for value in equity:
        peak = max(peak, value)
        amount, share = max(amount, peak - value), max(share, 1 - value / peak)
    steps = [b - a for a, b in zip([start, *equity], equity)]
    assert math.isclose(est.drawdown(list(enumerate(steps)))[0], amount, abs_tol=1e-12)
    return {"abs": amount, "pct": share}


def _pnl_drawdown(pnl, params):
    equity, total = [], params["starting"]
    for step in pnl:
        total += step
        equity.append(total)
    return _equity_drawdown(equity, params["starting"])


def _kaplan_meier(data, _):
    survival = dict(est.kaplan_meier(data["t"], data["filled"]))
    return {f"S({t})": survival[t] for t in (1, 3)}


def _funding(data, _):
    return [-data["qty"] * mark * rate for mark, rate in data["mark_rate"]]


def _inverse(data, _):
    terms = money.Terms("X", {"contract": "inverse", "multiplier": Fraction(1)})
    basis = money.CostBasis()
    basis.trade(Fraction(data["qty"]), terms.value_of(_exact(data["open"])), terms.unit(0, 0))
    return float(basis.size * terms.value_of(_exact(data["mark"])) - basis.cost)


def _exact(number):
    return Fraction(str(number))


def _average_cost(fills, params):
    unit = Fraction(1, 10**16)
    basis, fifo, net, split = money.CostBasis(), money.Fifo(), Fraction(0), Fraction(0)
    result = {"qty": [], "avg": [], "realizedNet": [], "realizedGrossFIFO": []}
    for side, size, price in fills:
        net += basis.trade(Fraction(SIDES[side] * size), Fraction(price), unit)
        net -= size * price * _exact(params["feeRate"])
        split += fifo.trade(Fraction(SIDES[side] * size), Fraction(price))
        result["qty"].append(float(basis.size))
        result["avg"].append(float(basis.cost / basis.size))
        result["realizedNet"].append(float(net))
        result["realizedGrossFIFO"].append(float(split))
    return result


def _split(fills, _):
    basis, fifo, unit, mark = money.CostBasis(), money.Fifo(), Fraction(1, 2), Fraction(115)
    average, lots = Fraction(0), Fraction(0)
    for side, size, price in fills:
        average += basis.trade(Fraction(SIDES[side] * size), Fraction(price), unit)
        lots += fifo.trade(Fraction(SIDES[side] * size), Fraction(price))
    return {
        "mark": 115,
        "avg": {"realized": average, "unrealized": basis.size * mark - basis.cost},
        "fifo": {"realized": lots, "unrealized": fifo.unrealized(mark)},
    }


def _mark_out(data, _):
    edge, impact, gross = _markout(data["side"], data["px"], data["mid0"], data["midh"])
    fee = data["feeBps"] * data["px"] / data["mid0"]
    return {"h0_bps": edge, "markout_bps": gross, "impact_bps": impact, "net_bps": gross - fee}


def _attribution(data, _):
    """Through the whole program: the same fills as events."""
    made = _report_of(_as_events(data))["instruments"]["X"]
    pnl, position = made["pnl"], made["position"]
    named = {
        "qty": position["quantity"],
        "avg": position["averageCost"],
        "realized": pnl["realized"],
        "unrealized": pnl["unrealized"],
        "spread": pnl["spread"],
        "inventory": pnl["inventory"],
        "adverse_h": pnl["adverseSelection"]["1s"],
        "residual": pnl["beyond"]["1s"],
        "fees": pnl["fees"],
        "net": pnl["net"],
    }
    return {name: Fraction(value) for name, value in named.items()}


def _as_events(data):
    rows, time = [], 1_700_000_000_000_000

    def add(kind, **fields):
        rows.append(
            {"type": kind, "instrument": "X", "time": time, "sequence": len(rows) + 1, **fields}
        )

    def book(mid):
        add("reference", bid=f"{mid - 0.5:.2f}", ask=f"{mid + 0.5:.2f}")

    for at, (side, size, price, fee, mid, after) in enumerate(data["fills"]):
        book(mid)
        time += 1_000_000
        side = "buy" if side == "B" else "sell"
        trade = {"tradeId": str(at), "liquidity": "maker", "side": side}
        add("trade", **trade, price=str(price), quantity=str(size), fee=str(fee))
        time += 1_000_000
        book(after)
        time += 1_000_000
    add("funding", rate="0", intervalMinutes=60, payment=str(data["funding"]))
    book(data["finalMid"])
    return [json.dumps(row).encode() for row in rows]


METRICS = {
    "sharpe": lambda xs, p: est.sharpe(_known(xs), p.get("periods", 365)),
    "annual_vol": _annual_vol,
    "quantile": _quantiles,
    "moments": _moments,
    "wilson95": lambda d, _: est.wilson(d["k"], d["n"]),
    "two_prop_z": lambda d, _: est.two_proportion_z(d["k1"], d["n1"], d["k2"], d["n2"]),
    "newey_west_t": lambda xs, p: _t(xs, p["lags"]),
    "lo_annualizer": lambda d, _: est.lo_annualizer(d["q"], d["rhos"]),
    "psr": _psr,
    "psr_from_moments": lambda d, _: est.psr(d["sr"], d["n"], d["skew"], d["kurt"]),
    "max_drawdown_equity": lambda xs, _: _equity_drawdown(xs, xs[0]),
    "max_drawdown_pnl": _pnl_drawdown,
    "kaplan_meier": _kaplan_meier,
    "funding_cash": _funding,
    "pnl_inverse": _inverse,
    "pnl_avgcost_fee1bp": _average_cost,
    "avgcost_vs_fifo": _split,
    "pnl_attribution": _attribution,
    "markout": _mark_out,
}


# --- fixtures ---


def _report_of(data, arguments=()):
    options = report.options_of(["-", "--clock", str(CLOCK), *arguments])
    return json.loads(json.dumps(report.make(data, options), allow_nan=False))


def check_fixtures(write):
    hand = json.loads((FIXTURES / "hand.json").read_text(encoding="utf-8"))
    names = sorted(path.name.split(".")[0] for path in FIXTURES.glob("*.ndjson*"))
    expect("every fixture has its hand figures", sorted(hand), names, 0)
    for name, sheet in hand.items():
        file = FIXTURES / sheet.get("file", f"{name}.ndjson")
        made = _report_of(lines.read_lines(file), sheet["arguments"])
        for path, value in sheet["figures"].items():
            expect(f"{name}: {path}", _at(made, path), value, HAND_DIGITS)
        target = FIXTURES / f"{name}.expected.json"
        if write:
            header = {"source": "test/oracle/report.py", **sheet}
            del header["figures"]
            _save(target, {"header": header, **made})
        stored = json.loads(target.read_text(encoding="utf-8"))
        expect(f"{name}: as stored", [*compare.differences(made, stored)], [[], [], []], 0)
        check_identities(name, made)


def check_identities(name, made):
    """gross = spread + inventory, net = gross + funding − fees, realized + unrealized = gross: exactly."""
    for metrics in [made["portfolio"], *made["instruments"].values()]:
        pnl = metrics["pnl"]
        if pnl["net"] is None:
            continue
        at = {k: Fraction(v) for k, v in pnl.items() if isinstance(v, str) and k != "status"}
        sums = [
            at["spread"] + at["inventory"] - at["gross"],
            at["gross"] + at["funding"] - at["fees"] - at["net"],
            at["realized"] + at["unrealized"] - at["gross"],
            at["residual"],
        ]
        for label in pnl["beyond"]:
            parts = [pnl[k][label] for k in ("adverseSelection", "beyond", "unattributed")]
            sums.append(sum(map(Fraction, parts)) - at["inventory"])
        expect(f"{name}: identities of {metrics['currency']}", any(sums), False, 0)


def _at(made, path):
    for name in path.split("/"):
        made = made[name]
    return made


def _save(path, content):
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def main():
    check_worked_numbers()
    check_vectors()
    check_fixtures("--write" in sys.argv[1:])
    print(f"{len(passed)} checks passed, {len(failures)} failed")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
