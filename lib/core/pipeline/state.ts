/**
 * Everything the fold remembers of one (account, instrument). It is bounded: what it holds does not grow with the
 * number of events, only with the trades of the last horizon and the quotes that live.
 */
import type { BrawlerEvent, Liquidity, Side } from "../events/event.ts";
import { type InstrumentSpec, makeScale, type Scale } from "../ledger/scale.ts";
import type { Horizon } from "../metrics/markout.ts";
import { type CorePart, emptyCore } from "../rollup/core-part.ts";
import type { MarkoutPart } from "../rollup/markout-part.ts";
import { newPathCursor, type PathCursor } from "../rollup/path-cursor.ts";
import { type JsonValue, RESOLUTION_US, type Resolution } from "../rollup/row.ts";
import type { FineRows } from "./fine-rows.ts";

/** What the fold is told once; a change of horizons needs a rebuild. */
export interface FoldSettings {
  /** Ascending; the first may be `0s`, the edge. */
  readonly horizons: readonly Horizon[];
  /** A mid older than this, without a heartbeat, is stale for statistics. */
  readonly maxAgeUs: number;
}

/** A trade whose markouts, or whose pre-trade mid, are not settled yet. */
export interface PendingTrade {
  readonly time: number;
  readonly sequence: number;
  readonly tradeId: string;
  readonly side: Side;
  readonly liquidity: Liquidity;
  /** False for liquidation, adl and settlement: in the ledger, out of markouts and adverse selection. */
  readonly counted: boolean;
  lots: number;
  /** s·q − base fee: what the position changed by. */
  signedLots: number;
  price: number;
  /** m0 in half-ticks, 0 while unknown. */
  mid: number;
  /** Undefined until the watermark reaches the trade; then whether m0 was young enough for statistics. */
  fresh: boolean | undefined;
  /** In 10^-12 of the settlement currency; undefined without a rate. */
  readonly fee: bigint | undefined;
  /** By horizon: 0 pending, else the status code of `MARK_STATUS`. */
  readonly status: number[];
  /** By horizon: the mid in half-ticks, 0 without. */
  readonly mids: number[];
  /** Keys of the markout parts of its buckets. */
  readonly parts: readonly string[];
  /** The part of the trade row that does not change. */
  readonly row: TradeTerms;
  /** What a snapshot tells of it beside its integers, for as long as these stay as they are; follows from the rest. */
  packed: PackedTrade | undefined;
}

/** Good for these integers in this scale. */
export interface PackedTrade {
  readonly scale: Scale;
  readonly price: number;
  readonly lots: number;
  readonly signedLots: number;
  /** Which resolutions it has markout parts in, a bit each; the keys themselves where they are those of a late trade. */
  readonly parts: number | readonly string[];
  /** Words of its row that do not follow from its integers. */
  readonly words: readonly (readonly [name: string, value: string | null])[];
}

/** A trade as its row tells it: decimals as text; what it was told without is absent. */
export interface TradeTerms {
  readonly side: Side;
  readonly liquidity: Liquidity;
  readonly execution: string;
  readonly price: string;
  readonly quantity: string;
  readonly signedQuantity: string;
  readonly fee: string;
  /** In the settlement currency; null without a rate. */
  readonly feeSettled: string | null;
  readonly positionAfter: string;
  readonly feeCurrency?: string;
  readonly quoteId?: string;
  readonly counterparty?: string;
  readonly venue?: string;
  readonly strategy?: string;
}

export const MARK_STATUS = ["pending", "ok", "stale", "missing", "invalid"] as const;

/** One of our quotes, from placing to 60 s after its end; `version` is its present price and size. */
export interface Chain {
  readonly quoteId: string;
  side: Side;
  price: number;
  /** The last accepted total, filled included. */
  quantity: number;
  filled: number;
  /** What the version quoted: its first total less what was filled before it. */
  versionQuantity: number;
  versionFilled: number;
  slot: number;
  /** undefined while live. */
  end: ChainEnd | undefined;
}

