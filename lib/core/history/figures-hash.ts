/** A short text that tells whether two computations came to the same figures. */
import type { PerformanceMetrics } from "../metrics/performance-metrics.ts";

/** Sums of the same numbers in another order differ behind it. */
const DIGITS = 12;

/** 16 hex digits that tell figures apart; statistics count to 12 digits, money to the last. */
export function figuresHash(figures: PerformanceMetrics): string {
  return fnv1a64(JSON.stringify(canonical(figures)));
}

/** Names in order, numbers to `DIGITS`. */
function canonical(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(DIGITS));
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, canonical(inner)]));
}

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** 64-bit FNV-1a of the text's UTF-16 units, as 16 hex digits. */
function fnv1a64(text: string): string {
  let hash = OFFSET_BASIS;
  for (let at = 0; at < text.length; at += 1) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * PRIME);
  }
  return hash.toString(16).padStart(16, "0");
}
