/** The facts about funding: what rates are like, and that what one side pays the other receives. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BrawlerEvent } from "../../lib/core/events/event.ts";
import { fundingRateE8, initialFunding } from "../../lib/core/simulator/funding-schedule.ts";
import { instrumentProfile } from "../../lib/core/simulator/instrument-profile.ts";
import { autocorrelation } from "../../lib/core/stats/autocorrelation.ts";
import { median, quantile, sorted } from "../../lib/core/stats/quantile.ts";
import { folded, type Lived } from "./brawler-facts.ts";
import { START } from "./simulated.ts";

/** What one number says about a series of funding rates of eight hours. */
export interface FundingStatistic {
  readonly fact: number;
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly measure: (rates: readonly number[]) => number;
}

export const FUNDING_FACTS: readonly FundingStatistic[] = [
  {
    fact: 15,
    name: "median funding of 8 h, bps",
    low: 0.9,
    high: 1.1,
    measure: (rates) => (median(sorted(rates)) ?? Number.NaN) * 1e4,
  },
  {
    fact: 15,
    name: "share of positive funding",
    low: 0.7,
    high: 1,
    measure: (rates) => rates.filter((rate) => rate > 0).length / rates.length,
  },
  {
    fact: 15,
    name: "99 % quantile of |funding| ÷ its median",
    low: 3,
    high: 100,
    measure: (rates) => {
      const sizes = sorted(rates.map(Math.abs));
      return (quantile(sizes, 0.99) ?? Number.NaN) / (median(sizes) ?? Number.NaN);
    },
  },
];

/** A year of one simulated instrument. */
export function fundingYear(seed: number): {
  readonly rates: readonly number[];
  /** Autocorrelation of the premium from one funding time to the next. */
  readonly memory: number;
} {
  const profile = instrumentProfile("BTC-PERP");
  const state = initialFunding(seed, profile, START);
  const rates: number[] = [];
  const premiums: number[] = [];
  for (let i = 0; i < 3 * 365; i += 1) {
    rates.push(fundingRateE8(state, 480, 0) / 1e8);
    premiums.push(state.premium);
  }
  return { rates, memory: autocorrelation(premiums, 1) ?? Number.NaN };
}

/** A venue rounds what it pays to eight decimals. */
const LAST_DIGIT = 1e-8;

/**
 * What is left of funding when Brawler and everybody who traded with it are taken together: the product folds the log,
 * and the log as the other side would have written it, without the cash that the venue told.
 *
 * @returns the largest |sum| of any instrument, for each of its payments, in the last digit that a venue pays: at
 *   most one half; NaN where nobody was paid
 */
export async function fundingOfBothSides({ events, figures }: Lived): Promise<number> {
  const others = await folded(otherSide(events));
  const left = Object.entries(figures).map(([name, { pnl }]) => {
    const sum = Number(pnl.funding) + Number(others[name]?.pnl.funding);
    const payments = events.filter(
      ({ type, instrument }) => type === "funding" && instrument === name,
    );
    return Number(pnl.funding) === 0 ? 0 : Math.abs(sum) / payments.length / LAST_DIGIT;
  });
  const isPaid = Object.values(figures).some(({ pnl }) => Number(pnl.funding) !== 0);
  return isPaid ? Math.max(...left) : Number.NaN;
}

function otherSide(events: readonly BrawlerEvent[]): readonly BrawlerEvent[] {
  const sequences = new Map<string, number>();
  const mirrored = events.map(mirror).filter((event) => event !== undefined);
  return mirrored.map((event) => {
    const sequence = (sequences.get(event.instrument) ?? 0) + 1;
    sequences.set(event.instrument, sequence);
    return { ...event, sequence };
  });
}

/** What somebody else holds is the opposite; undefined where a line is not about that. */
function mirror(event: BrawlerEvent): BrawlerEvent | undefined {
  if (event.type === "instrument") return event;
  if (event.type === "funding") return { ...event, payment: undefined };
  if (event.type !== "trade") return undefined;
  const side = event.side === "buy" ? "sell" : "buy";
  return { ...event, side, quoteId: undefined, positionBefore: undefined };
}

const RECORDED = fileURLToPath(new URL("../../../shared/data/funding/", import.meta.url));

const SERIES: readonly (readonly [string, string])[] = [
  ["Binance BTC, 4 years", "binance_BTC.csv"],
  ["Binance ETH, 4 years", "binance_ETH.csv"],
  ["Bybit BTC, 3 years", "bybit_BTC.csv"],
  ["Gate BTC, 4 years", "gate_BTC.csv"],
  ["Binance BTC, 2026", "binance_BTC_2026.csv"],
  ["Binance SOL, 2026", "binance_SOL_2026.csv"],
];

/** Recorded rates of eight hours; empty where there is no reference data. */
export function recordedFunding(): readonly {
  readonly market: string;
  readonly rates: readonly number[];
}[] {
  return SERIES.filter(([, file]) => existsSync(RECORDED + file)).map(([market, file]) => {
    const [header = "", ...rows] = readFileSync(RECORDED + file, "utf8")
      .trim()
      .split("\n");
    const column = header.split(",").indexOf("rate");
    return { market, rates: rows.map((row) => Number(row.split(",")[column])) };
  });
}