export interface ChainEnd {
  readonly reason: "filled" | "cancelled" | "expired";
  readonly time: number;
}

/** An open markout part of one bucket, all horizons. */
export interface MarkoutBucket {
  readonly resolution: Resolution;
  readonly bucket: number;
  /** `` or `+<sequence>` for the additive rows of a late trade. */
  readonly suffix: string;
  readonly parts: MarkoutPart[];
  pending: number;
  /**
   * Its parts as a snapshot tells them; follows from the rest. Undefined since one of them has changed, or a trade was taken
   * away that it is the sum of.
   */
  packed: string | undefined;
}

/** A missing range of sequences that was skipped, both ends included. */
export interface Hole {
  readonly first: number;
  readonly last: number;
}

/** Since the first event; events = applied + duplicates + quarantined + buffered. */
export interface Counters {
  events: number;
  applied: number;
  duplicates: number;
  quarantined: number;
  gaps: number;
  late: number;
  invalidReferences: number;
}

/** What became of a trade after it was told: applied when the archive is folded again. */
export interface Amendment {
  readonly kind: "bust" | "correction";
  /** Of the event that told it, the last of them. */
  readonly sequence: number;
  /** Of corrections before that are in it; absent where there are none. */
  readonly earlier?: readonly number[];
  readonly fields: { readonly [field: string]: JsonValue };
}

/** By resolution: rollups of buckets that end at or before this time are not written. */
export type RowsFrom = Readonly<Record<Resolution, number>>;

export const EVERY_ROW: RowsFrom = { "5s": 0, "1m": 0, "1h": 0, "1d": 0 };

/** A row that waits for its flush. */
export interface DirtyRow {
  readonly resolution: Resolution;
  readonly bucket: number;
  readonly part: string;
  readonly value: string;
}

export interface InstrumentState {
  readonly account: string;
  readonly instrument: string;
  source: string | undefined;
  spec: InstrumentSpec | undefined;
  scale: Scale;
  settings: FoldSettings;
  counters: Counters;

  /** The position in the raw archive of the last line taken from there, 0 without one. */
  archived: number;
  /** While rows of its past are still being replaced, the oldest epoch whose rows count; 0 = its own alone. */
  shownFromEpoch: number;

  // Identity and order.
  nextSequence: number;
  buffer: Map<number, BrawlerEvent>;
  bufferOldest: number;
  bufferNewest: number;
  holes: Hole[];
  /** The last 256 sequences, by sequence mod 256, and fingerprints of what came with those before the last snapshot. */
  recentSequences: number[];
  recentPrints: number[];
  /** What came since, as it came: few events are ever compared. Empty in a snapshot. */
  recentEvents: (BrawlerEvent | undefined)[];
  recentTrades: Map<string, number>;
  recentFundings: number[];
  /** How often the fold failed on an event, by sequence: a mistake of ours, tried again a bounded number of times. */
  faults: Map<number, number>;

  // Reference prices, half-ticks.
  mid: number;
  midTime: number;
  /** The last mid whose time lies strictly before `midTime`. */
  priorMid: number;
  /** Earlier mids, oldest first: for trades that arrive after newer references. */
  pastMids: number[];
  pastTimes: number[];
  mark: number;
  /** Newest time of a valid reference or a heartbeat: no reference before it is used any more. */
  watermark: number;
  /** The mid at the last whole 5 minutes, for realized variance. */
  gridMid: number;

  // Ledger.
  position: number;
  cost: bigint;
  /** −Σ x·p, seeds included: cash + Q·mid is the gross since the start. */
  cash: bigint;
  /** cash + Q·mid when the open bucket began, moved by what late trades booked elsewhere. */
  grossAnchor: bigint;
  seeded: boolean;
  /** Since the first event, in 10^-12 of the settlement currency. */
  fees: bigint;
  funding: bigint;
  trades: number;
  lastTradeTime: number;
  amendments: Map<string, Amendment>;
  /** Trades whose amendments were known when the fold began: they need no taking back. */
  foreknown: Set<string>;
  restating: boolean;

