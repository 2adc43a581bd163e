/**
 * Trades that wait for their horizons, as columns and back: neighbours are alike, so a column of differences is small.
 * What a trade's row says in words follows mostly from its integers, and is then left out.
 */
import { formatDecimal } from "../events/decimal.ts";
import type { Liquidity, Side } from "../events/event.ts";
import { CASH_DECIMALS, type Scale } from "../ledger/scale.ts";
import { type JsonValue, RESOLUTION_US, RESOLUTIONS } from "../rollup/row.ts";
import { bucketStart } from "../units.ts";
import { MARK_STATUS, type PendingTrade, type TradeTerms } from "./state.ts";

const SIDES: readonly Side[] = ["buy", "sell"];
const LIQUIDITIES: readonly Liquidity[] = ["maker", "taker"];
const FRESHNESS = [undefined, false, true] as const;
const [OK, STALE] = [MARK_STATUS.indexOf("ok"), MARK_STATUS.indexOf("stale")];

/** Of a row, what may be absent, in the order in which it stands there. */
const OPTIONAL = ["feeCurrency", "quoteId", "counterparty", "venue", "strategy"] as const;
/** Of a row, what follows from the trade's integers unless it is told. */
const WORDS = ["execution", "price", "quantity", "signedQuantity", "feeSettled"] as const;
type Words = Pick<TradeTerms, (typeof WORDS)[number]>;

/** Instead of a value that follows from the rest. */
const SAME = 0;

/** One value a trade in each column, but for `marks`: those are of all settled horizons, trade by trade. */
export interface PackedTrades {
  readonly times: readonly number[];
  readonly sequences: readonly number[];
  readonly ids: readonly string[];
  /** Side, liquidity, freshness and whether it counts. */
  readonly kinds: readonly number[];
  readonly lots: readonly number[];
  /** What a base fee took from the position. */
  readonly taken: readonly number[];
  readonly prices: readonly number[];
  /** Pre-trade mid less price. */
  readonly edges: readonly number[];
  /** A digit a horizon. */
  readonly status: readonly string[];
  /** Mid at the horizon less pre-trade mid. */
  readonly marks: readonly number[];
  readonly parts: readonly (number | readonly string[])[];
  readonly feeTexts: readonly string[];
  /** What a position is told as where it is not the one before, moved by the trade. */
  readonly positions: readonly (string | number)[];
  /** By name; a column in which all is the same is absent. */
  readonly words: { readonly [name: string]: readonly (string | number | null)[] };
}

export function packTrades(trades: readonly PendingTrade[], scale: Scale): JsonValue {
  const packed: PackedTrades = {
    times: differences(trades.map(({ time }) => time)),
    sequences: differences(trades.map(({ sequence }) => sequence)),
    ids: trades.map(({ tradeId }) => tradeId),
    kinds: trades.map(kindOf),
    lots: trades.map(({ lots }) => lots),
    taken: trades.map(({ side, lots, signedLots }) => signed(side, lots) - signedLots),
    prices: differences(trades.map(({ price }) => price)),
    edges: trades.map(({ mid, price }) => mid - price),
    status: trades.map(({ status }) => status.join("")),
    marks: trades.flatMap(({ status, mids, mid }) => {
      return mids.filter((_, index) => isMarked(status[index])).map((at) => at - mid);
    }),
    parts: trades.map(packParts),
    feeTexts: trades.map(({ row }) => row.fee),
    positions: trades.map(({ row, signedLots }, place) => {
      const before = trades[place - 1]?.row.positionAfter;
      const { positionAfter } = row;
      return positionAfter === positionText(before, signedLots, scale) ? SAME : positionAfter;
    }),
    words: packWords(trades, scale),
  };
  return packed as unknown as JsonValue;
}

function kindOf({ side, liquidity, fresh, counted }: PendingTrade): number {
  const taker = LIQUIDITIES.indexOf(liquidity);
  return SIDES.indexOf(side) + 2 * taker + 4 * (counted ? 0 : 1) + 8 * FRESHNESS.indexOf(fresh);
}

