/**
 * What the past says as a whole, computed anew as days are added: the trend of each daily figure, of every instrument and
 * of the portfolio, judged together so that many looks do not make a finding.
 */
import type { TrendBody, TrendRecord } from "../core/api/trends.ts";
import { instrumentKey } from "../core/events/event.ts";
import { type Trend, trendOf } from "../core/history/trend.ts";
import { benjaminiHochberg } from "../core/stats/benjamini-hochberg.ts";
import { bucketStart, DAY_US, type EpochUs } from "../core/units.ts";
import type { AnalysisKey, AnalysisStore } from "../ports/analysis-store.ts";
import type { Clock } from "../ports/clock.ts";
import {
  type CommittedState,
  loadStates,
  type ReportPorts,
  type ReportSettings,
} from "./committed-state.ts";
import { PORTFOLIO } from "./day-records.ts";
import { readSeries } from "./read-series.ts";

export const TREND_KIND = "trend";
/** Complete days looked at, at most. */
const DAYS = 90;
/** Below it, a trend is told: the share of false ones among those told, at most. */
const FALSE_SHARE = 0.05;

/** Money a day, bps, shares: the columns of daily series that are judged. */
const COLUMNS = {
  pnl: ["net", "spread", "inventory"],
  markout: ["maker.5s", "maker.30s", "maker.1m"],
  "hit-rate": ["rate"],
  activity: ["notional"],
} as const;

export interface HistoryPorts extends ReportPorts {
  readonly analyses: AnalysisStore;
  readonly clock: Clock;
}

export interface HistoryOutcome {
  /** Records that were written: those that say something else than before. */
  readonly written: number;
  /** Trends that were told, rising or falling. */
  readonly found: number;
}

interface Subject {
  readonly key: Omit<AnalysisKey, "kind">;
  /** An instrument's key; null: the portfolio. */
  readonly instrument: string | null;
  readonly states: readonly CommittedState[];
}

export async function analyzeHistory(
  ports: HistoryPorts,
  settings: ReportSettings,
): Promise<HistoryOutcome> {
  const states = await loadStates(ports);
  if (states.length === 0) return { written: 0, found: 0 };
  const to = bucketStart(Math.max(...states.map(({ summary }) => summary.newestTime)), DAY_US);
  const first = Math.min(...states.map(({ summary }) => summary.firstTime));
  // The day of the first event is not whole.
  const from = Math.max(bucketStart(first, DAY_US) + DAY_US, to - DAYS * DAY_US);
  const found = new Map<Subject, ReadonlyMap<string, Trend>>();
  for (const subject of subjectsOf(states)) {
    found.set(subject, await trendsOf(ports, settings, subject, { from, to }));
  }
  const judged = judge(found);
  let written = 0;
  for (const [{ key, instrument }, trends] of judged) {
    const days = Math.max(0, (to - from) / DAY_US);
    const window = { from: Math.min(from, to), to, days };
    written += await keep(ports, key, { schema: "brawler.trend/1", instrument, ...window, trends });
  }
  const all = [...judged.values()].flatMap((trends) => Object.values(trends));
  const told = all.filter(({ direction }) => direction === "rising" || direction === "falling");
  return { written, found: told.length };
}

function subjectsOf(states: readonly CommittedState[]): readonly Subject[] {
  const single = states.map((state): Subject => {
    const { account, instrument } = state.summary;
    const key = { account, instrument };
    return { key, instrument: instrumentKey(account, instrument), states: [state] };
  });
  return [{ key: PORTFOLIO, instrument: null, states }, ...single];
}

async function trendsOf(
  ports: ReportPorts,
  settings: ReportSettings,
  { states, instrument }: Subject,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<string, Trend>> {
  const trends = new Map<string, Trend>();
  for (const metric of ["pnl", "markout", "hit-rate", "activity"] as const) {
    const question = { metric, states, single: instrument !== null, from, to, stepUs: DAY_US };
    const { columns } = await readSeries(ports, settings, question);
    for (const name of COLUMNS[metric]) {
      const values = columns[name];
      // A horizon that this desk does not measure.
      if (values !== undefined) trends.set(`${metric}.${name}`, trendOf(values));
    }
  }
  return trends;
}

/** All tests of one run are one family. */
function judge(
  found: ReadonlyMap<Subject, ReadonlyMap<string, Trend>>,
): Map<Subject, Record<string, TrendBody>> {
  const tests = [...found.values()].flatMap((trends) => [...trends.values()]);
  const tested = tests.filter(({ p }) => p !== null);
  const adjusted = benjaminiHochberg(tested.map(({ p }) => p ?? 1));
  const qOf = new Map(tested.map((trend, at) => [trend, adjusted[at] ?? 1]));
  return new Map(
    [...found].map(([subject, trends]) => [
      subject,
      Object.fromEntries([...trends].map(([name, trend]) => [name, told(trend, qOf.get(trend))])),
    ]),
  );
}

function told({ interval, ...trend }: Trend, q: number | undefined): TrendBody {
  const rises = (trend.tau ?? 0) > 0;
  const direction =
    q === undefined ? null : q > FALSE_SHARE ? "none" : rises ? "rising" : "falling";
  return { ...trend, interval, q: q ?? null, direction };
}

/** One record a last day; written again only where it says something else. */
async function keep(
  { analyses, clock }: HistoryPorts,
  key: Omit<AnalysisKey, "kind">,
  record: TrendRecord,
): Promise<number> {
  const value = JSON.stringify(record);
  const latest = await analyses.latest({ kind: TREND_KIND, ...key });
  if (latest?.time === record.to && latest.value === value) return 0;
  const standing = latest?.time === record.to ? latest.version : 0;
  const version = Math.max(clock.now(), standing + 1);
  const time = record.to as EpochUs;
  await analyses.put([{ kind: TREND_KIND, ...key, time, version, value }]);
  return 1;
}

/** The newest record of everything that has one: the portfolio's first. */
export async function readTrends(analyses: AnalysisStore): Promise<readonly TrendRecord[]> {
  const records = (await analyses.latestOfKind(TREND_KIND)).map(
    ({ value }) => JSON.parse(value) as TrendRecord,
  );
  const rank = ({ instrument }: TrendRecord) => (instrument === null ? 0 : 1);
  return [...records].sort((a, b) => rank(a) - rank(b));
}
