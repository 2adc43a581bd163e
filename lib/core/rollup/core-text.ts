/**
 * A `core` part as JSON text and back, with the scale that its integers are in; zeros are left out, and times count
 * from the part's start. Written name by name, because it is the dearest step of closing a bucket.
 */
import { makeScale, type Scale } from "../ledger/scale.ts";
import {
  type CorePart,
  emptyCore,
  emptyHits,
  HIT_BIGINTS,
  HIT_COUNTS,
  type HitCounts,
  NO_FEES,
  NO_HITS,
  NO_SLOTS,
} from "./core-part.ts";
import type { PathHighs } from "./path-cursor.ts";
import type { PnlPath } from "./pnl-path.ts";
import type { JsonValue } from "./row.ts";

export function encodeCore(part: CorePart, scale: Scale): string {
  const { from, path, highs } = part;
  let text = `{"scale":${encodeScale(scale)},"span":[${from},${part.to - from}]`;
  text += encodeLevels(part) + encodeCounts(part) + encodeAmounts(part);
  text += encodeSlots("fills", part.fills) + encodeSlots("risk", part.risk);
  text += encodeSlots("live", part.live);
  text += encodeHits("chain", part.chain) + encodeHits("version", part.version);
  if (hasSteps(path)) text += encodePath(path, from);
  if (highs.times.length > 0) text += encodeHighs(highs, from);
  if (part.feesUnconverted !== NO_FEES) text += encodeFees(part.feesUnconverted);
  return `${text}}`;
}

function encodeLevels(part: CorePart): string {
  return (
    (part.midTime === 0 ? "" : `,"midTime":${part.midTime - part.from}`) +
    numberField(',"mid":', part.mid) +
    numberField(',"position":', part.position) +
    amount(',"cost":"', part.cost) +
    numberField(',"openChains":', part.openChains) +
    numberField(',"maximumLots":', part.maximumLots) +
    amount(',"absoluteTime":"', part.absoluteTime) +
    numberField(',"twoSided":', part.twoSided) +
    numberField(',"realizedVariance":', part.realizedVariance)
  );
}

function encodeCounts(part: CorePart): string {
  return (
    numberField(',"applied":', part.applied) +
    numberField(',"duplicates":', part.duplicates) +
    numberField(',"quarantined":', part.quarantined) +
    numberField(',"gaps":', part.gaps) +
    numberField(',"late":', part.late) +
    numberField(',"invalidReferences":', part.invalidReferences) +
    numberField(',"positionBreaks":', part.positionBreaks) +
    numberField(',"fundingsWithoutMark":', part.fundingsWithoutMark) +
    numberField(',"trades":', part.trades) +
    numberField(',"maker":', part.maker) +
    numberField(',"taker":', part.taker)
  );
}

function encodeAmounts(part: CorePart): string {
  return (
    amount(',"buyLots":"', part.buyLots) +
    amount(',"sellLots":"', part.sellLots) +
    amount(',"notional":"', part.notional) +
    amount(',"spread":"', part.spread) +
    amount(',"inventory":"', part.inventory) +
    amount(',"gross":"', part.gross) +
    amount(',"realized":"', part.realized) +
    amount(',"fees":"', part.fees) +
    amount(',"funding":"', part.funding)
  );
}

/** `key` goes before the value, as it stands in JSON; nothing where it is zero. */
export function numberField(key: string, value: number): string {
  return value === 0 ? "" : key + value;
}

function amount(key: string, value: bigint): string {
  return value === 0n ? "" : `${key}${value}"`;
}

function encodeSlots(name: string, slots: readonly number[]): string {
  if (slots === NO_SLOTS) return "";
  for (const slot of slots) if (slot !== 0) return `,"${name}":[${slots.join(",")}]`;
  return "";
}

