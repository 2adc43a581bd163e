/**
 * Goal: on 3,393 real fills, what each close realized is what the exchange reported, and positions follow its own.
 * Method: the fills of each (account, coin) go through the pipeline, each in a 5 s bucket of its own (the export has
 * minutes only; its order is that of the exchange). What a bucket realized is compared with `Closed PnL` (gross of
 * fees, average cost) within 0.6 bps of the closed notional, and our largest difference with that of others. `@107` is a spot
 * pair: fees of buys are in base tokens and reduce the position, and its cost at the start is not in the file.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { exactToNumber } from "../../lib/core/ledger/exact.ts";
import { moneyToExact } from "../../lib/core/ledger/scale.ts";
import { decodeCore } from "../../lib/core/rollup/core-text.ts";
import { type Folded, folded, type Line } from "../fold.ts";
import { sharedPath, sharedPresent, warnSharedAbsent } from "../shared-data.ts";

const START = 1_730_000_000_000_000;
const STEP = 5_000_000;
const CLOSED_TOLERANCE = 0.6e-4;
/** The export rounds positions to 10 digits, which of 10,000 are 5 below the point. */
const POSITION_TOLERANCE = 1e-5;

interface Fill {
  readonly price: string;
  readonly quantity: string;
  readonly side: "buy" | "sell";
  readonly start: string;
  readonly closedPnl: number;
  readonly taker: boolean;
  readonly fee: string;
}

interface ExpectedSeries {
  readonly account: string;
  readonly coin: string;
  readonly kind: "spot" | "perp";
  readonly fills: number;
  readonly maker_fills: number;
  readonly sum_closed_pnl: number;
  readonly sum_fee: number;
  readonly last_position: number;
  readonly position_chain_breaks: number;
  /** Of a recomputation by others, against the exchange. */
  readonly avg_cost_max_abs_diff: number;
  readonly sum_notional: number;
}

function readFills(): ReadonlyMap<string, readonly Fill[]> {
  const text = gunzipSync(readFileSync(sharedPath("data", "fills", "hyperliquid_fills.csv.gz")));
  const [header = "", ...lines] = text.toString("utf8").trim().split("\n");
  const column = new Map(header.split(",").map((name, index) => [name.trim(), index]));
  const series = new Map<string, Fill[]>();
  for (const line of lines) {
    const cells = line.split(",");
    const cell = (name: string) => cells[column.get(name) ?? -1]?.trim() ?? "";
    const key = `${cell("Account")}/${cell("Coin")}`;
    const fills = series.get(key) ?? [];
    series.set(key, fills);
    fills.push({
      price: cell("Execution Price"),
      quantity: cell("Size Tokens"),
      side: cell("Side") === "BUY" ? "buy" : "sell",
      start: cell("Start Position"),
      closedPnl: Number(cell("Closed PnL")),
      taker: cell("Crossed") === "TRUE",
      fee: cell("Fee"),
    });
  }
  return series;
}

function readExpected(): readonly ExpectedSeries[] {
  const path = sharedPath("data", "fills", "hyperliquid_fills.expected.json");
  return JSON.parse(readFileSync(path, "utf8")).per_account_coin;
}

function linesOf({ account, coin, kind }: ExpectedSeries, fills: readonly Fill[]): Line[] {
  const spot = kind === "spot";
  const instrument = coin.replace("@", "SPOT-").toUpperCase();
  const envelope = { account: account.toLowerCase(), instrument };
  const terms = { base: "BASE", quote: "USDC", settle: "USDC", kind, contract: "linear" };
  const sizes = { multiplier: "1", tick: "0.01", lot: "0.01" };
  const told = { type: "instrument", ...envelope, time: START, sequence: 1, ...terms, ...sizes };
  const trades = fills.map((fill, index) => ({
    type: "trade",
    ...envelope,
    time: START + (index + 1) * STEP,
    sequence: index + 2,
    tradeId: `fill-${index}`,
    side: fill.side,
    price: fill.price,
    quantity: fill.quantity,
    liquidity: fill.taker ? "taker" : "maker",
    fee: fill.fee,
    feeCurrency: spot && fill.side === "buy" ? "BASE" : "USDC",
    ...(spot && index > 0 ? {} : { positionBefore: fill.start }),
  }));
  return [told, ...trades];
}

