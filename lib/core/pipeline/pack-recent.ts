/**
 * The last 256 sequences with the fingerprints of what they brought, as plain values, and back. Sequences follow each
 * other nearly always, so only those that do not are told.
 */
import type { JsonValue } from "../rollup/row.ts";
import { shortPrint } from "./recent-prints.ts";
import type { InstrumentState } from "./state.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/** Characters of a fingerprint. */
const LENGTH = 3;

/** The newest sequence, the fingerprints by slot, and what else stands in which slot; nothing where nothing came. */
export function packPrints({
  recentSequences,
  recentPrints,
}: InstrumentState): JsonValue | undefined {
  let newest = 0;
  for (const sequence of recentSequences) if (sequence > newest) newest = sequence;
  if (newest === 0) return undefined;
  let prints = "";
  const others: number[] = [];
  for (let slot = 0; slot < recentSequences.length; slot += 1) {
    const sequence = recentSequences[slot] ?? 0;
    if (sequence !== expectedIn(slot, newest)) others.push(slot, sequence);
    if (sequence > 0) prints += printText(recentPrints[slot] ?? 0);
  }
  return [newest, prints, ...others];
}

/** The sequence of a slot when none is missing. */
function expectedIn(slot: number, newest: number): number {
  return Math.max(0, newest - ((((newest - slot) % 256) + 256) % 256));
}

function printText(print: number): string {
  const [first, second, third] = [print >>> 12, (print >>> 6) & 63, print & 63];
  return `${DIGITS[first]}${DIGITS[second]}${DIGITS[third]}`;
}

export function unpackPrints(state: InstrumentState, packed: JsonValue | undefined): void {
  if (packed === undefined) return;
  const [newest, prints, ...others] = packed as [number, string, ...number[]];
  for (let slot = 0; slot < 256; slot += 1) state.recentSequences[slot] = expectedIn(slot, newest);
  for (let at = 0; at < others.length; at += 2) {
    state.recentSequences[others[at] ?? 0] = others[at + 1] ?? 0;
  }
  let at = 0;
  state.recentSequences.forEach((sequence, slot) => {
    if (sequence === 0) return;
    state.recentPrints[slot] = printOf(prints.slice(at, at + LENGTH));
    at += LENGTH;
  });
}

/** Fingerprints as version 4 packed them, all 32 bits in six characters each, as they are packed now. */
export function shortenPrints(packed: JsonValue): JsonValue {
  const [newest, prints, ...others] = packed as [number, string, ...number[]];
  const each = prints.match(/.{6}/g) ?? [];
  return [newest, each.map((text) => printText(shortPrint(printOf(text)))).join(""), ...others];
}

function printOf(text: string): number {
  let print = 0;
  for (const digit of text) print = (print << 6) | DIGITS.indexOf(digit);
  return print >>> 0;
}
