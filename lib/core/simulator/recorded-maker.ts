/**
 * Brawler quoting into a recorded market. It stands at or near the touch, and is filled as a real quote would
 * have been: completely by a print through its price, and by prints at its price once they have worked
 * through the queue that stood before it. The market does not notice us; only our choices come from the seed.
 */
import type { Liquidity, Side } from "../events/event.ts";
import type { EpochUs } from "../units.ts";
import { EventWriter, feeText, type SimulatedLine } from "./event-writer.ts";
import {
  type BookTop,
  type MarketPrint,
  type RecordedMarket,
  SILENCE_US,
} from "./recorded-market.ts";
import { below, chance, exponential, type RngState, stream, uniform } from "./rng.ts";

interface RestingQuote {
  /** 0: there is none. */
  id: number;
  price: number;
  quantity: number;
  filled: number;
  /** Lots at our price that were there before us. */
  ahead: number;
  expires: number;
}

const SECOND = 1_000_000;
const REACTION_US = 400_000;
const HEARTBEAT_US = SECOND;
const MAKER_E6 = -50;
const TAKER_E6 = 250;
/** Ticks behind the touch, as a quote happens to choose. */
const BEHIND = [0, 0, 0, 1, 2] as const;
const SIZES = [1, 1, 2, 0.5] as const;
const LIMIT_QUOTES = 12;
/** A feed without quantities: the queue before us is taken to be this many of our quotes. */
const UNTOLD_QUEUE_QUOTES = 3;
const CUT_ABOVE = 0.8;

function noQuote(): RestingQuote {
  return { id: 0, price: 0, quantity: 0, filled: 0, ahead: 0, expires: 0 };
}

function isValid(book: BookTop): boolean {
  return book.bid > 0 && book.ask > book.bid;
}

/** The lines of one maker in one recorded market, in order of time. Same market, same seed, same bytes. */
export function* quoteInto(market: RecordedMarket, seed: number): Generator<SimulatedLine> {
  const { books, prints } = market;
  const maker = new RecordedMaker(market, seed);
  let nextPrint = 0;
  for (const book of books) {
    // A book of the same instant is the one after the print, so the print goes first.
    for (; (prints[nextPrint]?.time ?? Infinity) <= book.time; nextPrint++) {
      const print = prints[nextPrint];
      if (print !== undefined) maker.onPrint(print);
    }
    maker.onBook(book);
    yield* maker.out.splice(0);
  }
  for (; nextPrint < prints.length; nextPrint++) {
    const print = prints[nextPrint];
    if (print !== undefined) maker.onPrint(print);
  }
  maker.close();
  yield* maker.out.splice(0);
}

class RecordedMaker {
  private readonly market: RecordedMarket;
  private readonly writer: EventWriter;
  private readonly rng: RngState;
  private readonly quoteLots: number;
  private readonly limit: number;
  private readonly buy = noQuote();
  private readonly sell = noQuote();
  private position = 0;
  private nextLook = 0;
  private quoteCount = 0;
  private tradeCount = 0;
  private book: BookTop | undefined;

  constructor(market: RecordedMarket, seed: number) {
    const { contract, books, prints } = market;
    const start = Math.min(books[0]?.time ?? 0, prints[0]?.time ?? 0);
    this.market = market;
    this.writer = new EventWriter(contract, 0, start as EpochUs);
    this.rng = stream(seed, contract.name, "recorded-maker");
    this.quoteLots = 2 * medianLots(prints);
    this.limit = LIMIT_QUOTES * this.quoteLots;
    this.writer.instrument(start, this.limit);
  }

  get out(): SimulatedLine[] {
    return this.writer.out;
  }

  onBook(book: BookTop): void {
    this.noticeSilence(book.time);
    const known = this.book;
    this.book = book;
    if (known === undefined || isNews(known, book)) this.writer.reference(book.time, book);
    else if (book.time - this.writer.time >= HEARTBEAT_US) this.writer.heartbeat(book.time);
    this.shortenQueue(this.buy, book.bid, book.bidLots);
    this.shortenQueue(this.sell, book.ask, book.askLots);
    if (book.time < this.nextLook || !isValid(book)) return;
    this.nextLook = book.time + Math.round(REACTION_US * (0.5 + uniform(this.rng)));
    this.look(book);
  }

  onPrint(print: MarketPrint): void {
    this.noticeSilence(print.time);
    if (print.aggressor < 0) this.hit("buy", print, print.price - this.buy.price);
    else if (print.aggressor > 0) this.hit("sell", print, this.sell.price - print.price);
  }

  /** Pulls what is still out. */
  close(): void {
    this.pull(this.writer.time, "end");
  }

  /** @param beyond ticks by which the print stayed short of our price; negative when it went through */
  private hit(side: Side, print: MarketPrint, beyond: number): void {
    const quote = this[side];
    if (quote.id === 0 || beyond > 0) return;
    const left = quote.quantity - quote.filled;
    if (beyond < 0) {
      this.fill(side, left, print.time);
      return;
    }
    const past = print.lots - quote.ahead;
    quote.ahead = Math.max(0, -past);
    if (past > 0) this.fill(side, Math.min(left, past), print.time);
  }

  private fill(side: Side, lots: number, time: number): void {
    const quote = this[side];
    const { id, price } = quote;
    quote.filled += lots;
    if (quote.filled >= quote.quantity) quote.id = 0;
    this.trade({ side, price, lots, liquidity: "maker", time, quoteId: `Q${id}` });
  }