/** What each fill realized, and how many told positions were not ours. */
async function bucketsOf({ store }: Folded, { account, coin }: ExpectedSeries) {
  const rows = await store.metrics.readRollups({
    account: account.toLowerCase(),
    instrument: coin.replace("@", "SPOT-").toUpperCase(),
    resolution: "5s",
    from: START + STEP,
    to: 2 ** 52,
  });
  const cores = rows.filter(({ part }) => part === "core").map(({ value }) => decodeCore(value));
  return {
    realized: cores.map(({ part, scale }) => exactToNumber(moneyToExact(scale, part.realized))),
    positions: cores.map(({ part, scale }) => part.position / 10 ** scale.quantityDecimals),
    breaks: cores.reduce((sum, { part }) => sum + part.positionBreaks, 0),
  };
}

/** Closed quantity of each fill, from the exchange's own start position. */
function closedQuantity({ start, side, quantity }: Fill): number {
  const held = Number(start);
  const closes = side === "buy" ? held < 0 : held > 0;
  return closes ? Math.min(Math.abs(held), Number(quantity)) : 0;
}

if (!sharedPresent) warnSharedAbsent("real fills");

const fillsBySeries = sharedPresent ? readFills() : new Map<string, readonly Fill[]>();
const expectedSeries = sharedPresent ? readExpected() : [];
const perpetuals = expectedSeries.filter(({ kind }) => kind === "perp");
const spots = expectedSeries.filter(({ kind }) => kind === "spot");

describe.runIf(sharedPresent)("real fills", () => {
  it("are all there", () => {
    const counts = expectedSeries.map(({ account, coin }) => {
      return fillsBySeries.get(`${account}/${coin}`)?.length ?? 0;
    });
    expect(counts).toEqual(expectedSeries.map(({ fills }) => fills));
    expect(counts.reduce((a, b) => a + b)).toBe(3393);
  });

  it.each(perpetuals)("of $account in $coin realize what the exchange says", async (series) => {
    const fills = fillsBySeries.get(`${series.account}/${series.coin}`) ?? [];
    await folded(linesOf(series, fills), async (fold) => {
      const { realized, breaks } = await bucketsOf(fold, series);
      const off = fills.map((fill, index) =>
        Math.abs((realized[index] ?? Number.NaN) - fill.closedPnl),
      );
      const beyond = fills.filter((fill, index) => {
        const allowed = closedQuantity(fill) * Number(fill.price) * CLOSED_TOLERANCE + 1e-6;
        return !((off[index] ?? Number.NaN) <= allowed);
      });
      // The exchange rounds the entry price; where that is 0.8 bps of a tiny price, others are off by as much.
      expect(beyond.length).toBe(series.coin === "kPEPE" ? 4 : 0);
      // Below a unit of the ledger, half a tick × a lot, ours is rounded too.
      expect(Math.max(...off)).toBeCloseTo(series.avg_cost_max_abs_diff, 4);
      expect(breaks).toBe(series.position_chain_breaks);
      const figures = Object.values((await fold.report()).instruments)[0];
      expect(Number(figures?.pnl.realized)).toBeCloseTo(
        realized.reduce((a, b) => a + b, 0),
        6,
      );
      const closedNotional = fills.reduce(
        (sum, fill) => sum + closedQuantity(fill) * Number(fill.price),
        0,
      );
      const sumOff = Math.abs(Number(figures?.pnl.realized) - series.sum_closed_pnl);
      const share = beyond.length === 0 ? CLOSED_TOLERANCE : 1e-4;
      expect(sumOff).toBeLessThanOrEqual(share * closedNotional + 1e-6);
      expect(Number(figures?.pnl.fees)).toBeCloseTo(series.sum_fee, 6);
      expect(Number(figures?.position?.quantity)).toBeCloseTo(series.last_position, 6);
      expect(figures?.trades.maker).toBe(series.maker_fills);
    });
  });

  it.each(spots)("of $account in spot $coin reduce the position by base fees", async (series) => {
    const fills = fillsBySeries.get(`${series.account}/${series.coin}`) ?? [];
    await folded(linesOf(series, fills), async (fold) => {
      const { positions } = await bucketsOf(fold, series);
      const breaks = fills.slice(1).filter((fill, index) => {
        const [before = Number.NaN, after = Number.NaN] = [
          index === 0 ? Number(fills[0]?.start) : positions[index - 1],
          positions[index],
        ];
        const moved = after - before;
        const theirs = Number(fill.start) - Number(fills[index]?.start);
        return Math.abs(moved - theirs) > POSITION_TOLERANCE;
      });
      expect(positions.length).toBe(fills.length);
      expect(breaks.length).toBe(series.position_chain_breaks);
    });
  });
});
