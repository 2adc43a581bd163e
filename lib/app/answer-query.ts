/** The API's reads over the stores of one machine, and its one write: events in. */
import type { DaysBody } from "../core/api/days.ts";
import type { HealthBody, HistoryProgress } from "../core/api/health.ts";
import type { InstrumentBody, InstrumentsBody } from "../core/api/instruments.ts";
import type { LiveBody, LiveEvent } from "../core/api/live.ts";
import type { Published } from "../core/api/publish.ts";
import type { SnapshotBody } from "../core/api/report.ts";
import type { SeriesBody } from "../core/api/series.ts";
import type { TradeBody, TradesBody } from "../core/api/trades.ts";
import type { TrendsBody } from "../core/api/trends.ts";
import { formatDecimal } from "../core/events/decimal.ts";
import { type Decimal, instrumentKey } from "../core/events/event.ts";
import { decodeUtf8 } from "../core/events/utf8.ts";
import { addExact, formatExact } from "../core/ledger/exact.ts";
import {
  cashToExact,
  ledgerPrice,
  moneyToExact,
  priceToExact,
  quantityToExact,
} from "../core/ledger/scale.ts";
import type { InstrumentSummary } from "../core/pipeline/summary.ts";
import type { TradeRow } from "../core/rollup/row.ts";
import { type EpochUs, MINUTE_US } from "../core/units.ts";
import type { AnalysisStore } from "../ports/analysis-store.ts";
import type { Clock } from "../ports/clock.ts";
import { readTrends } from "./analyze-history.ts";
import {
  type CommittedState,
  loadStates,
  type ReportPorts,
  type ReportSettings,
} from "./committed-state.ts";
import { PORTFOLIO, readDays } from "./day-records.ts";
import { coverageOf, freshOf, keyOf } from "./freshness.ts";
import type { DeliveryOutcome } from "./live-pipeline.ts";
import type {
  DaysRequest,
  Queries,
  ReportRequest,
  SeriesRequest,
  TradesRequest,
  TrendsRequest,
} from "./queries.ts";
import { createReadMemory } from "./read-memory.ts";
import { readSeries } from "./read-series.ts";
import { dataFigures, reportOf, type StrayCounts } from "./report.ts";

export interface QueryPorts extends ReportPorts {
  readonly clock: Clock;
  readonly analyses: AnalysisStore;
  deliver(lines: readonly string[]): Promise<DeliveryOutcome>;
}

export interface QuerySettings extends ReportSettings {
  readonly version: string;
  /** What is read, in words. */
  readonly feed: string;
  readonly startedAt: EpochUs;
}

/** What the process itself knows. */
export interface ProcessState {
  history(): HistoryProgress;
  stray(): StrayCounts;
}

/** `Queries`, and what wakes its live readers. */
export interface AnswerQuery extends Queries {
  /** The committed states of these instruments (`account/instrument`) have changed. */
  changed(names: readonly string[]): void;
}

const SILENT_US = MINUTE_US;
const SHOWN_REFUSALS = 100;

export function answerQueries(
  ports: QueryPorts,
  settings: QuerySettings,
  process: ProcessState,
): AnswerQuery {
  const changes = new Changes(settings.startedAt);
  const reads = { memory: createReadMemory(), ...ports };
  const states = (wanted?: readonly string[]) => loadStates(ports, wanted);
  const one = (instrument: string | undefined) =>
    instrument === undefined ? undefined : [instrument];
  return {
    now: () => ports.clock.now(),
    changed: (names) => changes.add(names),
    onLive: (wake) => changes.onChange(wake),
    report: async (request) => report(reads, settings, process, request),
    instruments: async () => instruments(await states()),
    health: async () => health(settings, process, await states(), ports.clock.now()),
    live: async (since) => live(changes, process, await states(), since),
    series: async (request) =>
      series(reads, settings, request, await states(one(request.instrument))),
    trades: async (request) => trades(ports, request, await states(one(request.instrument))),
    days: async (request) => days(ports, request, await states(one(request.instrument))),
    trends: async (request) => trends(ports, request, await states(one(request.instrument))),
    publish: (ndjson) => publish(ports, ndjson),
  };
}

/** Which instruments changed at which revision; a cursor names the process and a revision. */
class Changes {
  private revision = 0;
  private readonly revisions = new Map<string, number>();
  private readonly listeners = new Set<() => void>();
  private readonly boot: string;

  constructor(startedAt: EpochUs) {
    this.boot = startedAt.toString(36);
  }

  add(names: readonly string[]): void {
    this.revision += 1;
    for (const name of names) this.revisions.set(name, this.revision);
    for (const wake of this.listeners) wake();
  }

  onChange(wake: () => void): () => void {
    this.listeners.add(wake);
    return () => this.listeners.delete(wake);
  }

  cursor(): string {
    return `${this.boot}.${this.revision}`;
  }

