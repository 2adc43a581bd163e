/**
 * Use cases of the tests' own: four invented instruments whose figures are functions of time, so that any range can
 * be asked at any moment, with a clock that the test moves. What is lacking on purpose: ONE-PERP has no trades.
 */
import type {
  DaysRequest,
  Queries,
  ReportRequest,
  SeriesRequest,
  TradesRequest,
  TrendsRequest,
} from "../../lib/app/queries.ts";
import type { DaysBody } from "../../lib/core/api/days.ts";
import type { HistoryProgress } from "../../lib/core/api/health.ts";
import type { InstrumentBody } from "../../lib/core/api/instruments.ts";
import type { LiveEvent } from "../../lib/core/api/live.ts";
import type { Published } from "../../lib/core/api/publish.ts";
import type { MetricsBody, SnapshotBody } from "../../lib/core/api/report.ts";
import type { Fresh } from "../../lib/core/api/schema.ts";
import type { SeriesBody } from "../../lib/core/api/series.ts";
import type { TradeBody } from "../../lib/core/api/trades.ts";
import type { TrendsBody } from "../../lib/core/api/trends.ts";
import { DAY_US, type EpochUs, SECOND_US } from "../../lib/core/units.ts";

const HORIZONS = ["0s", "1s", "5s", "10s", "30s", "1m", "5m"];
const HORIZON_SECONDS = [0, 1, 5, 10, 30, 60, 300];

interface Market {
  readonly key: string;
  readonly base: string;
  readonly price: number;
  readonly tradesPerHour: number;
  /** Quote currency earned an hour by quoting. */
  readonly spreadPerHour: number;
  readonly limit: number;
  readonly edgeBps: number;
}

const MARKETS: readonly Market[] = [
  market("BTC-PERP", 67_412.5, { tradesPerHour: 180, spreadPerHour: 210, limit: 12, edgeBps: 0.9 }),
  market("ETH-PERP", 3_318.2, { tradesPerHour: 140, spreadPerHour: 130, limit: 180, edgeBps: 0.4 }),
  market("SOL-PERP", 142.37, {
    tradesPerHour: 90,
    spreadPerHour: 60,
    limit: 2_400,
    edgeBps: -0.6,
  }),
  market("ONE-PERP", 0.01234, { tradesPerHour: 0, spreadPerHour: 0, limit: 500_000, edgeBps: 0 }),
];

function market(key: string, price: number, rest: Omit<Market, "key" | "base" | "price">): Market {
  return { key, base: key.slice(0, key.indexOf("-")), price, ...rest };
}

export interface FixtureQueries extends Queries {
  /** Moves the clock and the newest event with it, and tells every reader of `live`. */
  advance(us: number): void;
  /** The feed falls silent: the clock goes on, the newest event does not. */
  readonly feed: { silent: boolean; words: string };
  readonly history: { progress: HistoryProgress };
  /** Bodies given to `publish`, in order. */
  readonly published: string[];
  /** When set, every question fails with it. */
  readonly broken: { error: Error | undefined };
  readonly listeners: () => number;
}

export const FIXTURE_NOW = 1_767_945_600_000_000;

const READY: HistoryProgress = { state: "ready", done: 1, loadedTo: null, etaSeconds: null };

