/**
 * Trades that wait for their horizons, as columns and back: neighbours are alike, so a column of differences is small.
 * What a trade's row says in words follows mostly from its integers, and is then left out.
 */
import { formatDecimal } from "../events/decimal.ts";
import type { Liquidity, Side } from "../events/event.ts";
import { CASH_DECIMALS, type Scale } from "../ledger/scale.ts";
import { type JsonValue, RESOLUTION_US, RESOLUTIONS } from "../rollup/row.ts";
import { bucketStart } from "../units.ts";
import { MARK_STATUS, type PackedTrade, type PendingTrade, type TradeTerms } from "./state.ts";

const SIDES: readonly Side[] = ["buy", "sell"];
const LIQUIDITIES: readonly Liquidity[] = ["maker", "taker"];
const DIGIT_0 = 48;
const FRESHNESS = [undefined, false, true] as const;
const [OK, STALE] = [MARK_STATUS.indexOf("ok"), MARK_STATUS.indexOf("stale")];

/** Of a row, what may be absent, in the order in which it stands there. */
const OPTIONAL = ["feeCurrency", "quoteId", "counterparty", "venue", "strategy"] as const;
/** Of a row, what follows from the trade's integers unless it is told. */
const WORDS = ["execution", "price", "quantity", "signedQuantity", "feeSettled"] as const;
const NAMES = [...WORDS, ...OPTIONAL] as const;
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
  const each = trades.map((trade) => packedOf(trade, scale));
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
    parts: each.map(({ parts }) => parts),
    feeTexts: trades.map(({ row }) => row.fee),
    positions: trades.map(({ row, signedLots }, place) => {
      const before = trades[place - 1]?.row.positionAfter;
      const { positionAfter } = row;
      return positionAfter === positionText(before, signedLots, scale) ? SAME : positionAfter;
    }),
    words: packWords(each),
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

/** Made once, and again when an amendment or another scale has changed the trade's integers. */
function packedOf(trade: PendingTrade, scale: Scale): PackedTrade {
  const { packed, price, lots, signedLots } = trade;
  if (
    packed?.scale === scale &&
    packed.price === price &&
    packed.lots === lots &&
    packed.signedLots === signedLots
  ) {
    return packed;
  }
  const fresh = {
    scale,
    price,
    lots,
    signedLots,
    parts: packParts(trade),
    words: wordsBeside(trade, scale),
  };
  trade.packed = fresh;
  return fresh;
}

function packParts({ time, parts }: PendingTrade): number | readonly string[] {
  let mask = 0;
  let place = 0;
  for (const [index, key] of keysAt(time).entries()) {
    if (parts[place] !== key) continue;
    mask += 1 << index;
    place += 1;
  }
  return place === parts.length ? mask : parts;
}

function unpackParts(packed: number | readonly string[], time: number): readonly string[] {
  if (typeof packed === "object") return packed;
  return keysAt(time).filter((_, index) => ((packed >> index) & 1) === 1);
}

function keysAt(time: number): string[] {
  return RESOLUTIONS.map((resolution) => {
    return `${resolution}|${bucketStart(time, RESOLUTION_US[resolution])}|`;
  });
}

function packWords(packed: readonly PackedTrade[]): PackedTrades["words"] {
  const words: Record<string, (string | number | null)[]> = {};
  for (const [place, trade] of packed.entries()) {
    for (const [name, value] of trade.words) {
      words[name] ??= packed.map(() => SAME);
      words[name][place] = value;
    }
  }
  return words;
}

function wordsBeside(trade: PendingTrade, scale: Scale): PackedTrade["words"] {
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
  const whole = {
    ...packed,
    times: sums(packed.times),
    sequences: sums(packed.sequences),
    prices: sums(packed.prices),
  };
  const trades: PendingTrade[] = [];
  const progress: Progress = { scale, marks: 0, positionAfter: undefined };
  for (let place = 0; place < packed.ids.length; place += 1) {
    trades.push(unpackTrade(whole, place, progress));
  }
  return trades;
}

/** What a trade needs of those before it. */
interface Progress {
  readonly scale: Scale;
  /** Marks that were taken. */
  marks: number;
  positionAfter: string | undefined;
}

/** @param whole with columns that hold values, not differences */
function unpackTrade(whole: PackedTrades, place: number, progress: Progress): PendingTrade {
  const { scale } = progress;
  const { side, liquidity, counted, fresh } = kindsOf(at(whole.kinds, place));
  const [time, price, lots] = [
    at(whole.times, place),
    at(whole.prices, place),
    at(whole.lots, place),
  ];
  const signedLots = signed(side, lots) - at(whole.taken, place);
  const mid = price + at(whole.edges, place);
  const status = statusOf(whole.status[place] ?? "");
  const positionAfter = nextPosition(whole.positions[place], signedLots, progress);
  const terms = { side, liquidity, counted, price, lots, signedLots, positionAfter };
  const row = unpackRow(whole, place, terms, scale);
  const parts = whole.parts[place] ?? 0;
  return {
    time,
    sequence: at(whole.sequences, place),
    tradeId: whole.ids[place] ?? "",
    side,
    liquidity,
    counted,
    lots,
    signedLots,
    price,
    mid,
    fresh,
    fee: row.feeSettled === null ? undefined : cashOf(row.feeSettled),
    status,
    mids: takeMids(status, whole.marks, mid, progress),
    parts: unpackParts(parts, time),
    row,
    packed: { scale, price, lots, signedLots, parts, words: wordsAt(whole.words, place) },
  };
}

function at(column: readonly number[], place: number): number {
  return column[place] ?? 0;
}

function nextPosition(
  told: string | number | undefined,
  signedLots: number,
  progress: Progress,
): string {
  const { positionAfter, scale } = progress;
  const next = typeof told === "string" ? told : positionText(positionAfter, signedLots, scale);
  progress.positionAfter = next;
  return next;
}

function wordsAt(words: PackedTrades["words"], place: number): PackedTrade["words"] {
  const told: [string, string | null][] = [];
  for (const name of NAMES) {
    const value = words[name]?.[place];
    if (value !== undefined && typeof value !== "number") told.push([name, value]);
  }
  return told;
}

function kindsOf(kind: number) {
  return {
    side: SIDES[kind & 1] ?? "buy",
    liquidity: LIQUIDITIES[(kind >> 1) & 1] ?? "maker",
    counted: ((kind >> 2) & 1) === 0,
    fresh: FRESHNESS[kind >> 3],
  };
}

function statusOf(digits: string): number[] {
  const status: number[] = [];
  for (let at = 0; at < digits.length; at += 1) status.push(digits.charCodeAt(at) - DIGIT_0);
  return status;
}

/** The next marks where they belong, 0 at horizons without. */
function takeMids(
  status: readonly number[],
  marks: readonly number[],
  mid: number,
  progress: Progress,
): number[] {
  return status.map((code) => {
    if (!isMarked(code)) return 0;
    progress.marks += 1;
    return mid + at(marks, progress.marks - 1);
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
