import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ExactDecimal } from "../../../lib/core/ledger/exact.ts";
import { addExact, formatExact, negateExact } from "../../../lib/core/ledger/exact.ts";
import { attribution, averagePrice, pnlFigures } from "../../../lib/core/metrics/attribution.ts";
import { figuresFrom, type Line } from "../../fold.ts";

const amount: fc.Arbitrary<ExactDecimal> = fc.record({
  units: fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
  decimals: fc.nat({ max: 9 }),
});
const NO_GAPS = { feesUnconverted: {}, hasMid: true, fundingsWithoutMark: 0 };
const START = 1_758_300_000_000_000;

function tenths(units: number): ExactDecimal {
  return { units: BigInt(units), decimals: 1 };
}

describe("attribution", () => {
  it("derives what is not measured, and leaves nothing over where nothing is", () => {
    const made = attribution({
      spread: tenths(3),
      inventory: tenths(3),
      gross: tenths(6),
      realized: tenths(9),
      fees: tenths(1),
      funding: tenths(2),
      horizons: [{ label: "5s", adverse: tenths(-1), unattributed: tenths(1) }],
    });
    const figures = pnlFigures(made, NO_GAPS);
    expect(figures).toMatchObject({ unrealized: "-0.3", net: "0.7", residual: "0", status: "ok" });
    expect(figures.beyond).toEqual({ "5s": "0.3" });
  });

  it("shows a residual where the measured parts do not add up", () => {
    const zero = tenths(0);
    const rest = { realized: zero, fees: zero, funding: zero, horizons: [] };
    const made = attribution({
      ...rest,
      spread: tenths(3),
      inventory: tenths(3),
      gross: tenths(7),
    });
    expect(pnlFigures(made, NO_GAPS).residual).toBe("0.1");
  });

  it("splits every horizon without rest", () => {
    fc.assert(
      fc.property(amount, amount, amount, (inventory, adverse, unattributed) => {
        const zero = tenths(0);
        const rest = { spread: zero, gross: inventory, realized: zero, fees: zero, funding: zero };
        const horizons = [{ label: "h", adverse, unattributed }];
        const [made] = attribution({ ...rest, inventory, horizons }).horizons;
        if (made === undefined) throw new Error("a horizon went missing");
        const sum = addExact(addExact(made.adverse, made.beyond), made.unattributed);
        expect(formatExact(addExact(sum, negateExact(inventory)))).toBe("0");
      }),
    );
  });

  it.each([
    { gaps: { ...NO_GAPS, hasMid: false }, missing: ["gross", "inventory", "net", "unrealized"] },
    { gaps: { ...NO_GAPS, fundingsWithoutMark: 1 }, missing: ["funding", "net"] },
    { gaps: { ...NO_GAPS, feesUnconverted: { BNB: tenths(1) } }, missing: ["net"] },
  ])("gives null for $missing, never a part of it", ({ gaps, missing }) => {
    const one = tenths(1);
    const made = attribution({
      ...{ spread: one, inventory: one, gross: tenths(2), realized: one },
      ...{ fees: one, funding: one, horizons: [] },
    });
    const { residual: _, ...figures } = pnlFigures(made, gaps);
    const nulls = Object.entries(figures).filter(([, value]) => value === null);
    expect(nulls.map(([name]) => name).sort()).toEqual(missing);
    expect(figures.status).toBe("no-reference");
  });
});

describe("averagePrice", () => {
  it.each([
    { total: -2022, quantity: -20, expected: "101.1" },
    { total: 1000, quantity: 30, expected: "33.333333333333" },
    { total: 2000, quantity: 30, expected: "66.666666666667" },
  ])("is $expected for $total / $quantity", ({ total, quantity, expected }) => {
    expect(averagePrice(tenths(total), tenths(quantity))).toBe(expected);
  });

  it("is undefined of nothing", () => {
    expect(averagePrice(tenths(1), tenths(0))).toBeUndefined();
  });
});

/** Events of one instrument with their second. */
function told(
  ...events: readonly (readonly [number, Readonly<Record<string, unknown>>])[]
): Line[] {
  return events.map(([second, event], index) => {
    return { instrument: "X", time: START + second * 1_000_000, sequence: index + 1, ...event };
  });
}

const mid = (value: number) => ({ type: "reference", bid: value - 1, ask: value + 1 });
const trade = (side: string, quantity: string, price: string, more = {}) => ({
  ...{ type: "trade", tradeId: `${side}${quantity}${price}`, side, price, quantity },
  ...{ liquidity: "maker", fee: "0", ...more },
});

describe("the PnL of a book", () => {
  it("that is flat needs no mid", async () => {
    const { pnl, position } = await figuresFrom(
      told([0, trade("buy", "2", "100")], [1, trade("sell", "2", "103", { fee: "0.5" })]),
    );
    expect(pnl).toMatchObject({ gross: "6", net: "5.5", realized: "6", unrealized: "0" });
    expect(pnl).toMatchObject({ spread: "0", inventory: "6", residual: "0", status: "ok" });
    expect(pnl.unattributed["5s"]).toBe("6");
    expect(position).toMatchObject({ quantity: "0", mark: null, unrealized: "0" });
  });

  it("that holds something without a mid is unknown, and stays exact when the mid comes", async () => {
    const events = [
      [0, trade("buy", "2", "100")],
      [1, trade("sell", "1", "103")],
    ] as const;
    const before = await figuresFrom(told(...events));
    expect(before.pnl).toMatchObject({ gross: null, net: null, realized: "3", residual: null });
    const after = await figuresFrom(told(...events, [2, mid(110)]));
    expect(after.pnl).toMatchObject({
      gross: "13",
      realized: "3",
      unrealized: "10",
      residual: "0",
    });
    expect(after.pnl).toMatchObject({ spread: "0", inventory: "13" });
  });

  it("takes the edge against the last mid strictly before the trade", async () => {
    const { pnl } = await figuresFrom(
      told([0, mid(100)], [1, mid(104)], [1, trade("sell", "1", "101")], [2, mid(104)]),
    );
    expect(pnl).toMatchObject({ spread: "1", inventory: "-4", gross: "-3" });
  });

  it("is read in one scale, however fine the decimals become", async () => {
    const { position, pnl } = await figuresFrom(
      told(
        [0, { type: "reference", bid: "100", ask: "101" }],
        [1, trade("buy", "1", "100", { positionBefore: "0.25" })],
        [2, { type: "reference", bid: "100", ask: "99.95" }],
        [3, trade("sell", "0.125", "100.125", { positionBefore: "1.25" })],
        [4, { type: "reference", bid: "100.0625", ask: "100.1875" }],
      ),
    );
    expect(position).toMatchObject({ quantity: "1.125", mark: "100.125" });
    expect(pnl.residual).toBe("0");
    // Seeded 0.25 at 100.5, 1 at 100; 0.125 sold at 100.125; valued at 100.125.
    expect(pnl.gross).toBe("0.03125");
  });
});
