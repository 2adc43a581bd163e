/** An event back to the line that it could have come from. */
import { fieldValue } from "./canonical.ts";
import { formatDecimal } from "./decimal.ts";
import type { BrawlerEvent } from "./event.ts";
import { DEFAULTS, type FieldName, fieldsOf } from "./field.ts";

/**
 * One NDJSON line, without its line end: `type` first, defaults and absent fields left out, decimals in quotes.
 * `parseEvent` gives the event back.
 */
export function formatEvent(event: BrawlerEvent): string {
  let members = "";
  for (const name of fieldsOf(event.type).names) {
    const value = fieldValue(event, name);
    if (value === undefined || isDefault(name, value)) continue;
    members += `${members === "" ? "" : ","}"${name}":${jsonOf(value)}`;
  }
  return `{${members}}`;
}

function isDefault(name: FieldName, value: unknown): boolean {
  return (DEFAULTS as Readonly<Partial<Record<FieldName, string>>>)[name] === value;
}

function jsonOf(value: NonNullable<ReturnType<typeof fieldValue>>): string {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? JSON.stringify(value) : `"${formatDecimal(value)}"`;
}