  /** Live quotes, and those that ended less than 60 s ago in order of ending. */
  chains: Map<string, Chain>;
  ended: Map<string, Chain>;

  /** In order of (time, sequence). */
  pending: PendingTrade[];
  /** By horizon: the first pending trade that is not settled there. */
  cursors: number[];

  // Open buckets.
  open: CorePart;
  /** Of the open bucket: 5 s, or more while loading a past whose finer buckets are not kept. */
  openWidth: number;
  path: PathCursor;
  /** Number sides of `open`: folded in when it is sealed. */
  openInventory: number;
  openAbsolute: number;
  /** Parts of the coarser open buckets up to the open 5 s bucket: 1m, 1h, 1d. */
  coarse: CorePart[];
  markouts: Map<string, MarkoutBucket>;
  lateCores: Map<string, { resolution: Resolution; bucket: number; part: CorePart }>;
  /** Flows that came after their bucket had closed, since the first event. */
  lateFlows: number;

  // Waiting for the flush.
  closed: DirtyRow[];
  rowsFrom: RowsFrom;
  /** Set where one report of everything is all that will be asked: most rows of 5 s are then not written. */
  fineRows: FineRows | undefined;
  /** By key of a markout bucket, a bit for each horizon whose row has changed. */
  dirtyMarkouts: Map<string, number>;
  dirtyTrades: Map<string, PendingTrade>;
  dirtyOpen: boolean;

  newestTime: number;
  firstTime: number;
  /** What a newer program has put into a snapshot: taken along as it is. */
  later?: { readonly [name: string]: JsonValue };
}

function noCounters(): Counters {
  return {
    events: 0,
    applied: 0,
    duplicates: 0,
    quarantined: 0,
    gaps: 0,
    late: 0,
    invalidReferences: 0,
  };
}

/** Identity and order before the first event. */
function nothingSeen() {
  return {
    nextSequence: 1,
    buffer: new Map(),
    bufferOldest: 0,
    bufferNewest: 0,
    holes: [],
    recentSequences: new Array<number>(256).fill(0),
    recentPrints: new Array<number>(256).fill(0),
    recentEvents: [],
    recentTrades: new Map(),
    recentFundings: [],
    faults: new Map(),
  };
}

const UNIT_MULTIPLIER = { mantissa: 1, decimals: 0 };

export function newInstrumentState(
  account: string,
  instrument: string,
  settings: FoldSettings,
): InstrumentState {
  return {
    account,
    instrument,
    source: undefined,
    spec: undefined,
    scale: makeScale(0, 0, { inverse: false, multiplier: UNIT_MULTIPLIER }),
    settings,
    counters: noCounters(),
    archived: 0,
    shownFromEpoch: 0,
    ...nothingSeen(),
    mid: 0,
    midTime: 0,
    priorMid: 0,
    pastMids: [],
    pastTimes: [],
    mark: 0,
    watermark: 0,
    gridMid: 0,
    position: 0,
    cost: 0n,
    cash: 0n,
    grossAnchor: 0n,
    seeded: false,
    fees: 0n,
    funding: 0n,
    trades: 0,
    lastTradeTime: 0,
    amendments: new Map(),
    foreknown: new Set(),
    restating: false,
    chains: new Map(),
    ended: new Map(),
    pending: [],
    cursors: settings.horizons.map(() => 0),
    open: emptyCore(),
    openWidth: RESOLUTION_US["5s"],
    path: newPathCursor(),
    openInventory: 0,
    openAbsolute: 0,
    coarse: [emptyCore(), emptyCore(), emptyCore()],
    markouts: new Map(),
    lateCores: new Map(),
    lateFlows: 0,
    closed: [],
    rowsFrom: EVERY_ROW,
    fineRows: undefined,
    dirtyMarkouts: new Map(),
    dirtyTrades: new Map(),
    dirtyOpen: false,
    newestTime: 0,
    firstTime: 0,
  };
}