export function createFixtureQueries(start = FIXTURE_NOW): FixtureQueries {
  let now = start;
  let asOf = start;
  const listeners = new Set<() => void>();
  const feed = { silent: false, words: "fixture" };
  const broken: { error: Error | undefined } = { error: undefined };
  const history = { progress: READY };
  const published: string[] = [];
  const answer = <T>(body: () => T): Promise<T> =>
    broken.error === undefined ? Promise.resolve().then(body) : Promise.reject(broken.error);
  return {
    feed,
    history,
    published,
    broken,
    listeners: () => listeners.size,
    now: () => now as EpochUs,
    advance(us) {
      now += us;
      if (!feed.silent) asOf = now;
      for (const wake of listeners) wake();
    },
    onLive(wake) {
      listeners.add(wake);
      return () => listeners.delete(wake);
    },
    report: (request) => answer(() => report(request, asOf)),
    series: (request) => answer(() => series(request, asOf)),
    trades: (request) => answer(() => trades(request, asOf)),
    days: (request) => answer(() => days(request, asOf)),
    trends: (request) => answer(() => trends(request, asOf)),
    instruments: () =>
      answer(() => ({ instruments: MARKETS.map(instrumentBody), fresh: fresh(asOf) })),
    health: () =>
      answer(() => ({
        status: "ok" as const,
        version: "0.0.0",
        mock: true as const,
        feed: feed.words,
        startedAt: start,
        history: history.progress,
        data: data(asOf),
        instruments: MARKETS.map(({ key }) => ({
          instrument: key,
          state: "ok" as const,
          lastTime: asOf,
          watermark: asOf,
          gaps: 0,
        })),
        fresh: fresh(asOf),
      })),
    live: (since) =>
      answer(() => {
        const cursor = `c${asOf}`;
        const events = since === cursor ? [] : liveEvents(asOf, cursor, history.progress);
        return { cursor, events, fresh: fresh(asOf) };
      }),
    publish: (ndjson) =>
      answer(() => {
        const text = new TextDecoder().decode(ndjson);
        published.push(text);
        return judge(text);
      }),
  };
}

function fresh(asOf: number): Fresh {
  const sources = MARKETS.map(({ key }) => ({ id: key, lastAt: asOf }));
  return { asOf, cadenceUs: SECOND_US, coverage: 1, sources };
}

function data(asOf: number) {
  const events = 1_284_310 + Math.floor((asOf - FIXTURE_NOW) / 1_000);
  const counts = { duplicates: 412, quarantined: 3, buffered: 0, gaps: 1, late: 27 };
  const applied = events - counts.duplicates - counts.quarantined;
  return { events, applied, ...counts, invalidReferences: 5, watermark: asOf };
}

function liveEvents(asOf: number, id: string, progress: HistoryProgress): LiveEvent[] {
  const instruments = MARKETS.map((one): LiveEvent => {
    const patch = {
      mid: decimal(one.price, 4),
      position: decimal(position(one, asOf), 3),
      unrealized: decimal(120 * noise(one.key, Math.floor(asOf / 1e6)), 2),
      net: decimal(4_812, 2),
      trades: 8_214,
      lastTradeTime: asOf,
    };
    return { id, asOf, topic: "instrument", instrument: one.key, patch };
  });
  const dataEvent: LiveEvent = { id, asOf, topic: "data", patch: data(asOf) };
  return [...instruments, dataEvent, { id, asOf, topic: "history", patch: progress }];
}

/** Lines that hold `"bad"` are refused. */
function judge(text: string): Published {
  const lines = text.split("\n").filter((line) => line !== "");
  const bad = lines.map((line, index) => ({ line, at: index + 1 })).filter(isBad);
  const counts = {
    events: lines.length,
    applied: lines.length - bad.length,
    duplicates: 0,
    quarantined: bad.length,
    buffered: 0,
  };
  const refused = bad.map(({ at }) => ({ line: at, reason: "not-json", detail: "expected JSON" }));
  return { counts, refused };
}

function isBad({ line }: { line: string }): boolean {
  return line.includes("bad");
}

function instrumentBody(one: Market): InstrumentBody {
  return {
    key: one.key,
    account: "main",
    instrument: one.key,
    base: one.base,
    quote: "USD",
    settle: "USD",
    kind: "perp",
    contract: "linear",
    multiplier: "1",
    tick: "0.1",
    lot: "0.001",
    positionLimit: String(one.limit),
    firstTime: FIXTURE_NOW - 90 * DAY_US,
    lastTime: FIXTURE_NOW,
  };
}

// --- figures as functions of time -------------------------------------------------------------------------------

/** Even in −1…1, fixed by its arguments (32-bit FNV-1a with a final mix). */
function noise(key: string, index: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${key}|${index}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash ^= hash >>> 13;
  return ((hash >>> 0) / 0xffffffff) * 2 - 1;
}

function decimal(value: number, digits: number): string {
  const text = value.toFixed(digits);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}

