/**
 * Goal: every reference figure for the ledger and for markouts comes out, within its own tolerance.
 * Method: one check per metric of the shared vectors; a vector that nobody checks fails, and so does a check without
 * a vector. Prices are given eight decimals, so that the tolerances are the references' and not the ledger's unit.
 */
import { describe, expect, it } from "vitest";
import type { Decimal } from "../../../lib/core/events/event.ts";
import { applyToCostBasis, type CostBasis, FLAT } from "../../../lib/core/ledger/cost-basis.ts";
import { exactToNumber } from "../../../lib/core/ledger/exact.ts";
import { type FifoTrade, fifo } from "../../../lib/core/ledger/fifo.ts";
import { fundingCash } from "../../../lib/core/ledger/funding.ts";
import {
  cashToExact,
  ledgerPrice,
  makeScale,
  moneyToExact,
  type Scale,
} from "../../../lib/core/ledger/scale.ts";
import { feeBps, impactBps, markoutBps } from "../../../lib/core/metrics/markout.ts";
import { figuresFrom, type Line } from "../../fold.ts";
import { readVectors, sharedPresent, type Vector } from "../../shared-data.ts";

type Check = (vector: Vector) => unknown;
type Fill = readonly ["B" | "S", number, number];

const ONE: Decimal = { mantissa: 1, decimals: 0 };
const linear = makeScale(8, 0, { inverse: false, multiplier: ONE });
const inverse = makeScale(2, 0, { inverse: true, multiplier: ONE });

function halfTicks(scale: Scale, price: number): number {
  return Math.round(price * 2 * 10 ** scale.priceDecimals);
}

function money(scale: Scale, units: bigint): number {
  return exactToNumber(moneyToExact(scale, units));
}

function tradesOf(fills: readonly Fill[]): FifoTrade[] {
  return fills.map(([side, lots, price]) => ({
    signedLots: side === "B" ? lots : -lots,
    ledgerPrice: ledgerPrice(linear, halfTicks(linear, price)),
  }));
}

function averageCost({ input, params }: Vector): unknown {
  const fills = input as readonly Fill[];
  const feeRate = params["feeRate"] as number;
  const trades = tradesOf(fills);
  const result = { qty: [] as number[], avg: [] as number[], realizedNet: [] as number[] };
  const realizedGrossFIFO = trades.map((_, index) => {
    return money(linear, fifo(trades.slice(0, index + 1)).realized);
  });
  let basis: CostBasis = FLAT;
  let net = 0;
  for (const [index, { signedLots, ledgerPrice: price }] of trades.entries()) {
    const step = applyToCostBasis(basis, signedLots, price);
    basis = step;
    const notional = Math.abs(money(linear, BigInt(signedLots) * price));
    net += money(linear, step.realized) - notional * feeRate;
    result.qty[index] = basis.position;
    result.avg[index] = money(linear, basis.cost) / basis.position;
    result.realizedNet[index] = net;
  }
  return { ...result, realizedGrossFIFO };
}

function bothMethods({ input, expected }: Vector): unknown {
  const { mark } = expected as { readonly mark: number };
  const trades = tradesOf(input as readonly Fill[]);
  const price = ledgerPrice(linear, halfTicks(linear, mark));
  let basis: CostBasis = FLAT;
  let realized = 0n;
  for (const { signedLots, ledgerPrice: paid } of trades) {
    const step = applyToCostBasis(basis, signedLots, paid);
    basis = step;
    realized += step.realized;
  }
  const value = BigInt(basis.position) * price;
  const lots = fifo(trades);
  const split = (gained: bigint, cost: bigint) => ({
    realized: money(linear, gained),
    unrealized: money(linear, value - cost),
  });
  return { mark, avg: split(realized, basis.cost), fifo: split(lots.realized, lots.cost) };
}

function inversePnl({ input }: Vector): number {
  const { qty, open, mark } = input as Record<"qty" | "open" | "mark", number>;
  const [opened, now] = [open, mark].map((p) => ledgerPrice(inverse, halfTicks(inverse, p)));
  return money(inverse, BigInt(qty) * ((now ?? 0n) - (opened ?? 0n)));
}

