/** One text for one event, however it was spelled on the wire. */
import { formatDecimal } from "./decimal.ts";
import type { BrawlerEvent, Decimal } from "./event.ts";
import { type FieldName, fieldsOf } from "./field.ts";

type FieldValue = number | string | Decimal | undefined;

/**
 * The values of an event's fields in the order of the fields' names, each ended by a line feed (no text holds one);
 * an absent field is an empty line (no text is empty). Defaults stand, decimals are in their shortest form,
 * `receivedTime` is left out. The kind, which is a value too, tells which names they belong to.
 */
export function canonicalText(event: BrawlerEvent): string {
  let text = "";
  for (const name of canonicalNames(event.type)) text += `${fieldText(event, name)}\n`;
  return text;
}

/** The names of a kind's fields in order, without `receivedTime`. */
export function canonicalNames(type: BrawlerEvent["type"]): readonly FieldName[] {
  return fieldsOf(type)
    .names.filter((name) => name !== "receivedTime")
    .toSorted();
}

function fieldText(event: BrawlerEvent, name: FieldName): string {
  const value = fieldValue(event, name);
  if (value === undefined) return "";
  return typeof value === "object" ? formatDecimal(value) : String(value);
}

/** The value of an event's field by its name; `undefined` where it is absent, or the kind has no such field. */
export function fieldValue(event: BrawlerEvent, name: FieldName): FieldValue {
  return (event as unknown as Readonly<Record<FieldName, FieldValue>>)[name];
}