  /** The revision of a cursor of this process; −1 for any other: then everything is new. */
  revisionOf(cursor: string | undefined): number {
    const [boot, revision] = (cursor ?? "").split(".");
    const number = Number(revision);
    return boot === this.boot && Number.isSafeInteger(number) ? number : -1;
  }

  isNewer(name: string, revision: number): boolean {
    return (this.revisions.get(name) ?? 0) > revision;
  }
}

async function report(
  ports: QueryPorts,
  settings: QuerySettings,
  process: ProcessState,
  { span, instrument, asOf }: ReportRequest,
): Promise<SnapshotBody | undefined> {
  const question = {
    span,
    ...(instrument === undefined ? {} : { instruments: [instrument] }),
    ...(asOf === undefined ? {} : { asOf }),
  };
  const states = await loadStates(ports, question.instruments);
  if (states.length === 0) return undefined;
  const body = await reportOf(ports, settings, question, { states, stray: process.stray() });
  return { ...body, fresh: freshOf(states, coverageOf(states, body.window)) };
}

function instruments(states: readonly CommittedState[]): InstrumentsBody {
  return {
    instruments: states.map(({ summary }) => instrumentBody(summary)),
    fresh: freshOf(states),
  };
}

function instrumentBody(summary: InstrumentSummary): InstrumentBody {
  const { account, instrument, spec, scale } = summary;
  const step = (decimals: number) => formatDecimal({ mantissa: 1, decimals });
  return {
    key: keyOf(summary),
    account,
    instrument,
    base: spec?.base ?? instrument,
    quote: spec?.quote ?? "USD",
    settle: spec?.settle ?? "USD",
    kind: spec?.kind ?? "perp",
    contract: spec?.contract ?? "linear",
    multiplier: formatDecimal(scale.multiplier),
    tick: spec === undefined ? step(scale.priceDecimals) : formatDecimal(spec.tick),
    lot: spec === undefined ? step(scale.quantityDecimals) : formatDecimal(spec.lot),
    positionLimit: decimalOrNull(spec?.positionLimit),
    firstTime: summary.firstTime,
    lastTime: summary.newestTime,
  };
}

function decimalOrNull(value: Decimal | undefined): string | null {
  return value === undefined ? null : formatDecimal(value);
}

function health(
  settings: QuerySettings,
  process: ProcessState,
  states: readonly CommittedState[],
  now: EpochUs,
): HealthBody {
  const history = process.history();
  const feeds = states.map(({ summary }) => ({
    instrument: keyOf(summary),
    state: feedState(summary, now, history.state === "loading"),
    lastTime: summary.newestTime,
    watermark: summary.watermark === 0 ? null : summary.watermark,
    gaps: summary.counters.gaps,
  }));
  const degraded = feeds.some(({ state }) => state !== "ok");
  return {
    status: history.state === "loading" ? "starting" : degraded ? "degraded" : "ok",
    version: settings.version,
    mock: true,
    feed: settings.feed,
    startedAt: settings.startedAt,
    history,
    data: dataFigures(states, process.stray()),
    instruments: feeds,
    fresh: freshOf(states),
  };
}

function feedState(
  summary: InstrumentSummary,
  now: EpochUs,
  loading: boolean,
): HealthBody["instruments"][number]["state"] {
  if (summary.restating) return "restating";
  if (summary.holes > 0) return "degraded";
  return !loading && now - summary.newestTime > SILENT_US ? "silent" : "ok";
}

function live(
  changes: Changes,
  process: ProcessState,
  states: readonly CommittedState[],
  since: string | undefined,
): LiveBody {
  const known = changes.revisionOf(since);
  const id = changes.cursor();
  const asOf = Math.max(0, ...states.map(({ summary }) => summary.newestTime));
  const events: LiveEvent[] = states
    .filter(
      ({ summary }) =>
        known < 0 || changes.isNewer(`${summary.account}/${summary.instrument}`, known),
    )
    .map(({ summary }) => liveInstrument(summary, id));
  if (known < 0 || events.length > 0) {
    events.push({ id, asOf, topic: "data", patch: dataFigures(states, process.stray()) });
  }
  if (known < 0 || process.history().state === "loading") {
    events.push({ id, asOf, topic: "history", patch: process.history() });
  }
  return { cursor: id, events, fresh: freshOf(states) };
}

function liveInstrument(summary: InstrumentSummary, id: string): LiveEvent {
  const { scale, position, mid } = summary;
  const known = mid > 0 || position === 0;
  const unrealized = known
    ? BigInt(position) * (mid > 0 ? ledgerPrice(scale, mid) : 0n) - summary.cost
    : 0n;
  const gross = moneyToExact(scale, summary.gross);
  const cash = cashToExact(summary.funding - summary.fees);
  return {
    id,
    asOf: summary.newestTime,
    topic: "instrument",
    instrument: keyOf(summary),
    patch: {
      mid: mid > 0 ? formatExact(priceToExact(scale, mid)) : null,
      position: formatExact(quantityToExact(scale, BigInt(position))),
      unrealized: known ? formatExact(moneyToExact(scale, unrealized)) : null,
      net: known ? formatExact(addExact(gross, cash)) : null,
      trades: summary.trades,
      lastTradeTime: summary.lastTradeTime === 0 ? null : summary.lastTradeTime,
    },
  };
}