  private trade(trade: {
    readonly side: Side;
    readonly price: number;
    readonly lots: number;
    readonly liquidity: Liquidity;
    readonly time: number;
    readonly quoteId: string | undefined;
  }): void {
    const { side, price, lots, liquidity, time, quoteId } = trade;
    this.tradeCount++;
    const rate = liquidity === "maker" ? MAKER_E6 : TAKER_E6;
    this.writer.trade(time, {
      tradeId: `T${this.tradeCount}`,
      side,
      price,
      quantity: lots,
      liquidity,
      fee: feeText(this.market.contract, price, lots, rate),
      quoteId,
      counterparty: undefined,
      positionBefore: this.position,
    });
    this.position += side === "buy" ? lots : -lots;
  }

  /** Whoever stood before us and is no longer shown has left. */
  private shortenQueue(quote: RestingQuote, touch: number, shown: number | undefined): void {
    if (quote.id === 0 || quote.price !== touch || shown === undefined) return;
    quote.ahead = Math.min(quote.ahead, shown);
  }

  private noticeSilence(time: number): void {
    const since = this.book?.time;
    if (since === undefined || time - since <= SILENCE_US) return;
    this.pull(Math.max(since + SILENCE_US, this.writer.time), "no-feed");
  }

  private pull(time: number, reason: string): void {
    this.end("buy", time, "cancelled", reason);
    this.end("sell", time, "cancelled", reason);
  }

  private look(book: BookTop): void {
    if (Math.abs(this.position) > CUT_ABOVE * this.limit && chance(this.rng, 0.2)) this.cut(book);
    this.manage("buy", book);
    this.manage("sell", book);
  }

  /** The touch, or behind it: further back on the side that would add to the inventory. */
  private target(side: Side, book: BookTop, behind: number): number {
    const signed = side === "buy" ? this.position : -this.position;
    const spread = book.ask - book.bid;
    const lean = Math.max(0, Math.floor((signed / this.limit) * 4)) * spread;
    return side === "buy" ? Math.max(1, book.bid - behind - lean) : book.ask + behind + lean;
  }

  private manage(side: Side, book: BookTop): void {
    const quote = this[side];
    const behind = BEHIND[below(this.rng, BEHIND.length)] ?? 0;
    const target = this.target(side, book, behind);
    if (quote.id === 0) {
      this.place(side, target, book);
      return;
    }
    if (book.time >= quote.expires) {
      this.end(side, book.time, "expired");
      return;
    }
    const tooClose = side === "buy" ? quote.price - target : target - quote.price;
    if (tooClose <= 2 && tooClose >= -3) return;
    this.replace(side, target, book);
  }

  private place(side: Side, price: number, book: BookTop): void {
    const room = this.limit - (side === "buy" ? this.position : -this.position);
    const size = SIZES[below(this.rng, SIZES.length)] ?? 1;
    const lots = Math.min(Math.max(1, Math.round(this.quoteLots * size)), room);
    if (lots <= 0) return;
    const quote = this[side];
    this.quoteCount++;
    quote.id = this.quoteCount;
    quote.price = price;
    quote.quantity = lots;
    quote.filled = 0;
    quote.ahead = this.queueAt(side, price, book);
    quote.expires = book.time + Math.round((2 + exponential(this.rng, 20)) * SECOND);
    this.write(side, book.time, "placed");
  }

  private replace(side: Side, price: number, book: BookTop): void {
    const quote = this[side];
    quote.price = price;
    quote.ahead = this.queueAt(side, price, book);
    this.write(side, book.time, "replaced");
  }

  /** Lots before us: what is shown at the touch, and as much again as a guess behind it. */
  private queueAt(side: Side, price: number, book: BookTop): number {
    const touch = side === "buy" ? book.bid : book.ask;
    const isInside = side === "buy" ? price > touch : price < touch;
    if (isInside) return 0;
    const shown = side === "buy" ? book.bidLots : book.askLots;
    return shown ?? UNTOLD_QUEUE_QUOTES * this.quoteLots;
  }

  private end(side: Side, time: number, action: "cancelled" | "expired", reason?: string): void {
    const quote = this[side];
    if (quote.id === 0) return;
    this.write(side, time, action, reason);
    quote.id = 0;
  }

  private write(
    side: Side,
    time: number,
    action: "placed" | "replaced" | "cancelled" | "expired",
    reason?: string,
  ): void {
    const { id, price, quantity } = this[side];
    const line = { quoteId: `Q${id}`, action, side, price, quantity };
    this.writer.quote(time, reason === undefined ? line : { ...line, reason });
  }

  private cut(book: BookTop): void {
    const side: Side = this.position > 0 ? "sell" : "buy";
    const price = side === "sell" ? book.bid : book.ask;
    const lots = Math.max(1, Math.round(Math.abs(this.position) / 2));
    this.trade({ side, price, lots, liquidity: "taker", time: book.time, quoteId: undefined });
  }
}

/** A row that repeats what is known only proves that the feed is alive. */
function isNews(known: BookTop, book: BookTop): boolean {
  return (
    known.bid !== book.bid ||
    known.ask !== book.ask ||
    known.bidLots !== book.bidLots ||
    known.askLots !== book.askLots
  );
}

function medianLots(prints: readonly MarketPrint[]): number {
  const lots = prints.map((print) => print.lots).sort((a, b) => a - b);
  return Math.max(1, Math.round(lots[Math.floor(lots.length / 2)] ?? 1));
}
