/** How often a quote is filled, by its distance from the mid: what comes back of the planted exponential decay. */
import type { BrawlerEvent, QuoteEvent, TradeEvent } from "../../lib/core/events/event.ts";
import { straightLine } from "../../lib/core/stats/straight-line.ts";
import { numberOf } from "./numbers.ts";
import { at } from "./sample.ts";

export interface FillDecay {
  /** d ln(fills per quote-second) / d bps: −k. */
  readonly slope: number;
  /** From the number of fills. */
  readonly error: number;
  /** Of the fills-weighted line. */
  readonly rSquared: number;
}

const SLOTS = 40;
/** Nearer, in slots of 1 bps, the price itself runs into quotes, which is another law. */
const NEAREST_SLOT = 5;
const LEAST_FILLS = 10;

/** @param events of one instrument, in a world of constant volatility, the mid told every second */
export function fillDecay(events: Iterable<BrawlerEvent>): FillDecay {
  const curve = new FillCurve();
  for (const event of events) curve.take(event);
  return curve.line();
}

interface Resting {
  readonly price: number;
  readonly sign: number;
  /** What is not filled yet. */
  left: number;
}

class FillCurve {
  private readonly seconds = new Float64Array(SLOTS);
  private readonly fills = new Float64Array(SLOTS);
  private readonly quotes = new Map<string, Resting>();
  private mid = Number.NaN;
  private since = 0;

  take(event: BrawlerEvent): void {
    for (const quote of this.quotes.values()) {
      this.count(this.seconds, quote, (event.time - this.since) / 1e6);
    }
    this.since = event.time;
    if (event.type === "quote") this.follow(event);
    if (event.type === "reference" && event.bid !== undefined && event.ask !== undefined) {
      this.mid = (numberOf(event.bid) + numberOf(event.ask)) / 2;
    }
    if (event.type === "trade" && event.quoteId !== undefined) this.fill(event, event.quoteId);
  }

  private fill({ quantity }: TradeEvent, quoteId: string): void {
    const quote = this.quotes.get(quoteId);
    if (quote === undefined) return;
    this.count(this.fills, quote, 1);
    quote.left -= numberOf(quantity);
    if (quote.left < 1e-9) this.quotes.delete(quoteId);
  }

  private count(into: Float64Array, { price, sign }: Resting, amount: number): void {
    const slot = Math.floor(((sign * (this.mid - price)) / this.mid) * 1e4);
    if (slot >= 0 && slot < SLOTS) into[slot] = at(into, slot) + amount;
  }

  private follow({ action, quoteId, price, quantity, side }: QuoteEvent): void {
    const known = this.quotes.get(quoteId);
    if (action === "placed" && price !== undefined && quantity !== undefined) {
      const left = numberOf(quantity);
      this.quotes.set(quoteId, { price: numberOf(price), sign: side === "buy" ? 1 : -1, left });
    } else if (action === "replaced" && price !== undefined && known !== undefined) {
      this.quotes.set(quoteId, { ...known, price: numberOf(price) });
    } else if (action !== "rejected") this.quotes.delete(quoteId);
  }

  line(): FillDecay {
    const slots = Array.from(this.fills, (_, slot) => slot).filter(
      (slot) => slot >= NEAREST_SLOT && at(this.fills, slot) >= LEAST_FILLS,
    );
    const x = slots.map((slot) => slot + 0.5);
    const y = slots.map((slot) => Math.log(at(this.fills, slot) / at(this.seconds, slot)));
    const weights = slots.map((slot) => at(this.fills, slot));
    const total = weights.reduce((sum, each) => sum + each, 0);
    const mean = (values: readonly number[]) =>
      values.reduce((sum, each, i) => sum + each * at(weights, i), 0) / total;
    const [mx, my] = [mean(x), mean(y)];
    const sxx = mean(x.map((each) => (each - mx) ** 2));
    const syy = mean(y.map((each) => (each - my) ** 2));
    const slope = straightLine(x, y, weights)?.slope ?? Number.NaN;
    return { slope, error: 1 / Math.sqrt(total * sxx), rSquared: (slope * slope * sxx) / syy };
  }
}
