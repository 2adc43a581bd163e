/** What the producers of one run have to tell: the events of a few instruments, in order, before anything goes wrong. */
import { below, chance, type RngState, stream, uniform } from "../../lib/core/simulator/rng.ts";

import type { Fault } from "./chaos.ts";

/** One event, as its producer means it. */
export interface Told {
  readonly sequence: number;
  /** When its producer knows of it. */
  readonly at: number;
  readonly event: Readonly<Record<string, string | number>>;
}

export interface Story {
  readonly instrument: string;
  readonly events: readonly Told[];
}

export interface StoryOptions {
  readonly seed: number;
  /** Of all instruments. */
  readonly events: number;
  readonly startUs: number;
  /** Probability that a trade bears a time from before. */
  readonly late: number;
  /** Probability that the producer's clock jumps. */
  readonly jumps: number;
  /** Probability that an event bears a time of some seconds before or after. */
  readonly jitter: number;
  /** Probability that a trade is told again under another sequence. */
  readonly again: number;
  /** Probability that an event busts a trade told before, or corrects it. */
  readonly busts: number;
  readonly corrections: number;
  /** Told of each of these. */
  readonly struck: (fault: Fault) => void;
}

interface Desk {
  readonly rng: RngState;
  /** Of its own, so that the rest of a story is the same with amendments and without. */
  readonly amending: RngState;
  mid: number;
  clock: number;
  skew: number;
  trades: string[];
  quotes: string[];
}

const NAMES = ["BTC-PERP", "ETH-PERP", "SOL-PERP"];

export function tellStories(options: StoryOptions): Story[] {
  const rng = stream(options.seed, "story");
  const count = 1 + below(rng, NAMES.length);
  const pace = 20_000 * 150 ** uniform(rng);
  return NAMES.slice(0, count).map((instrument) => {
    const desk: Desk = {
      rng: stream(options.seed, "story", instrument),
      amending: stream(options.seed, "amendments", instrument),
      mid: 10_000 + below(rng, 5_000),
      clock: options.startUs,
      skew: 0,
      trades: [],
      quotes: [],
    };
    const events: Told[] = [];
    const length = Math.max(2, Math.floor(options.events / count));
    for (let sequence = 1; sequence <= length; sequence += 1) {
      desk.clock += Math.round(-Math.log(uniform(desk.rng)) * pace * count);
      if (chance(desk.rng, options.jumps)) {
        options.struck("clock-jump");
        desk.skew = (below(desk.rng, 600) - 480) * 1_000_000;
      }
      // What is due to its place goes first: the terms, then a price.
      const event =
        sequence < 3
          ? opening(desk, sequence)
          : (amendment(desk, options) ?? next(desk, sequence, options));
      const time = Number(event["time"] ?? desk.clock) + desk.skew + jitter(desk, options);
      events.push({
        sequence,
        at: desk.clock,
        event: { ...event, instrument, time: Math.max(1, time), sequence },
      });
    }
    return { instrument, events };
  });
}

/** What sources that do not share a clock make of it. */
function jitter({ rng }: Desk, options: StoryOptions): number {
  if (!chance(rng, options.jitter)) return 0;
  options.struck("times-out-of-order");
  return below(rng, 16_000_000) - 8_000_000;
}

type Fields = Record<string, string | number>;

function opening(desk: Desk, sequence: number): Fields {
  if (sequence > 1) return reference(desk);
  const kinds = { base: "BTC", quote: "USD", settle: "USD", kind: "perp", contract: "linear" };
  return { type: "instrument", ...kinds, multiplier: "1", tick: "0.01", lot: "0.001" };
}

function next(desk: Desk, sequence: number, options: StoryOptions): Fields {
  const draw = uniform(desk.rng);
  if (draw < 0.4) return reference(desk);
  if (draw < 0.7) return trade(desk, sequence, options);
  if (draw < 0.9) return quote(desk, sequence);
  if (draw < 0.95) return { type: "heartbeat" };
  return { type: "funding", rate: decimal(below(desk.rng, 40) - 20, 6), intervalMinutes: 60 };
}

function reference(desk: Desk): Fields {
  desk.mid = Math.max(100, desk.mid + below(desk.rng, 21) - 10);
  const half = 1 + below(desk.rng, 3);
  // One in thirty is locked.
  const ask = chance(desk.rng, 0.03) ? desk.mid - half : desk.mid + half;
  return { type: "reference", bid: decimal(desk.mid - half, 2), ask: decimal(ask, 2) };
}

function trade(desk: Desk, sequence: number, { late, again, struck }: StoryOptions): Fields {
  const { rng } = desk;
  const isAgain = desk.trades.length > 0 && chance(rng, again);
  const tradeId = isAgain ? (desk.trades.at(-1) ?? "") : `t${sequence}`;
  if (!isAgain) desk.trades.push(tradeId);
  const isLate = chance(rng, late);
  if (isAgain) struck("trade-again");
  if (isLate) struck("late-trade");
  const quoteId = desk.quotes.at(-1);
  return {
    type: "trade",
    tradeId,
    side: chance(rng, 0.5) ? "buy" : "sell",
    price: decimal(desk.mid + below(rng, 9) - 4, 2),
    quantity: decimal(1 + below(rng, 3_000), 3),
    liquidity: chance(rng, 0.7) ? "maker" : "taker",
    fee: decimal(below(rng, 200) - 60, 4),
    ...(quoteId !== undefined && chance(rng, 0.5) ? { quoteId } : {}),
    ...(isLate ? { time: desk.clock - below(rng, 200_000_000) } : {}),
  };
}

/** Any trade so far may be meant: one that is long stored, one busted before, one whose own event was lost. */
function amendment({ amending, trades, mid }: Desk, options: StoryOptions): Fields | undefined {
  const { busts, corrections, struck } = options;
  if (trades.length === 0) return undefined;
  const isBust = chance(amending, busts);
  if (!isBust && !chance(amending, corrections)) return undefined;
  const tradeId = trades[below(amending, trades.length)] ?? "";
  struck(isBust ? "bust" : "correction");
  if (isBust) return { type: "bust", tradeId };
  const fields = {
    price: decimal(mid + below(amending, 21) - 10, 2),
    quantity: decimal(1 + below(amending, 3_000), 3),
    fee: decimal(below(amending, 200) - 60, 4),
    side: chance(amending, 0.5) ? "buy" : "sell",
  };
  const all = Object.entries(fields);
  const some = all.filter(() => chance(amending, 0.5));
  return { type: "correction", tradeId, ...Object.fromEntries(some.length > 0 ? some : all) };
}

function quote(desk: Desk, sequence: number): Fields {
  const { rng } = desk;
  const side = chance(rng, 0.5) ? "buy" : "sell";
  const known = desk.quotes.at(-1);
  if (known !== undefined && chance(rng, 0.4)) {
    desk.quotes.pop();
    return { type: "quote", quoteId: known, action: "cancelled", side };
  }
  const quoteId = `q${sequence}`;
  desk.quotes.push(quoteId);
  const price = decimal(desk.mid + (side === "buy" ? -3 : 3), 2);
  const quantity = decimal(1 + below(rng, 5_000), 3);
  return { type: "quote", quoteId, action: "placed", side, price, quantity };
}

/** An integer of 10^-decimals as a decimal text. */
function decimal(value: number, decimals: number): string {
  const digits = String(Math.abs(value)).padStart(decimals + 1, "0");
  const text = `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  return value < 0 ? `-${text}` : text;
}