function encodeHits(name: string, hits: HitCounts): string {
  if (hits === NO_HITS) return "";
  const text =
    numberField(',"closed":', hits.closed) +
    numberField(',"filled":', hits.filled) +
    numberField(',"full":', hits.full) +
    numberField(',"cancelledUnfilled":', hits.cancelledUnfilled) +
    numberField(',"expiredUnfilled":', hits.expiredUnfilled) +
    numberField(',"replacedUnfilled":', hits.replacedUnfilled) +
    numberField(',"rejected":', hits.rejected) +
    numberField(',"placed":', hits.placed) +
    amount(',"quotedLots":"', hits.quotedLots) +
    amount(',"filledLots":"', hits.filledLots) +
    amount(',"quotedMoney":"', hits.quotedMoney) +
    amount(',"filledMoney":"', hits.filledMoney);
  return text === "" ? "" : `,"${name}":{${text.slice(1)}}`;
}

/** Every path that has moved has a highest or a lowest point beside its start. */
function hasSteps({ highTime, lowTime }: PnlPath): boolean {
  return highTime !== null || lowTime !== null;
}

/** All but the last, which is the highest point of the path. */
function encodeHighs({ times, totals }: PathHighs, from: number): string {
  let [offsets, heights] = ["", ""];
  for (let index = 0; index < times.length - 1; index += 1) {
    const comma = index === 0 ? "" : ",";
    offsets += `${comma}${(times[index] ?? 0) - from}`;
    heights += `${comma}"${totals[index]}"`;
  }
  return `,"highs":[[${offsets}],[${heights}]]`;
}

function encodePath(path: PnlPath, from: number): string {
  const since = (time: number | null) => (time === null ? null : time - from);
  const { total, high, low, drawdown } = path;
  const heights = `"${total}","${high}",${since(path.highTime)},"${low}",${since(path.lowTime)}`;
  return `,"path":[${heights},"${drawdown}",${since(path.peakTime)},${since(path.troughTime)}]`;
}

function encodeFees(fees: Readonly<Record<string, bigint>>): string {
  const texts = Object.entries(fees).map(([name, fee]) => `${JSON.stringify(name)}:"${fee}"`);
  return texts.length === 0 ? "" : `,"feesUnconverted":{${texts.join(",")}}`;
}

/** What a scale is made from, as plain values. */
export function packScale({ priceDecimals, quantityDecimals, multiplier, inverse }: Scale) {
  return [priceDecimals, quantityDecimals, multiplier.mantissa, multiplier.decimals, inverse];
}

/** Scales are few, and each is written into many rows. */
const SCALE_TEXTS = new WeakMap<Scale, string>();

/** JSON text of what a scale is made from. */
export function encodeScale(scale: Scale): string {
  const known = SCALE_TEXTS.get(scale);
  if (known !== undefined) return known;
  const text = JSON.stringify(packScale(scale));
  SCALE_TEXTS.set(scale, text);
  return text;
}

export function decodeScale(value: JsonValue | undefined): Scale {
  const [price, quantity, mantissa, decimals, inverse] = value as [
    number,
    number,
    number,
    number,
    boolean,
  ];
  return makeScale(price, quantity, { inverse, multiplier: { mantissa, decimals } });
}

/** Reads back what `encodeCore` wrote. */
export function decodeCore(text: string): { readonly part: CorePart; readonly scale: Scale } {
  const told = JSON.parse(text) as ToldCore;
  const part = emptyCore();
  const [from, length] = told.span;
  part.from = from;
  part.to = from + length;
  if (told.midTime !== undefined) part.midTime = from + told.midTime;
  decodeLevels(part, told);
  decodeCounts(part, told);
  decodeAmounts(part, told);
  if (told.chain !== undefined) part.chain = decodeHits(told.chain);
  if (told.version !== undefined) part.version = decodeHits(told.version);
  if (told.path !== undefined) part.path = decodePath(told.path, from);
  if (told.highs !== undefined) part.highs = decodeHighs(told.highs, from, part.path);
  if (told.feesUnconverted !== undefined) part.feesUnconverted = decodeFees(told.feesUnconverted);
  return { part, scale: decodeScale(told.scale) };
}

type Hits = { readonly [name: string]: string | number };
type BigintName = {
  [Name in keyof CorePart]: CorePart[Name] extends bigint ? Name : never;
}[keyof CorePart];
type NumberName = {
  [Name in keyof CorePart]: CorePart[Name] extends number ? Name : never;
}[keyof CorePart];

