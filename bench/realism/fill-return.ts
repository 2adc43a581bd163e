/**
 * What a fill is worth by how easily it came. Wherever quotes are filled quickly, fills are worth little: the
 * trade-off that Albers, Cucuringu, Howison and Shestopaloff (2025) measured with 400,000 live orders.
 */
import type { BrawlerEvent, QuoteEvent, TradeEvent } from "../../lib/core/events/event.ts";
import { spearman } from "../../lib/core/stats/spearman.ts";
import { numberOf } from "./numbers.ts";
import { at } from "./sample.ts";

export interface FillReturns {
  /** Spearman's correlation of fills per quote-second with the markout at 30 s, over groups of one distance. */
  readonly tradeOff: number;
  /** Markout at 30 s of the half of the fills that came where fills come fastest, less the other half's; bps. */
  readonly quickLess: number;
}

/** What one number says about fills, and where it has to lie. */
export interface FillReturnStatistic {
  readonly fact: number;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly pick: (returns: FillReturns) => number;
}

export const FILL_RETURN_FACTS: readonly FillReturnStatistic[] = [
  {
    fact: 9,
    name: "rank correlation of fill rate and 30 s markout, by distance (likely fills earn less)",
    low: -1,
    high: -0.1,
    pick: ({ tradeOff }) => tradeOff,
  },
  {
    fact: 9,
    name: "30 s markout where fills come quickly − where they come slowly, bps",
    low: -Infinity,
    high: -0.1,
    pick: ({ quickLess }) => quickLess,
  },
];

const HORIZON_US = 30e6;
/** A mid older than this tells nothing. */
const STALE_US = 60e6;
const SLOTS = 400;
const GROUPS = 8;
const LEAST_FILLS = 200;

interface Resting {
  readonly price: number;
  readonly sign: number;
  /** What is not filled yet. */
  left: number;
}

interface Fill {
  readonly time: number;
  readonly price: number;
  readonly sign: number;
  readonly slot: number;
}

/** Fills of one distance from the mid, or of neighbouring ones. */
interface Group {
  readonly fills: number;
  /** Fills per second that a quote stood there. */
  readonly rate: number;
  /** Mean markout at 30 s, in bps. */
  readonly markout: number;
}

/** Follows the quotes and maker trades of one instrument. */
export class FillReturnWatch {
  private readonly slotBps: number;
  private readonly seconds = new Float64Array(SLOTS);
  private readonly counts = new Float64Array(SLOTS);
  private readonly sums = new Float64Array(SLOTS);
  private readonly quotes = new Map<string, Resting>();
  private pending: Fill[] = [];
  private mid = Number.NaN;
  private midTime = 0;
  private time = 0;

  /** @param slotBps width of one step of distance from the mid */
  constructor(slotBps: number) {
    this.slotBps = slotBps;
  }

  take(event: BrawlerEvent): void {
    this.settle(event.time);
    for (const quote of this.quotes.values()) {
      const slot = this.slotOf(quote);
      if (slot !== undefined) this.seconds[slot] = at(this.seconds, slot) + this.since(event.time);
    }
    this.time = event.time;
    if (event.type === "quote") this.follow(event);
    if (event.type === "trade" && event.quoteId !== undefined) this.fill(event, event.quoteId);
    if (event.type !== "reference") return;
    const [bid, ask] = [numberOf(event.bid), numberOf(event.ask)];
    if (!(bid > 0 && ask > bid)) return;
    this.mid = (bid + ask) / 2;
    this.midTime = event.time;
  }

  private since(time: number): number {
    return (time - this.time) / 1e6;
  }

  /** @returns undefined below 200 fills, or where they came at fewer than four distances */
  returns(): FillReturns | undefined {
    const groups = this.groups();
    const all = groups.reduce((sum, { fills }) => sum + fills, 0);
    if (all < LEAST_FILLS || groups.length < 4) return undefined;
    const tradeOff = spearman(
      groups.map(({ rate }) => rate),
      groups.map(({ markout }) => markout),
    );
    return { tradeOff: tradeOff ?? Number.NaN, quickLess: quickLess(groups) };
  }

  /** From the nearest to the farthest, about equally many fills in each. */
  private groups(): readonly Group[] {
    const all = this.counts.reduce((sum, count) => sum + count, 0);
    const groups: Group[] = [];
    let [fills, seconds, sum] = [0, 0, 0];
    for (let slot = 0; slot < SLOTS; slot += 1) {
      fills += at(this.counts, slot);
      seconds += at(this.seconds, slot);
      sum += at(this.sums, slot);
      if (fills < all / GROUPS && slot < SLOTS - 1) continue;
      if (fills > 0) groups.push({ fills, rate: fills / seconds, markout: sum / fills });
      [fills, seconds, sum] = [0, 0, 0];
    }
    return groups;
  }

  private settle(now: number): void {
    while (this.pending[0] !== undefined && this.pending[0].time + HORIZON_US < now) {
      const { time, price, sign, slot } = this.pending[0];
      this.pending = this.pending.slice(1);
      if (time + HORIZON_US - this.midTime > STALE_US) continue;
      this.counts[slot] = at(this.counts, slot) + 1;
      this.sums[slot] = at(this.sums, slot) + ((sign * (this.mid - price)) / this.mid) * 1e4;
    }
  }

  private fill({ quantity, time }: TradeEvent, quoteId: string): void {
    const quote = this.quotes.get(quoteId);
    if (quote === undefined) return;
    const slot = this.slotOf(quote);
    if (slot !== undefined) {
      this.pending.push({ time, price: quote.price, sign: quote.sign, slot });
    }
    quote.left -= numberOf(quantity);
    if (quote.left < 1e-9) this.quotes.delete(quoteId);
  }

  /** A quote that the mid has run through stands in the first. */
  private slotOf({ price, sign }: Resting): number | undefined {
    const bps = ((sign * (this.mid - price)) / this.mid) * 1e4;
    if (Number.isNaN(bps)) return undefined;
    return Math.max(0, Math.min(SLOTS - 1, Math.floor(bps / this.slotBps)));
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
}

function quickLess(groups: readonly Group[]): number {
  const all = groups.reduce((sum, { fills }) => sum + fills, 0);
  const halves = { quick: { n: 0, sum: 0 }, slow: { n: 0, sum: 0 } };
  let before = 0;
  for (const { fills, markout } of groups.toSorted((a, b) => b.rate - a.rate)) {
    const half = before + fills / 2 <= all / 2 ? halves.quick : halves.slow;
    half.n += fills;
    half.sum += fills * markout;
    before += fills;
  }
  return halves.quick.sum / halves.quick.n - halves.slow.sum / halves.slow.n;
}
