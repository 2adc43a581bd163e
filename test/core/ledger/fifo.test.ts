import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FifoTrade, fifo } from "../../../lib/core/ledger/fifo.ts";

const trade: fc.Arbitrary<FifoTrade> = fc.record({
  signedLots: fc.integer({ min: -20, max: 20 }).filter((lots) => lots !== 0),
  ledgerPrice: fc.bigInt({ min: 1n, max: 100n }),
});

function trades(...all: readonly (readonly [number, number])[]): FifoTrade[] {
  return all.map(([signedLots, price]) => ({ signedLots, ledgerPrice: BigInt(price) }));
}

describe("fifo", () => {
  it("closes the oldest first", () => {
    const { realized, lots, cost } = fifo(trades([1, 100], [1, 110], [-1, 120]));
    expect(realized).toBe(20n);
    expect(lots).toEqual(trades([1, 110]));
    expect(cost).toBe(110n);
  });

  it("opens what is left of a trade that closes everything", () => {
    const { realized, lots } = fifo(trades([2, 100], [1, 110], [-5, 120]));
    expect(realized).toBe(50n);
    expect(lots).toEqual(trades([-2, 120]));
  });

  it("closes part of a lot, and shorts as well", () => {
    const { realized, lots } = fifo(trades([-5, 100], [2, 90], [1, 95]));
    expect(realized).toBe(25n);
    expect(lots).toEqual(trades([-2, 100]));
  });

  it("splits the same gross: realized + unrealized = cash + Q·m", () => {
    fc.assert(
      fc.property(
        fc.array(trade, { maxLength: 80 }),
        fc.bigInt({ min: 1n, max: 100n }),
        (all, m) => {
          const { realized, lots, cost } = fifo(all);
          const position = all.reduce((sum, { signedLots }) => sum + signedLots, 0);
          const cash = all.reduce((sum, t) => sum - BigInt(t.signedLots) * t.ledgerPrice, 0n);
          expect(lots.reduce((sum, { signedLots }) => sum + signedLots, 0)).toBe(position);
          expect(new Set(lots.map(({ signedLots }) => Math.sign(signedLots))).size <= 1).toBe(true);
          expect(realized + BigInt(position) * m - cost).toBe(cash + BigInt(position) * m);
        },
      ),
    );
  });
});