async function series(
  ports: QueryPorts,
  settings: QuerySettings,
  { metric, instrument, from, to, stepUs }: SeriesRequest,
  states: readonly CommittedState[],
): Promise<SeriesBody | undefined> {
  if (instrument !== undefined && states.length === 0) return undefined;
  const single = instrument !== undefined;
  const body = await readSeries(ports, settings, { metric, states, single, from, to, stepUs });
  return {
    ...body,
    columns: { ...body.columns },
    fresh: freshOf(states, coverageOf(states, { from, to })),
  };
}

async function days(
  { analyses }: QueryPorts,
  request: DaysRequest,
  states: readonly CommittedState[],
): Promise<DaysBody | undefined> {
  const of = request.instrument === undefined ? PORTFOLIO : states[0]?.summary;
  if (of === undefined) return undefined;
  return { days: await readDays(analyses, of, request), fresh: freshOf(states) };
}

async function trends(
  { analyses }: QueryPorts,
  { instrument }: TrendsRequest,
  states: readonly CommittedState[],
): Promise<TrendsBody | undefined> {
  if (instrument !== undefined && states.length === 0) return undefined;
  const all = await readTrends(analyses);
  const asked = instrument === undefined ? all : all.filter((one) => one.instrument === instrument);
  return { trends: [...asked], fresh: freshOf(states) };
}

async function trades(
  ports: QueryPorts,
  { from, to, order, limit, cursor, instrument }: TradesRequest,
  states: readonly CommittedState[],
): Promise<TradesBody | undefined> {
  if (instrument !== undefined && states.length === 0) return undefined;
  const of = instrument === undefined ? undefined : states[0]?.summary;
  const page = await ports.metrics.readTrades({
    from,
    to,
    order,
    limit,
    ...(cursor === undefined ? {} : { cursor }),
    ...(of === undefined ? {} : { account: of.account, instrument: of.instrument }),
  });
  const minimum = new Map(states.map((state) => [keyOf(state.summary), state.minVersion]));
  const rows = page.rows.filter((row) => {
    return row.version >= (minimum.get(instrumentKey(row.account, row.instrument)) ?? 0);
  });
  return { trades: rows.map(tradeBody), cursor: page.cursor ?? null, fresh: freshOf(states) };
}

function tradeBody(row: TradeRow): TradeBody {
  const value = JSON.parse(row.value) as TradeValue;
  return {
    instrument: instrumentKey(row.account, row.instrument),
    time: row.time,
    sequence: row.sequence,
    tradeId: row.tradeId,
    side: value.side,
    liquidity: value.liquidity,
    execution: value.execution,
    price: value.price,
    quantity: value.quantity,
    fee: value.fee,
    preTradeMid: value.preTradeMid,
    markouts: Object.fromEntries(
      Object.entries(value.markouts).map(([label, { bps, status }]) => [
        label,
        status === "ok" ? bps : null,
      ]),
    ),
    positionAfter: value.positionAfter,
    counterparty: value.counterparty ?? null,
    quoteId: value.quoteId ?? null,
  };
}

type TradeValue = Pick<
  TradeBody,
  | "side"
  | "liquidity"
  | "execution"
  | "price"
  | "quantity"
  | "fee"
  | "preTradeMid"
  | "positionAfter"
> & {
  readonly counterparty?: string;
  readonly quoteId?: string;
  readonly markouts: {
    readonly [label: string]: { readonly status: string; readonly bps: number | null };
  };
};

/** Lines of a body; what is refused is answered with its line and reason. */
async function publish(ports: QueryPorts, ndjson: Uint8Array): Promise<Published> {
  const lines = linesOf(ndjson);
  const { counts, refused } = await ports.deliver(lines);
  return { counts, refused: refused.slice(0, SHOWN_REFUSALS) };
}

const LINE_FEED = 10;
/** Stands for a line that is no text: it is refused, under its number. */
const NO_TEXT = "\uFFFD";

function linesOf(ndjson: Uint8Array): string[] {
  const lines: string[] = [];
  const view = new DataView(ndjson.buffer, ndjson.byteOffset, ndjson.byteLength);
  for (let from = 0; from < ndjson.length; ) {
    const end = ndjson.indexOf(LINE_FEED, from);
    const to = end < 0 ? ndjson.length : end;
    const line = decodeUtf8(view, from, to) ?? NO_TEXT;
    if (line.trim() !== "") lines.push(line);
    from = to + 1;
  }
  return lines;
}