function signed(side: Side, lots: number): number {
  return side === "buy" ? lots : -lots;
}

function isMarked(status: number | undefined): boolean {
  return status === OK || status === STALE;
}

/** By a trade's list of parts, which stays as it is. */
const PARTS = new WeakMap<readonly string[], number | readonly string[]>();

/** Which resolutions a trade has markout parts in; the keys themselves where they are those of a late trade. */
function packParts(trade: PendingTrade): number | readonly string[] {
  const known = PARTS.get(trade.parts);
  if (known !== undefined) return known;
  const packed = partsOf(trade);
  PARTS.set(trade.parts, packed);
  return packed;
}

function partsOf({ time, parts }: PendingTrade): number | readonly string[] {
  let mask = 0;
  let place = 0;
  for (const [index, key] of keysAt(time).entries()) {
    if (parts[place] !== key) continue;
    mask += 1 << index;
    place += 1;
  }
  return place === parts.length ? mask : parts;
}

function unpackParts(packed: number | readonly string[] | undefined, time: number) {
  if (typeof packed === "object") return packed;
  const mask = packed ?? 0;
  const parts = keysAt(time).filter((_, index) => ((mask >> index) & 1) === 1);
  PARTS.set(parts, mask);
  return parts;
}

function keysAt(time: number): string[] {
  return RESOLUTIONS.map((resolution) => {
    return `${resolution}|${bucketStart(time, RESOLUTION_US[resolution])}|`;
  });
}

function packWords(trades: readonly PendingTrade[], scale: Scale): PackedTrades["words"] {
  const words: Record<string, (string | number | null)[]> = {};
  const tell = (name: string, place: number, value: string | number | null) => {
    words[name] ??= trades.map(() => SAME);
    words[name][place] = value;
  };
  for (const [place, trade] of trades.entries()) {
    for (const [name, value] of toldOf(trade, scale)) tell(name, place, value);
  }
  return words;
}

type Told = readonly (readonly [name: string, value: string | null])[];

/** Of each trade what its row tells beside its integers, for as long as these stay as they are. */
const TOLD = new WeakMap<PendingTrade, Integers & { readonly scale: Scale; readonly told: Told }>();

function toldOf(trade: PendingTrade, scale: Scale): Told {
  const { counted, price, lots, signedLots } = trade;
  const known = TOLD.get(trade);
  const isKnown =
    known?.scale === scale &&
    known.price === price &&
    known.lots === lots &&
    known.signedLots === signedLots;
  if (isKnown) return known.told;
  const told = wordsBeside(trade, scale);
  TOLD.set(trade, { counted, price, lots, signedLots, scale, told });
  return told;
}

function wordsBeside(trade: PendingTrade, scale: Scale): Told {
  const { row } = trade;
  const known = wordsOf(trade, row.fee, scale);
  const told: [string, string | null][] = [];
  for (const name of WORDS) if (row[name] !== known[name]) told.push([name, row[name]]);
  for (const name of OPTIONAL) {
    const value = row[name];
    if (value !== undefined) told.push([name, value]);
  }
  return told;
}

type Integers = Pick<PendingTrade, "counted" | "price" | "lots" | "signedLots">;

/** How a row tells the integers of a trade when nothing is unusual about it. */
function wordsOf({ counted, price, lots, signedLots }: Integers, fee: string, scale: Scale): Words {
  const { priceDecimals, quantityDecimals } = scale;
  return {
    execution: counted ? "trade" : "liquidation",
    price: decimalText(price * 5, priceDecimals + 1),
    quantity: decimalText(lots, quantityDecimals),
    signedQuantity: decimalText(signedLots, quantityDecimals),
    feeSettled: fee,
  };
}

/** A position given as text, moved by so many lots. */
function positionText(before: string | undefined, signedLots: number, scale: Scale): string {
  const { quantityDecimals } = scale;
  const lots = Math.round(Number(before ?? Number.NaN) * 10 ** quantityDecimals);
  return decimalText(lots + signedLots, quantityDecimals);
}

