/** Samples of recorded markets, where the reference data lies beside the project. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { readMarket } from "../../lib/adapters/market/read-market.ts";
import { parseEvent } from "../../lib/core/events/parse.ts";
import { quoteInto } from "../../lib/core/simulator/recorded-maker.ts";
import type {
  BookTop,
  MarketPrint,
  RecordedMarket,
} from "../../lib/core/simulator/recorded-market.ts";
import { type FillReturns, FillReturnWatch } from "./fill-return.ts";
import { at, type MarketSample } from "./sample.ts";

const MARKETS = fileURLToPath(new URL("../../../shared/data/market/", import.meta.url));

/** Recordings long enough for some of the facts. */
const RECORDINGS: readonly (readonly [string, string])[] = [
  ["Binance BTC perp, 6 min", "binance_20240808/usdm_BTCUSDT"],
  ["Binance BTC spot, 6 min", "binance_20240808/spot_BTCUSDT"],
  ["Aster BTC perp, 1.7 h", "aster_20250924/BTCUSDT"],
  ["Aster ETH perp, 2.9 h", "aster_20250924/ETHUSDT"],
  ["Hyperliquid BTC perp, 1 h in 7", "hyperliquid_btc_sessions_202509/BTC"],
  ["StandX BTC perp, 24 h", "standx_btc_20260105_07/BTC-USD_2026-01-06"],
  ["IBM, 6.5 h", "lean_equity_201310/IBM_20131007"],
  ["Amazon, 6.5 h", "lobster_20120621/AMZN"],
];

/** A second without a book for this long is unknown. */
const SILENCE_US = 60e6;

/** A recorded market, and what Brawler's fills in it were worth. */
export interface RecordedSample {
  readonly sample: MarketSample;
  readonly returns: FillReturns | undefined;
}

/** Empty where there is no reference data. */
export async function recordedSamples(): Promise<readonly RecordedSample[]> {
  const samples: RecordedSample[] = [];
  for (const [name, path] of RECORDINGS) {
    const file = resolve(MARKETS, path);
    if (!existsSync(`${file}.quotes.csv.gz`)) continue;
    const market = await readMarket(file);
    const sample = sampleOf(name, market.books, market.prints);
    samples.push({ sample, returns: returnsIn(market) });
  }
  return samples;
}

const SEED = 1;
/** Nearer than this to each other, distances tell nothing beside moves of whole bps. */
const LEAST_SLOT_BPS = 0.1;

function returnsIn(market: RecordedMarket): FillReturns | undefined {
  const halfTickBps = (0.5 / (market.books[0]?.bid ?? Number.NaN)) * 1e4;
  const watch = new FillReturnWatch(Math.max(LEAST_SLOT_BPS, halfTickBps));
  for (const { line } of quoteInto(market, SEED)) {
    const event = parseEvent(line);
    if ("type" in event) watch.take(event);
  }
  return watch.returns();
}

function sampleOf(
  name: string,
  books: readonly BookTop[],
  prints: readonly MarketPrint[],
): MarketSample {
  const startUs = Math.ceil((books[0]?.time ?? 0) / 1e6) * 1e6;
  const seconds = Math.max(0, Math.floor(((books.at(-1)?.time ?? 0) - startUs) / 1e6));
  const mids = new Float64Array(seconds).fill(Number.NaN);
  const spreads = new Float64Array(seconds).fill(Number.NaN);
  const tick = finestStep(books);
  let next = 0;
  for (let second = 0; second < seconds; second += 1) {
    const time = startUs + second * 1e6;
    while ((books[next]?.time ?? Infinity) <= time) next += 1;
    const book = books[next - 1];
    if (book === undefined || time - book.time > SILENCE_US) continue;
    if (!(book.bid > 0 && book.ask > book.bid)) continue;
    mids[second] = Math.log((book.bid + book.ask) / 2);
    spreads[second] = (book.ask - book.bid) / tick;
  }
  return { name, start: startUs / 1e6, mids, spreads, orders: ordersOf(prints, startUs) };
}

/** The tick: the least distance between bid and ask that occurs in one book of a hundred. */
function finestStep(books: readonly BookTop[]): number {
  const widths = Float64Array.from(books, ({ bid, ask }) => (bid > 0 ? ask - bid : 0))
    .filter((width) => width > 0)
    .sort();
  return Math.max(1, at(widths, Math.floor(widths.length / 100)));
}

/** Prints of one instant and side are one order. */
function ordersOf(prints: readonly MarketPrint[], startUs: number): MarketSample["orders"] {
  const [times, signs, sizes]: [number[], number[], number[]] = [[], [], []];
  let before: MarketPrint | undefined;
  for (const print of prints) {
    if (print.aggressor === 0 || print.time < startUs) continue;
    const isSame = before?.time === print.time && before.aggressor === print.aggressor;
    if (isSame) sizes[sizes.length - 1] = (sizes.at(-1) ?? 0) + print.lots;
    else {
      times.push((print.time - startUs) / 1e6);
      signs.push(print.aggressor);
      sizes.push(print.lots);
    }
    before = print;
  }
  return {
    times: Float64Array.from(times),
    signs: Int8Array.from(signs),
    sizes: Float64Array.from(sizes),
  };
}
