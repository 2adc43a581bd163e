/**
 * What Brawler tells us, after parsing: one type per kind, every optional field present (as `undefined`)
 * so that all events of a kind share one hidden shape. docs/reference/events.md owns the meaning.
 */
import type { EpochUs } from "../units.ts";

/**
 * An exact decimal as it stood on the wire: `mantissa · 10^-decimals`.
 * The mantissa is a safe integer without trailing zeros below the point; `decimals` ≥ 0; zero is (0, 0).
 */
export interface Decimal {
  readonly mantissa: number;
  readonly decimals: number;
}

/** Ours: `buy` means that our position grew. */
export type Side = "buy" | "sell";
export type Liquidity = "maker" | "taker";
/** How the execution came about; all but `trade` stay out of markouts and the hit rate. */
export type Execution = "trade" | "liquidation" | "adl" | "settlement";
export type QuoteAction = "placed" | "replaced" | "cancelled" | "expired" | "rejected";
export type InstrumentKind = "spot" | "perp" | "future";
export type ContractKind = "linear" | "inverse";

/** What every event carries. Equality of two deliveries ignores `receivedTime`. */
export interface Envelope {
  /** `main` unless given. */
  readonly account: string;
  readonly instrument: string;
  /** Event time; the only clock that metrics use. */
  readonly time: EpochUs;
  /** ≥ 1, gapless per (account, instrument), assigned once by the producer. */
  readonly sequence: number;
  /** Producer, `brawler` unless given. */
  readonly source: string;
  /** Our clock at receipt; for lag only. */
  readonly receivedTime: EpochUs | undefined;
}

/** One of *our* executions, also called a fill. */
export interface TradeEvent extends Envelope {
  readonly type: "trade";
  readonly tradeId: string;
  readonly side: Side;
  /** > 0, quote currency per base unit. */
  readonly price: Decimal;
  /** > 0, in contracts. */
  readonly quantity: Decimal;
  readonly liquidity: Liquidity;
  /** Positive is a cost, negative a rebate, in `feeCurrency` (the settlement currency unless given). */
  readonly fee: Decimal;
  readonly feeCurrency: string | undefined;
  readonly quoteId: string | undefined;
  readonly counterparty: string | undefined;
  readonly venue: string | undefined;
  readonly strategy: string | undefined;
  /** Signed position just before this trade, as the venue reports it. */
  readonly positionBefore: Decimal | undefined;
  /** Settlement currency per unit of `feeCurrency`, when that is a third currency. */
  readonly feeRate: Decimal | undefined;
  readonly execution: Execution;
}

/** A step in the life of one of our quotes; `quantity` is the total, filled included. */
export interface QuoteEvent extends Envelope {
  readonly type: "quote";
  readonly quoteId: string;
  readonly action: QuoteAction;
  readonly side: Side;
  /** Required for `placed` and `replaced`. */
  readonly price: Decimal | undefined;
  readonly quantity: Decimal | undefined;
  readonly reason: string | undefined;
}

/** The market's best bid and ask; valid iff 0 < bid < ask. */
export interface ReferenceEvent extends Envelope {
  readonly type: "reference";
  readonly bid: Decimal;
  readonly ask: Decimal;
  readonly bidQuantity: Decimal | undefined;
  readonly askQuantity: Decimal | undefined;
  readonly mark: Decimal | undefined;
}

export interface FundingEvent extends Envelope {
  readonly type: "funding";
  /** Fraction per interval; positive: longs pay. */
  readonly rate: Decimal;
  readonly intervalMinutes: number;
  /** Cash to us, + = received; wins over rate × mark. */
  readonly payment: Decimal | undefined;
  readonly mark: Decimal | undefined;
}

/** The trade with this id never happened. */
export interface BustEvent extends Envelope {
  readonly type: "bust";
  readonly tradeId: string;
}

/** The trade with this id should have had these values. */
export interface CorrectionEvent extends Envelope {
  readonly type: "correction";
  readonly tradeId: string;
  readonly price: Decimal | undefined;
  readonly quantity: Decimal | undefined;
  readonly fee: Decimal | undefined;
  readonly side: Side | undefined;
}

export interface InstrumentEvent extends Envelope {
  readonly type: "instrument";
  readonly base: string;
  readonly quote: string;
  /** Settlement currency: every ledger figure of the instrument is in it. */
  readonly settle: string;
  readonly kind: InstrumentKind;
  readonly contract: ContractKind;
  /** Base units per contract (linear); quote units per contract (inverse). */
  readonly multiplier: Decimal;
  readonly tick: Decimal;
  readonly lot: Decimal;
  readonly positionLimit: Decimal | undefined;
}

/** The feed is alive up to `time`, though nothing changed. */
export interface HeartbeatEvent extends Envelope {
  readonly type: "heartbeat";
}

export type BrawlerEvent =
  | TradeEvent
  | QuoteEvent
  | ReferenceEvent
  | FundingEvent
  | BustEvent
  | CorrectionEvent
  | InstrumentEvent
  | HeartbeatEvent;

/** `main` is the default account and stays out of names: `BTC-PERP`, `hedge/BTC-PERP`. */
export function instrumentKey(account: string, instrument: string): string {
  return account === "main" ? instrument : `${account}/${instrument}`;
}