function funding({ input }: Vector): number[] {
  const { mark_rate: pairs, qty } = input as { mark_rate: [number, number][]; qty: number };
  return pairs.map(([mark, rate]) => {
    // Rates as small as these have an exponent: they are written out.
    const micro = Math.round(rate * 1e9);
    const decimal = { mantissa: micro, decimals: micro === 0 ? 0 : 9 };
    return exactToNumber(cashToExact(fundingCash(linear, qty, halfTicks(linear, mark), decimal)));
  });
}

function markout({ input }: Vector): unknown {
  const { side, px, mid0, midh, feeBps: fee } = input as Record<string, number>;
  const trade = {
    side: side === 1 ? ("buy" as const) : ("sell" as const),
    price: px ?? 0,
    preTradeMid: mid0 ?? 0,
  };
  const gross = markoutBps(trade, midh ?? 0) ?? Number.NaN;
  const paid = ((fee ?? 0) / 1e4) * trade.price;
  return {
    h0_bps: markoutBps(trade, trade.preTradeMid),
    markout_bps: gross,
    impact_bps: impactBps(trade, midh ?? 0),
    net_bps: gross - (feeBps(paid, trade.preTradeMid) ?? Number.NaN),
  };
}

interface FlipInput {
  readonly fills: readonly (readonly ["B" | "S", number, number, number, number, number])[];
  readonly finalMid: number;
  readonly funding: number;
}

/** The same fills as events, through the whole pipeline; the mid after each moves 1 s later. */
async function attributed({ input }: Vector): Promise<unknown> {
  const { fills, finalMid, funding: payment } = input as FlipInput;
  const lines: Line[] = [];
  let time = 1_700_000_000_000_000;
  const add = (type: string, fields: Readonly<Record<string, unknown>>) => {
    lines.push({ type, instrument: "X", time, sequence: lines.length + 1, ...fields });
  };
  const book = (mid: number) =>
    add("reference", { bid: (mid - 0.5).toFixed(2), ask: (mid + 0.5).toFixed(2) });
  for (const [side, quantity, price, fee, mid, after] of fills) {
    book(mid);
    time += 1_000_000;
    const trade = { tradeId: `t${lines.length}`, side: side === "B" ? "buy" : "sell" };
    add("trade", { ...trade, price, quantity, liquidity: "maker", fee });
    time += 1_000_000;
    book(after);
    time += 1_000_000;
  }
  add("funding", { rate: 0, intervalMinutes: 60, payment });
  book(finalMid);
  const { pnl, position } = await figuresFrom(lines);
  const named = {
    qty: position?.quantity,
    avg: position?.averageCost,
    realized: pnl.realized,
    unrealized: pnl.unrealized,
    spread: pnl.spread,
    inventory: pnl.inventory,
    adverse_h: pnl.adverseSelection["1s"],
    residual: pnl.beyond["1s"],
    fees: pnl.fees,
    net: pnl.net,
  };
  return Object.fromEntries(Object.entries(named).map(([name, text]) => [name, Number(text)]));
}

const CHECKS: Readonly<Record<string, Check>> = {
  avgcost_vs_fifo: bothMethods,
  funding_cash: funding,
  markout,
  pnl_attribution: attributed,
  pnl_avgcost_fee1bp: averageCost,
  pnl_inverse: inversePnl,
};

function expectClose(actual: unknown, expected: unknown, tolerance: number): void {
  if (typeof expected === "number") {
    expect(Math.abs((actual as number) - expected)).toBeLessThanOrEqual(tolerance);
    return;
  }
  const fields = Object.entries(expected as Record<string, unknown>);
  expect(Object.keys(actual as object).sort()).toEqual(fields.map(([name]) => name).sort());
  for (const [name, value] of fields) {
    expectClose((actual as Record<string, unknown>)[name], value, tolerance);
  }
}

const vectors = readVectors().filter(({ metric }) => metric in CHECKS);

describe.runIf(sharedPresent)("the reference vectors of the ledger", () => {
  it.each(vectors)("$id comes out", async (vector) => {
    expectClose(await CHECKS[vector.metric]?.(vector), vector.expected, vector.tol);
  });

  it("have a check each, and every check has one", () => {
    expect([...new Set(vectors.map(({ metric }) => metric))].sort()).toEqual(
      Object.keys(CHECKS).sort(),
    );
  });
});
