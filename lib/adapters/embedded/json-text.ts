import type { JsonValue } from "../../core/rollup/row.ts";

/** @throws {RangeError} for a number that JSON would silently turn into null */
export function toJsonText(value: JsonValue): string {
  const text = JSON.stringify(value);
  // NaN and the infinities are written as null: where there is no null, there was none of them.
  if (text.includes("null")) requireFinite(value);
  return text;
}

export function fromJsonText(text: string): JsonValue {
  return JSON.parse(text) as JsonValue;
}

/** Whether two texts hold the same value; the order of keys is not part of it. */
export function sameJsonText(one: string, other: string): boolean {
  return one === other || canonicalText(fromJsonText(one)) === canonicalText(fromJsonText(other));
}

function canonicalText(value: JsonValue): string {
  return JSON.stringify(value, (_key, held: JsonValue) =>
    isRecord(held) ? sortedByKey(held) : held,
  );
}

function sortedByKey(record: { readonly [key: string]: JsonValue }): object {
  const entries = Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries);
}

function isRecord(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function requireFinite(value: JsonValue): void {
  if (typeof value === "number") {
    if (!Number.isFinite(value)) {
      throw new RangeError(`a stored number must be finite, was ${value}`);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) requireFinite(inner);
  }
}
