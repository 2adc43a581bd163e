/**
 * Event streams for properties: realistic ticks, ties in time, partial fills, flips, quotes amended and raced, fees of
 * all kinds, linear, multiplied, inverse and spot. A stream is a list of lines of one instrument in sequence order.
 */
import fc from "fast-check";

export const STREAM_START = 1_758_300_000_000_000;

type Fields = Readonly<Record<string, string | number>>;

/** A line before it is told: without its instrument and sequence. */
export interface Told extends Fields {
  readonly type: string;
  readonly time: number;
}

export interface Stream {
  readonly instrument: string;
  readonly terms: Terms;
  /** In sequence order; the first is the `instrument` line. */
  readonly told: readonly Told[];
}

export interface Terms extends Fields {
  readonly kind: "spot" | "perp";
  readonly contract: "linear" | "inverse";
  readonly multiplier: string;
  readonly settle: string;
}

export const LINEAR: Terms = { kind: "perp", contract: "linear", multiplier: "1", settle: "USD" };
const TERMS: readonly Terms[] = [
  LINEAR,
  { ...LINEAR, multiplier: "10" },
  { ...LINEAR, contract: "inverse", multiplier: "100", settle: "BTC" },
  { ...LINEAR, kind: "spot" },
];

export interface StreamOptions {
  readonly terms?: Terms;
  /** Events after the `instrument` line. */
  readonly length?: { readonly min: number; readonly max: number };
  readonly funding?: boolean;
  /** Trades told after later events. */
  readonly late?: boolean;
  /** Fees in the settlement currency only. */
  readonly plainFees?: boolean;
}

/** What happens next; every number is drawn, so that a failure shrinks. */
interface Draw {
  readonly what: "reference" | "heartbeat" | "trade" | "quote" | "funding";
  readonly gap: number;
  readonly move: number;
  readonly size: number;
  readonly pick: number;
  readonly buys: boolean;
}

const GAPS_US = [0, 0, 1, 1000, 250_000, 1_000_000, 2_000_000, 4_999_999, 5_000_000];

const draw: fc.Arbitrary<Draw> = fc.record({
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant("reference" as const) },
    { weight: 1, arbitrary: fc.constant("heartbeat" as const) },
    { weight: 5, arbitrary: fc.constant("trade" as const) },
    { weight: 4, arbitrary: fc.constant("quote" as const) },
    { weight: 1, arbitrary: fc.constant("funding" as const) },
  ),
  gap: fc.constantFrom(...GAPS_US),
  move: fc.integer({ min: -6, max: 6 }),
  size: fc.integer({ min: 1, max: 4000 }),
  pick: fc.nat({ max: 1_000_000 }),
  buys: fc.boolean(),
});

/** Quotes a stream as it goes: what lives, what has been traded, where the mid is. */
interface Desk {
  time: number;
  /** In hundredths. */
  mid: number;
  trades: number;
  quotes: string[];
  readonly options: StreamOptions;
  readonly terms: Terms;
}

export function hundredths(value: number): string {
  return (value / 100).toFixed(2);
}

function thousandths(value: number): string {
  return (value / 1000).toFixed(3);
}

function reference(desk: Desk, { move, pick }: Draw): Told {
  desk.mid = Math.max(500, desk.mid + move);
  const half = (pick % 4) + (pick % 50 === 0 ? -1 : 1);
  const [bid, ask] = [desk.mid - half, desk.mid + half + (pick % 2)];
  return { type: "reference", time: desk.time, bid: hundredths(bid), ask: hundredths(ask) };
}

function trade(desk: Desk, { move, size, pick, buys }: Draw): Told {
  desk.trades += 1;
  const back = desk.options.late === true && desk.trades > 3 && pick % 7 === 0 ? pick * 10 : 0;
  const quoted = desk.quotes.length > 0 && pick % 3 > 0;
  return {
    type: "trade",
    time: Math.max(STREAM_START, desk.time - back),
    tradeId: `t${desk.trades}`,
    side: buys ? "buy" : "sell",
    price: hundredths(desk.mid + move),
    quantity: thousandths(size),
    liquidity: pick % 4 === 0 ? "taker" : "maker",
    fee: ((pick % 90) / 1e4 - 0.002).toFixed(4),
    ...feeCurrency(desk, pick),
    ...(quoted ? { quoteId: desk.quotes[pick % desk.quotes.length] ?? "" } : {}),
    ...(pick % 31 === 0 ? { execution: "liquidation" } : {}),
  };
}

