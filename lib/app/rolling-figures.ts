/** Rolling 7, 30 and 90 day figures of the portfolio, from day rollups: complete UTC days only. */
import { conversionRate } from "../core/history/portfolio-figures.ts";
import { type ExactDecimal, exactToNumber } from "../core/ledger/exact.ts";
import { netToExact, priceToExact, type Scale } from "../core/ledger/scale.ts";
import type { Figure, RollingFigures } from "../core/metrics/performance-metrics.ts";
import { rollingPnl } from "../core/metrics/rolling.ts";
import type { CorePart } from "../core/rollup/core-part.ts";
import {
  emptyMarkoutStats,
  type MarkoutStats,
  mergeMarkoutStats,
} from "../core/rollup/markout-part.ts";
import { bucketStart, DAY_US } from "../core/units.ts";
import type { CommittedState, ReportSettings } from "./committed-state.ts";
import type { RowReader } from "./row-reader.ts";

interface RollingQuestion {
  readonly states: readonly CommittedState[];
  readonly asOf: number;
  readonly days: number;
}

/** The last `days` complete days before the one that holds `asOf`; days before the first event have no value. */
export async function rollingFigures(
  reader: RowReader,
  settings: ReportSettings,
  { states, asOf, days }: RollingQuestion,
): Promise<RollingFigures> {
  const to = bucketStart(asOf, DAY_US);
  const from = Math.max(0, to - days * DAY_US);
  const daily = await dailyNet(reader, settings, { states, from, to });
  return {
    days,
    ...rollingPnl(daily),
    markout: await markouts(reader, settings, { states, from, to }),
  };
}

interface DayRange {
  readonly states: readonly CommittedState[];
  readonly from: number;
  readonly to: number;
}

async function dailyNet(
  reader: RowReader,
  { reporting }: ReportSettings,
  { states, from, to }: DayRange,
): Promise<(number | null)[]> {
  const first = Math.min(...states.map(({ summary }) => summary.firstTime));
  const days = Array.from({ length: (to - from) / DAY_US }, (_, index): number | null =>
    from + (index + 1) * DAY_US > first ? 0 : null,
  );
  const midOf = (key: string) => presentMid(states, key);
  const ranges = [{ resolution: "1d" as const, from, to }];
  const found = await reader.cores(states.map((of) => ({ of, ranges })));
  for (const [at, { summary }] of states.entries()) {
    const rate = conversionRate(summary.spec?.settle ?? "USD", reporting, midOf);
    for (const { bucket, part } of found[at] ?? []) {
      const index = (bucket - from) / DAY_US;
      days[index] = addNet(days[index] ?? null, netOf(part, summary.scale), rate);
    }
  }
  return days;
}

/** A day with something that has no price, or no rate, has no value. */
function addNet(
  day: number | null,
  net: ExactDecimal | undefined,
  rate: ExactDecimal | undefined,
): number | null {
  if (day === null || net?.units === 0n) return day;
  if (net === undefined || rate === undefined) return null;
  return day + exactToNumber(net) * exactToNumber(rate);
}

/** Daily flows are converted at the newest mid: a ratio of days needs one unit, not thirty. */
function presentMid(states: readonly CommittedState[], key: string): ExactDecimal | undefined {
  const found = states.find(
    ({ summary }) => summary.account === "main" && summary.instrument === key,
  )?.summary;
  return found === undefined || found.mid === 0 ? undefined : priceToExact(found.scale, found.mid);
}

/** Net PnL as the day's own report gives it; undefined where something in it has no price. */
function netOf(part: CorePart, scale: Scale): ExactDecimal | undefined {
  const owed = Object.values(part.feesUnconverted).some((fee) => fee !== 0n);
  const unpriced = part.mid === 0 && part.position !== 0;
  if (owed || unpriced || part.fundingsWithoutMark > 0) return undefined;
  const cash = (part.funding - part.fees) * scale.netPerCash;
  return netToExact(scale, part.gross * scale.netPerMoney + cash);
}

async function markouts(
  reader: RowReader,
  { horizons }: ReportSettings,
  { states, from, to }: DayRange,
): Promise<RollingFigures["markout"]> {
  const sums = horizons.map(() => ({ maker: emptyMarkoutStats(), taker: emptyMarkoutStats() }));
  const ranges = [{ resolution: "1d" as const, from, to }];
  const found = await reader.markouts(states.map((of) => ({ of, ranges })));
  for (const { label, part } of found.flat()) {
    const sum = sums[horizons.findIndex((horizon) => horizon.label === label)];
    if (sum === undefined) continue;
    sum.maker = mergeMarkoutStats(sum.maker, part.maker);
    sum.taker = mergeMarkoutStats(sum.taker, part.taker);
  }
  const table = (liquidity: "maker" | "taker") =>
    Object.fromEntries(
      horizons.map(({ label }, index) => [label, netFigure(sums[index]?.[liquidity])]),
    );
  return { maker: table("maker"), taker: table("taker") };
}

/** Notional-weighted net markout in bps over all trades of the window. */
function netFigure(stats: MarkoutStats | undefined): Figure {
  const n = stats?.netCount ?? 0;
  const value =
    stats !== undefined && stats.netWeight > 0 ? stats.netWeighted / stats.netWeight : null;
  return { value, n, status: value === null ? "empty" : "ok", interval: null };
}