/** Where the mantissa is not safe, a text that no row holds. */
function decimalText(mantissa: number, decimals: number): string {
  return Number.isSafeInteger(mantissa) ? formatDecimal({ mantissa, decimals }) : "";
}

/** The first, then each less the one before. */
export function differences(values: readonly number[]): number[] {
  return values.map((value, index) => value - (values[index - 1] ?? 0));
}

export function sums(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
}

export function unpackTrades(packed: PackedTrades, scale: Scale): PendingTrade[] {
  const times = sums(packed.times);
  const sequences = sums(packed.sequences);
  const prices = sums(packed.prices);
  let next = 0;
  let positionAfter: string | undefined;
  return packed.ids.map((tradeId, place): PendingTrade => {
    const at = (column: readonly number[]) => column[place] ?? 0;
    const kind = kindsOf(at(packed.kinds));
    const [time, price, lots] = [at(times), at(prices), at(packed.lots)];
    const signedLots = signed(kind.side, lots) - at(packed.taken);
    const mid = price + at(packed.edges);
    const status = Array.from(packed.status[place] ?? "", Number);
    const marks = packed.marks.slice(next, next + status.filter(isMarked).length);
    next += marks.length;
    const told = packed.positions[place];
    positionAfter =
      typeof told === "string" ? told : positionText(positionAfter, signedLots, scale);
    const integers = { ...kind, price, lots, signedLots };
    const row = unpackRow(packed, place, { ...integers, positionAfter }, scale);
    return {
      time,
      sequence: at(sequences),
      tradeId,
      ...integers,
      mid,
      fee: row.feeSettled === null ? undefined : cashOf(row.feeSettled),
      status,
      mids: spread(status, marks, mid),
      parts: unpackParts(packed.parts[place], time),
      row,
    };
  });
}

function kindsOf(kind: number) {
  return {
    side: SIDES[kind & 1] ?? "buy",
    liquidity: LIQUIDITIES[(kind >> 1) & 1] ?? "maker",
    counted: ((kind >> 2) & 1) === 0,
    fresh: FRESHNESS[kind >> 3],
  };
}

/** The marks where they belong, 0 at horizons without. */
function spread(status: readonly number[], marks: readonly number[], mid: number): number[] {
  let next = 0;
  return status.map((code) => {
    if (!isMarked(code)) return 0;
    next += 1;
    return mid + (marks[next - 1] ?? 0);
  });
}

function unpackRow(
  { feeTexts, words }: PackedTrades,
  place: number,
  trade: Integers & Pick<TradeTerms, "side" | "liquidity" | "positionAfter">,
  scale: Scale,
): TradeTerms {
  const { side, liquidity, positionAfter } = trade;
  const fee = feeTexts[place] ?? "";
  const known = wordsOf(trade, fee, scale);
  const told = <Value>(name: string, unless: Value): Value => {
    const value = words[name]?.[place];
    return value === undefined || value === SAME ? unless : (value as Value);
  };
  const row: { -readonly [Name in keyof TradeTerms]: TradeTerms[Name] } = {
    side,
    liquidity,
    execution: told("execution", known.execution),
    price: told("price", known.price),
    quantity: told("quantity", known.quantity),
    signedQuantity: told("signedQuantity", known.signedQuantity),
    fee,
    feeSettled: told("feeSettled", known.feeSettled),
    positionAfter,
  };
  for (const name of OPTIONAL) {
    const value = told<string | undefined>(name, undefined);
    if (value !== undefined) row[name] = value;
  }
  return row;
}

/** In 10^-12, exactly: no amount of cash is finer. */
function cashOf(text: string): bigint {
  const point = text.indexOf(".");
  if (point < 0) return BigInt(text + "0".repeat(CASH_DECIMALS));
  return BigInt(text.slice(0, point) + text.slice(point + 1).padEnd(CASH_DECIMALS, "0"));
}
