/** Charts and the page's head in words: what a reader who cannot see the drawing needs, and all others first. */
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { negated } from "./exact.ts";
import { dayTime, money, toNumber } from "./format.ts";
import { type Column, extremes, lastKnown } from "./series-data.ts";

const RANGE_WORDS: Readonly<Record<string, string>> = {
  "1h": "last hour",
  "6h": "last 6 hours",
  "24h": "last 24 hours",
  "7d": "last 7 days",
  "30d": "last 30 days",
  "90d": "last 90 days",
};

export function rangeWords(range: string): string {
  return RANGE_WORDS[range] ?? range;
}

/** What net PnL is made of, each with its sign: fees paid are negative. */
export function componentWords(metrics: MetricsBody): readonly string[] {
  const { pnl, currency } = metrics;
  const parts = [
    ["spread", pnl.spread],
    ["inventory", pnl.inventory],
    ["fees", negated(pnl.fees)],
    ["funding", pnl.funding],
  ] as const;
  return parts.map(([name, value]) => `${name} ${money(toNumber(value), currency)}`);
}

/** "Net PnL rose to +$4,812; low −$310 at …, high … at …." */
export function levelSentence(
  name: string,
  levels: Column,
  times: readonly number[],
  show: (value: number) => string,
): string {
  const range = extremes(levels);
  const last = lastKnown(levels);
  if (range === undefined || last === null) return `${name}: nothing in this range.`;
  const first = levels.find((level) => level !== null) ?? 0;
  const verb = last > first ? "rose" : last < first ? "fell" : "stayed";
  const at = (row: number) => dayTime((times[row] ?? 0) * 1e6);
  const move = verb === "stayed" ? `stayed at ${show(last)}` : `${verb} to ${show(last)}`;
  const low = `low ${show(range.low)} at ${at(range.lowRow)}`;
  return `${name} ${move}; ${low}, high ${show(range.high)} at ${at(range.highRow)}.`;
}