/** Slow waves and a little noise, within the limit. */
function position(one: Market, time: number): number {
  const hours = time / 3.6e9;
  const wave = Math.sin(hours * 1.7 + one.price) * 0.4 + Math.sin(hours * 0.31) * 0.35;
  return one.limit * (wave + 0.08 * noise(one.key, Math.floor(time / 3e7)));
}

const FLOWS = ["spread", "inventory", "fees", "funding"] as const;
type Flows = Record<(typeof FLOWS)[number], number>;

function flows(one: Market, bucket: number, stepUs: number): Flows {
  const hours = stepUs / 3.6e9;
  const index = bucket / stepUs;
  const spread = one.spreadPerHour * hours * (1 + 0.6 * noise(`${one.key}s`, index));
  const swing = Math.sqrt(hours) * one.spreadPerHour * 1.6 * noise(`${one.key}i`, index);
  return {
    spread,
    inventory: swing - 0.28 * one.spreadPerHour * hours,
    fees: spread * 0.26,
    funding: -0.03 * one.spreadPerHour * hours,
  };
}

function chosen(key: string | undefined): readonly Market[] {
  return key === undefined ? MARKETS : MARKETS.filter((one) => one.key === key);
}

function series(request: SeriesRequest, asOf: number): SeriesBody | undefined {
  const markets = chosen(request.instrument);
  if (markets.length === 0) return undefined;
  const { stepUs } = request;
  const t0 = request.from - (request.from % stepUs);
  const buckets: number[] = [];
  for (let at = t0; at < Math.min(request.to, asOf + 1); at += stepUs) buckets.push(at);
  const columns: Record<string, (number | null)[]> = {};
  if (request.metric === "inventory") {
    columns["exposure"] = buckets.map((at) => exposure(markets, at + stepUs));
    if (request.instrument !== undefined) {
      columns["quantity"] = buckets.map((at) => sum(markets, (one) => position(one, at + stepUs)));
    }
  } else {
    const rows = buckets.map((at) => markets.map((one) => flows(one, at, stepUs)));
    for (const flow of FLOWS) columns[flow] = rows.map((row) => sum(row, (each) => each[flow]));
    columns["net"] = rows.map((row) =>
      sum(row, (each) => each.spread + each.inventory + each.funding - each.fees),
    );
  }
  return { t0, stepUs, columns, fresh: fresh(asOf) };
}

