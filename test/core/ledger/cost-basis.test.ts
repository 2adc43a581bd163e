import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyToCostBasis, type CostBasis, FLAT } from "../../../lib/core/ledger/cost-basis.ts";
import { exactToNumber } from "../../../lib/core/ledger/exact.ts";
import { ledgerPrice, makeScale, moneyToExact } from "../../../lib/core/ledger/scale.ts";

interface Fill {
  readonly lots: number;
  readonly price: bigint;
}

const fill: fc.Arbitrary<Fill> = fc.record({
  lots: fc.integer({ min: -50, max: 50 }).filter((lots) => lots !== 0),
  price: fc.bigInt({ min: 1n, max: 500n }),
});
const fills = fc.array(fill, { maxLength: 60 });

function run(all: readonly Fill[]) {
  let basis: CostBasis = FLAT;
  let realized = 0n;
  let cash = 0n;
  for (const { lots, price } of all) {
    const step = applyToCostBasis(basis, lots, price);
    basis = step;
    realized += step.realized;
    cash -= BigInt(lots) * price;
  }
  return { position: basis.position, cost: basis.cost, realized, cash };
}

describe("applyToCostBasis", () => {
  it.each([
    { when: "it opens", fills: [[2, 100]], position: 2, cost: 200, realized: 0 },
    {
      when: "it adds",
      fills: [
        [2, 100],
        [1, 130],
      ],
      position: 3,
      cost: 330,
      realized: 0,
    },
    {
      when: "it closes a part",
      fills: [
        [4, 100],
        [-1, 110],
      ],
      position: 3,
      cost: 300,
      realized: 10,
    },
    {
      when: "it closes all",
      fills: [
        [3, 100],
        [-3, 90],
      ],
      position: 0,
      cost: 0,
      realized: -30,
    },
    {
      when: "it flips to short",
      fills: [
        [2, 100],
        [-3, 110],
      ],
      position: -1,
      cost: -110,
      realized: 20,
    },
    {
      when: "a short gains",
      fills: [
        [-2, 100],
        [2, 90],
      ],
      position: 0,
      cost: 0,
      realized: 20,
    },
    {
      when: "a short flips",
      fills: [
        [-2, 100],
        [5, 110],
      ],
      position: 3,
      cost: 330,
      realized: -20,
    },
    {
      when: "a tie rounds to even",
      fills: [
        [1, 2],
        [1, 3],
        [-1, 4],
      ],
      position: 1,
      cost: 3,
      realized: 2,
    },
  ])("books $position lots, cost $cost and realized $realized when $when", (row) => {
    const all = row.fills.map(([lots = 0, price = 0]) => ({ lots, price: BigInt(price) }));
    const { position, cost, realized } = run(all);
    expect([position, cost, realized]).toEqual([
      row.position,
      BigInt(row.cost),
      BigInt(row.realized),
    ]);
  });

  it("keeps realized + unrealized equal to cash + Q·m, at any mark", () => {
    fc.assert(
      fc.property(fills, fc.bigInt({ min: 1n, max: 500n }), (all, mark) => {
        const { position, cost, realized, cash } = run(all);
        const value = BigInt(position) * mark;
        expect(realized + (value - cost)).toBe(cash + value);
      }),
    );
  });

  it("is exact whenever it is flat", () => {
    fc.assert(
      fc.property(fills, (all) => {
        const { position } = run(all);
        if (position === 0) return;
        const flat = run([...all, { lots: -position, price: 250n }]);
        expect([flat.position, flat.cost]).toEqual([0, 0n]);
        expect(flat.realized).toBe(flat.cash);
      }),
    );
  });

  it("differs by at most a unit a close when a trade comes in two parts", () => {
    fc.assert(
      fc.property(fills, fc.integer({ min: 1, max: 49 }), (all, at) => {
        const halves = all.flatMap(({ lots, price }) => {
          const part = Math.trunc((lots * at) / 50);
          return [part, lots - part].filter((x) => x !== 0).map((x) => ({ lots: x, price }));
        });
        const [whole, split] = [run(all), run(halves)];
        expect([split.position, split.cash]).toEqual([whole.position, whole.cash]);
        const moved = split.realized - whole.realized;
        expect((moved < 0n ? -moved : moved) <= BigInt(halves.length)).toBe(true);
      }),
    );
  });

  it("mirrors: the other side at the reflected price realizes the same", () => {
    fc.assert(
      fc.property(fills, (all) => {
        const other = all.map(({ lots, price }) => ({ lots: -lots, price: 1000n - price }));
        const moved = run(other).realized - run(all).realized;
        expect((moved < 0n ? -moved : moved) <= BigInt(all.length)).toBe(true);
      }),
    );
  });

  // Trading Technologies' example, as published with 1 bp fees: 12 @ 100, 17 @ 99, −9 @ 101, −4 @ 105, 3 @ 103.
  it("follows the published example of average cost", () => {
    const all = [
      { lots: 12, price: 100, average: 100, net: -0.12 },
      { lots: 17, price: 99, average: 99.4137931, net: -0.2883 },
      { lots: -9, price: 101, average: 99.4137931, net: 13.89666207 },
      { lots: -4, price: 105, average: 99.4137931, net: 36.19948966 },
      { lots: 3, price: 103, average: 99.9800363, net: 36.16858966 },
    ];
    let basis: CostBasis = FLAT;
    let net = 0;
    for (const { lots, price, average, net: expected } of all) {
      const step = applyToCostBasis(basis, lots, BigInt(price) * 10n ** 9n);
      basis = step;
      net += Number(step.realized) / 1e9 - Math.abs(lots) * price * 1e-4;
      expect(Number(basis.cost) / 1e9 / basis.position).toBeCloseTo(average, 7);
      expect(net).toBeCloseTo(expected, 7);
    }
  });

  it.each([
    { contracts: -100_000, open: 10_000, mark: 11_000, coin: -0.90909091 },
    { contracts: 100_000, open: 10_500, mark: 11_505.6, coin: 0.83238969 },
    { contracts: -1_250_000, open: 15_500, mark: 12_506.65, coin: 19.301667 },
  ])("makes $coin BTC of $contracts inverse contracts from $open to $mark", (row) => {
    const scale = makeScale(2, 0, { inverse: true, multiplier: { mantissa: 1, decimals: 0 } });
    const [opened = 0n, now = 0n] = [row.open, row.mark].map((price) => {
      return ledgerPrice(scale, Math.round(price * 200));
    });
    const held = applyToCostBasis(FLAT, row.contracts, opened);
    const closed = applyToCostBasis(held, -row.contracts, now);
    expect(exactToNumber(moneyToExact(scale, closed.realized))).toBeCloseTo(row.coin, 8);
  });
});