function feeCurrency({ options, terms }: Desk, pick: number): Fields {
  if (options.plainFees === true) return {};
  if (pick % 5 === 0) return { feeCurrency: "BNB", feeRate: "612.5" };
  return terms.kind === "spot" && pick % 5 === 1 ? { feeCurrency: "SOL" } : {};
}

function quote(desk: Desk, { move, size, pick, buys }: Draw): Told {
  const side = buys ? "buy" : "sell";
  const known = desk.quotes.length > 0 && pick % 3 > 0;
  const index = pick % Math.max(1, desk.quotes.length);
  const quoteId = known ? (desk.quotes[index] ?? "") : `q${desk.time}-${pick}`;
  const told = { type: "quote", time: desk.time, quoteId, side };
  if (known && pick % 2 === 0) {
    if (pick % 10 > 0) desk.quotes.splice(index, 1);
    return { ...told, action: pick % 4 === 0 ? "expired" : "cancelled" };
  }
  if (!known) desk.quotes.push(quoteId);
  const terms = { price: hundredths(desk.mid + move), quantity: thousandths(size) };
  return { ...told, action: known ? "replaced" : "placed", ...terms };
}

function funding(desk: Desk, { move, pick }: Draw): Told {
  const rate = (move / 1e5).toFixed(5);
  const mark = pick % 2 === 0 ? { mark: hundredths(desk.mid + 1) } : {};
  return { type: "funding", time: desk.time, rate, intervalMinutes: 60, ...mark };
}

function told(desk: Desk, one: Draw): Told {
  desk.time += one.gap;
  if (one.what === "trade") return trade(desk, one);
  if (one.what === "quote") return quote(desk, one);
  if (one.what === "funding" && desk.options.funding !== false) return funding(desk, one);
  if (one.what === "heartbeat") return { type: "heartbeat", time: desk.time };
  return reference(desk, one);
}

function play(instrument: string, terms: Terms, draws: readonly Draw[], options: StreamOptions) {
  const time = STREAM_START;
  const desk: Desk = { time, mid: 18_000, trades: 0, quotes: [], options, terms };
  const line = { base: "SOL", quote: "USD", ...terms, tick: "0.01", lot: "0.001" };
  const first: Told = { type: "instrument", time, ...line };
  const opening: Told = { type: "reference", time, bid: "179.99", ask: "180.01" };
  const rest = draws.map((one) => told(desk, one));
  return { instrument, terms, told: [first, opening, ...rest] };
}

/** A stream of one instrument. */
export function stream(options: StreamOptions = {}, instrument = "SOL-PERP"): fc.Arbitrary<Stream> {
  const { min, max } = options.length ?? { min: 5, max: 70 };
  const terms =
    options.terms === undefined ? fc.constantFrom(...TERMS) : fc.constant(options.terms);
  const draws = fc.array(draw, { minLength: min, maxLength: max });
  return fc.tuple(terms, draws).map(([own, all]) => play(instrument, own, all, options));
}

/** As lines: sequences from 1, in the order in which they stand. */
export function linesOf({ instrument, told: all }: Stream): Record<string, string | number>[] {
  return all.map((one, index) => ({ ...one, instrument, sequence: index + 1 }));
}

/** Which of `streams` speaks next, as many times as there are events: an interleaving. */
export function interleaved<T>(lists: readonly (readonly T[])[], picks: readonly number[]): T[] {
  const rest = lists.map((list) => [...list]);
  const all: T[] = [];
  for (let turn = 0; rest.some((list) => list.length > 0); turn += 1) {
    const speaking = rest.filter((list) => list.length > 0);
    const next = speaking[(picks[turn % picks.length] ?? 0) % speaking.length]?.shift();
    if (next !== undefined) all.push(next);
  }
  return all;
}

/** Each element at most `reach` places from where it stood. */
export function shuffled<T>(list: readonly T[], picks: readonly number[], reach: number): T[] {
  return list
    .map((item, index) => ({
      item,
      at: index + ((picks[index % picks.length] ?? 0) % (reach + 1)),
    }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