function exposure(markets: readonly Market[], at: number): number {
  return sum(markets, (one) => Math.abs(position(one, at)) * one.price);
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function report(request: ReportRequest, newest: number): SnapshotBody | undefined {
  const asOf = Math.min(request.asOf ?? newest, newest);
  const markets = chosen(request.instrument);
  if (markets.length === 0) return undefined;
  const window = windowOf(request, asOf);
  return {
    schema: "brawler.report/1",
    asOf,
    window,
    data: data(asOf),
    portfolio: { ...metrics(markets, window), position: null },
    instruments: Object.fromEntries(markets.map((one) => [one.key, metrics([one], window)])),
    fresh: fresh(asOf),
  };
}

function windowOf(request: ReportRequest, asOf: number) {
  const { span } = request;
  if (span.kind === "range") return { from: span.from, to: span.to };
  const length = span.kind === "all" ? 90 * DAY_US : span.lengthUs;
  return { from: asOf + 1 - length, to: asOf + 1 };
}

function metrics(
  markets: readonly Market[],
  window: { readonly from: number; readonly to: number },
): MetricsBody {
  const hours = (window.to - window.from) / 3.6e9;
  const count = Math.round(sum(markets, (one) => one.tradesPerHour) * hours);
  const maker = Math.round(count * 0.92);
  const first = markets[0] as Market;
  return {
    currency: "USD",
    trades: {
      count,
      maker,
      taker: count - maker,
      buyQuantity: decimal(count * 0.41, 3),
      sellQuantity: decimal(count * 0.4, 3),
      notional: decimal(count * 5_012.25, 2),
    },
    position: {
      quantity: decimal(position(first, window.to), 3),
      averageCost: count === 0 ? null : decimal(first.price * 0.998, 4),
      mark: decimal(first.price, 4),
      unrealized: decimal(position(first, window.to) * first.price * 0.002, 2),
    },
    pnl: pnl(markets, window),
    hitRate: { ...hitRate(count), byVersion: hitRate(count) },
    markouts: {
      maker: markouts(first, maker, 1),
      taker: count === maker ? {} : markouts(first, count - maker, -0.8),
    },
    drawdown: {
      amount: decimal(210 * Math.sqrt(hours), 2),
      peakTime: window.from,
      troughTime: window.to - 1,
      recoveredTime: null,
      resolution: "event",
    },
    inventory: {
      averageAbsolute: decimal(exposure(markets, window.to) * 0.4, 2),
      maximumAbsolute: decimal(exposure(markets, window.to) * 1.3, 2),
    },
    quoting: { twoSidedUptime: count === 0 ? null : 0.982, fillIntensity: [] },
  };
}

/** As the API chooses them, so that a chart ends where its report does. */
const CHART_STEPS = [
  [1, 5e6],
  [6, 30e6],
  [24, 120e6],
  [168, 900e6],
  [720, 3.6e9],
] as const;

function pnl(
  markets: readonly Market[],
  window: { readonly from: number; readonly to: number },
): MetricsBody["pnl"] {
  const hours = (window.to - window.from) / 3.6e9;
  const stepUs = CHART_STEPS.find(([longest]) => hours <= longest)?.[1] ?? 14.4e9;
  const cents: Flows = { spread: 0, inventory: 0, fees: 0, funding: 0 };
  for (let at = window.from - (window.from % stepUs); at < window.to; at += stepUs) {
    for (const flow of FLOWS) {
      cents[flow] += Math.round(100 * sum(markets, (one) => flows(one, at, stepUs)[flow]));
    }
  }
  const money = (value: number) => decimal(value / 100, 2);
  const gross = cents.spread + cents.inventory;
  const byHorizon = (value: (seconds: number) => string) =>
    Object.fromEntries(HORIZONS.map((label, index) => [label, value(HORIZON_SECONDS[index] ?? 0)]));
  const adverse = (seconds: number) => Math.round(-cents.spread * 0.07 * Math.log1p(seconds));
  return {
    spread: money(cents.spread),
    inventory: money(cents.inventory),
    adverseSelection: byHorizon((seconds) => money(adverse(seconds))),
    beyond: byHorizon((seconds) => money(cents.inventory - adverse(seconds))),
    unattributed: byHorizon(() => "0"),
    gross: money(gross),
    funding: money(cents.funding),
    fees: money(cents.fees),
    feesUnconverted: {},
    net: money(gross + cents.funding - cents.fees),
    realized: money(Math.round(gross * 0.9)),
    unrealized: money(gross - Math.round(gross * 0.9)),
    residual: money(gross - (cents.spread + cents.inventory)),
    status: "ok",
  };
}

function hitRate(trades: number) {
  const closed = Math.round(trades * 1.84);
  const value = closed === 0 ? null : trades / closed;
  return {
    value,
    n: closed,
    status: closed === 0 ? ("empty" as const) : ("ok" as const),
    interval: value === null || closed < 30 ? null : wilson(value, closed),
    byQuantity: value === null ? null : value * 0.94,
    fullFill: value === null ? null : value * 0.81,
    cancelledUnfilled: value === null ? null : 1 - value,
    closed,
    filled: trades,
    rejected: 0,
    open: 2,
  };
}

function wilson(p: number, n: number): readonly [number, number] {
  const z = 1.959964;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [centre - half, centre + half];
}

function markouts(one: Market, n: number, sign: number): MetricsBody["markouts"]["maker"] {
  return Object.fromEntries(
    HORIZONS.map((label, index) => {
      const seconds = HORIZON_SECONDS[index] ?? 0;
      const value =
        sign * (1.9 - 0.34 * Math.log1p(seconds)) + one.edgeBps * (seconds > 0 ? 0.3 : 0);
      const sd = 3.6 + 1.3 * Math.log1p(seconds);
      const half = n < 30 ? undefined : (1.96 * sd) / Math.sqrt(n);
      const figure = {
        value: n === 0 ? null : value,
        n,
        status: n === 0 ? ("empty" as const) : ("ok" as const),
        interval: half === undefined ? null : ([value - half, value + half] as const),
        ...{ weighted: value * 0.95, net: value - 0.5, median: value * 0.9 },
        ...{ p05: value - 2 * sd, p25: value - 0.7 * sd, p75: value + 0.7 * sd },
        ...{ p95: value + 2 * sd, sd, skew: 0.1, kurtosis: 3.3, coverage: 0.998 },
        ...{ pending: index, stale: 0, missing: 1, invalid: 0, method: "exact" as const },
      };
      return [label, figure];
    }),
  );
}

function trades(request: TradesRequest, asOf: number) {
  const markets = chosen(request.instrument);
  if (markets.length === 0) return undefined;
  const all: TradeBody[] = [];
  for (let index = 0; index < 250; index += 1) {
    const one = markets[index % markets.length] as Market;
    const time = asOf - index * 7_000_000;
    if (time < request.from || time >= request.to) continue;
    all.push(trade(one, time, 250 - index));
  }
  if (request.order === "asc") all.reverse();
  const start = request.cursor === undefined ? 0 : Number(request.cursor);
  const page = all.slice(start, start + request.limit);
  const end = start + page.length;
  return { trades: page, cursor: end < all.length ? String(end) : null, fresh: fresh(asOf) };
}

/** Each day once; a revision of the newest. */
function days(request: DaysRequest, asOf: number): DaysBody | undefined {
  const markets = chosen(request.instrument);
  if (markets.length === 0) return undefined;
  const first = request.from + ((DAY_US - (request.from % DAY_US)) % DAY_US);
  const last = Math.min(request.to, asOf - DAY_US);
  const records: DaysBody["days"][number][] = [];
  for (let from = first; from < last; from += DAY_US) {
    const revisions = from + DAY_US < last || request.revisions === "newest" ? [1] : [1, 2];
    for (const revision of revisions) records.push(dayRecord(request, from, revision));
  }
  return { days: records, fresh: fresh(asOf) };
}

function dayRecord(request: DaysRequest, from: number, revision: number) {
  const window = { from, to: from + DAY_US };
  return {
    schema: "brawler.day/1" as const,
    instrument: request.instrument ?? null,
    ...window,
    status: "closed" as const,
    revision,
    supersedes: revision === 1 ? null : "0".repeat(16),
    hash: String(revision).padStart(16, "0"),
    watermark: window.to,
    version: "0.0.0",
    parts: {},
    figures: metrics(chosen(request.instrument), window),
  };
}

function trends({ instrument }: TrendsRequest, asOf: number): TrendsBody | undefined {
  const markets = chosen(instrument);
  if (markets.length === 0) return undefined;
  const to = asOf - (asOf % DAY_US);
  const trend = { n: 90, slope: 0.5, interval: [0.1, 0.9] as const, tau: 0.3, p: 0.001, q: 0.01 };
  const records = markets.map(({ key }) => ({
    schema: "brawler.trend/1" as const,
    instrument: key,
    from: to - 90 * DAY_US,
    to,
    days: 90,
    trends: { "pnl.net": { ...trend, direction: "rising" as const, status: "ok" as const } },
  }));
  return { trends: records, fresh: fresh(asOf) };
}

function trade(one: Market, time: number, sequence: number): TradeBody {
  const side = noise(one.key, sequence) > 0 ? "buy" : "sell";
  return {
    instrument: one.key,
    time,
    sequence,
    tradeId: `t${sequence}`,
    side,
    liquidity: "maker",
    execution: "trade",
    price: decimal(one.price, 4),
    quantity: "0.5",
    fee: "0.1",
    preTradeMid: decimal(one.price * 1.0001, 4),
    markouts: Object.fromEntries(HORIZONS.map((label) => [label, 2 * noise(label, sequence)])),
    positionAfter: decimal(position(one, time), 3),
    counterparty: null,
    quoteId: `q${sequence}`,
  };
}