/** What stands in a row; what is zero is absent. */
type ToldCore = { readonly [Name in NumberName]?: number } & {
  readonly [Name in BigintName]?: string;
} & {
  readonly scale: JsonValue;
  readonly span: readonly [from: number, length: number];
  readonly fills?: readonly number[];
  readonly risk?: readonly number[];
  readonly live?: readonly number[];
  readonly chain?: Hits;
  readonly version?: Hits;
  readonly path?: readonly (string | number | null)[];
  readonly highs?: JsonValue;
  readonly feesUnconverted?: { readonly [currency: string]: string };
};

function decodeLevels(part: CorePart, told: ToldCore): void {
  if (told.mid !== undefined) part.mid = told.mid;
  if (told.position !== undefined) part.position = told.position;
  if (told.openChains !== undefined) part.openChains = told.openChains;
  if (told.maximumLots !== undefined) part.maximumLots = told.maximumLots;
  if (told.twoSided !== undefined) part.twoSided = told.twoSided;
  if (told.realizedVariance !== undefined) part.realizedVariance = told.realizedVariance;
  if (told.fills !== undefined) part.fills = told.fills;
  if (told.risk !== undefined) part.risk = told.risk;
  if (told.live !== undefined) part.live = told.live;
}

function decodeCounts(part: CorePart, told: ToldCore): void {
  part.applied = told.applied ?? 0;
  part.duplicates = told.duplicates ?? 0;
  part.quarantined = told.quarantined ?? 0;
  part.gaps = told.gaps ?? 0;
  part.late = told.late ?? 0;
  part.invalidReferences = told.invalidReferences ?? 0;
  part.positionBreaks = told.positionBreaks ?? 0;
  part.fundingsWithoutMark = told.fundingsWithoutMark ?? 0;
  part.trades = told.trades ?? 0;
  part.maker = told.maker ?? 0;
  part.taker = told.taker ?? 0;
}

function decodeAmounts(part: CorePart, told: ToldCore): void {
  part.cost = bigOf(told.cost);
  part.absoluteTime = bigOf(told.absoluteTime);
  part.buyLots = bigOf(told.buyLots);
  part.sellLots = bigOf(told.sellLots);
  part.notional = bigOf(told.notional);
  part.spread = bigOf(told.spread);
  part.inventory = bigOf(told.inventory);
  part.gross = bigOf(told.gross);
  part.realized = bigOf(told.realized);
  part.fees = bigOf(told.fees);
  part.funding = bigOf(told.funding);
}

function bigOf(text: string | undefined): bigint {
  return text === undefined ? 0n : BigInt(text);
}

function decodeFees(fees: { readonly [currency: string]: string }): CorePart["feesUnconverted"] {
  return Object.fromEntries(Object.entries(fees).map(([key, fee]) => [key, BigInt(fee)]));
}

function decodeHighs(field: JsonValue, from: number, { high, highTime }: PnlPath): PathHighs {
  const [offsets, heights] = field as readonly [readonly number[], readonly string[]];
  return {
    times: [...offsets.map((offset) => from + offset), highTime ?? from],
    totals: [...heights.map(BigInt), high],
  };
}

function decodeHits(fields: Hits): HitCounts {
  const hits = emptyHits();
  for (const name of HIT_COUNTS) hits[name] = Number(fields[name] ?? 0);
  for (const name of HIT_BIGINTS) hits[name] = BigInt(fields[name] ?? 0);
  return hits;
}

function decodePath(field: readonly (string | number | null)[], from: number): PnlPath {
  const [total, high, highTime, low, lowTime, drawdown, peakTime, troughTime] = field;
  const at = (since: string | number | null | undefined) =>
    typeof since === "number" ? from + since : null;
  return {
    total: BigInt(total ?? 0),
    high: BigInt(high ?? 0),
    highTime: at(highTime),
    low: BigInt(low ?? 0),
    lowTime: at(lowTime),
    drawdown: BigInt(drawdown ?? 0),
    peakTime: at(peakTime),
    troughTime: at(troughTime),
  };
}
