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
    number(',"mid":', part.mid) +
    number(',"position":', part.position) +
    amount(',"cost":"', part.cost) +
    number(',"openChains":', part.openChains) +
    number(',"maximumLots":', part.maximumLots) +
    amount(',"absoluteTime":"', part.absoluteTime) +
    number(',"twoSided":', part.twoSided) +
    number(',"realizedVariance":', part.realizedVariance)
  );
}

function encodeCounts(part: CorePart): string {
  return (
    number(',"applied":', part.applied) +
    number(',"duplicates":', part.duplicates) +
    number(',"quarantined":', part.quarantined) +
    number(',"gaps":', part.gaps) +
    number(',"late":', part.late) +
    number(',"invalidReferences":', part.invalidReferences) +
    number(',"positionBreaks":', part.positionBreaks) +
    number(',"fundingsWithoutMark":', part.fundingsWithoutMark) +
    number(',"trades":', part.trades) +
    number(',"maker":', part.maker) +
    number(',"taker":', part.taker)
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

function number(key: string, value: number): string {
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
  let text = "";
  for (const count of HIT_COUNTS) if (hits[count] !== 0) text += `,"${count}":${hits[count]}`;
  for (const field of HIT_BIGINTS) if (hits[field] !== 0n) text += `,"${field}":"${hits[field]}"`;
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

/** Scales are few, and each is written into many rows. */
const SCALE_TEXTS = new WeakMap<Scale, string>();

/** JSON text of what a scale is made from. */
export function encodeScale(scale: Scale): string {
  const known = SCALE_TEXTS.get(scale);
  if (known !== undefined) return known;
  const { priceDecimals, quantityDecimals, multiplier, inverse } = scale;
  const decimals = `${priceDecimals},${quantityDecimals}`;
  const text = `[${decimals},${multiplier.mantissa},${multiplier.decimals},${inverse}]`;
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
  const fields = JSON.parse(text) as { readonly [name: string]: JsonValue };
  const part = emptyCore();
  const target = part as unknown as Record<string, unknown>;
  const { scale, span, midTime, path, highs, ...rest } = fields;
  for (const [name, field] of Object.entries(rest)) {
    target[name] = decodeField(name, field, target[name]);
  }
  const [from, length] = span as readonly [number, number];
  part.from = from;
  part.to = from + length;
  if (midTime !== undefined) part.midTime = from + (midTime as number);
  if (path !== undefined) part.path = decodePath(path as readonly (string | number | null)[], from);
  if (highs !== undefined) part.highs = decodeHighs(highs, from, part.path);
  return { part, scale: decodeScale(scale) };
}

function decodeField(name: string, field: JsonValue, empty: unknown): unknown {
  if (typeof empty === "bigint") return BigInt(field as string);
  if (name === "feesUnconverted") {
    const fees = field as { readonly [currency: string]: string };
    return Object.fromEntries(Object.entries(fees).map(([key, fee]) => [key, BigInt(fee)]));
  }
  if (name === "chain" || name === "version") {
    return decodeHits(field as { readonly [key: string]: string | number });
  }
  return field;
}

function decodeHighs(field: JsonValue, from: number, { high, highTime }: PnlPath): PathHighs {
  const [offsets, heights] = field as readonly [readonly number[], readonly string[]];
  return {
    times: [...offsets.map((offset) => from + offset), highTime ?? from],
    totals: [...heights.map(BigInt), high],
  };
}

function decodeHits(fields: { readonly [key: string]: string | number }): HitCounts {
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
