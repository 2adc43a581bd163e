/** One line of text → one event, or why not. Slower than `scan.ts`, and the definition of what that returns. */
import { buildEvent } from "./build-event.ts";
import { decimalFromNumber, parseDecimal } from "./decimal.ts";
import { blame, blameDecimal, clearDraft, type Draft, newDraft } from "./draft.ts";
import type { BrawlerEvent } from "./event.ts";
import {
  addField,
  EVENT_TYPES,
  FIELD,
  FIRST_DECIMAL,
  FIRST_TEXT,
  FIRST_WORD,
  fieldsOf,
  hasAll,
  hasField,
  type KindFields,
} from "./field.ts";
import { isNeverKey, isPlainText, MAX_TEXT_CHARACTERS } from "./plain-text.ts";
import { LINE_TOO_LONG, MAX_LINE_LENGTH, quoted, type Refusal, refuse, shown } from "./refusal.ts";
import { repeatedKey } from "./repeated-key.ts";

export { isRefusal } from "./refusal.ts";

/** The one draft of all lines: parsing is synchronous, and events take only what is immutable from it. */
const draft = newDraft();

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads one NDJSON line. Strict and closed: what is not known is refused, never guessed, rounded or dropped.
 * Beyond docs/reference/events.md:
 *
 * - `null` is no value: an optional field is left out instead. A key that stands twice is refused.
 * - A text (ids, source, currencies, counterparty, venue, strategy, reason) has 1 to 256 printable characters and is
 *   none of `__proto__`, `constructor`, `prototype`; nor is an account.
 * - A decimal has at most 18 digits below the point, a fee or payment at most 12 (what the ledger counts in).
 * - Above 0: a trade's and a correction's price and quantity, those of a quote that is placed or replaced, `mark`,
 *   `feeRate`, `multiplier`, `tick`, `lot`, `positionLimit`. 0 or more: other prices and quantities of quotes and
 *   references' quantities. With a sign: `fee`, `rate`, `payment`, `positionBefore`, `bid`, `ask`.
 * - A correction corrects something. A reference's book may be locked, crossed or one-sided (a side of 0): that is
 *   an event, which the fold counts.
 * - `time`, `receivedTime` ≥ 0, `intervalMinutes` ≥ 1, and they are integers as JSON numbers (`1.0` is one).
 *
 * Never throws. The first fault in the order of the line is named, a missing field after the fields that are there.
 * Cost: linear in the line.
 */
export function parseEvent(line: string): BrawlerEvent | Refusal {
  const members = line.length > MAX_LINE_LENGTH ? undefined : membersOf(line);
  if (members === undefined) return refuseLine(line);
  const type = members["type"];
  const kind = typeof type === "string" ? fieldsOf(type) : undefined;
  if (kind === undefined) return refuseType(members);
  clearDraft(draft);
  fill(draft, kind, members);
  blameMissing(draft, kind);
  if (draft.fault !== undefined) return draft.fault;
  const outcome = buildEvent(kind, draft);
  return draft.fault ?? refuseRepeated(line, members) ?? outcome;
}

/** The object on the line, `undefined` where there is none. */
function membersOf(line: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Members)
      : undefined;
  } catch {
    return undefined;
  }
}

function refuseLine(line: string): Refusal {
  if (line.length > MAX_LINE_LENGTH) return LINE_TOO_LONG;
  const was = line.trim() === "" ? "an empty line" : quoted(line);
  const detail = `expected one JSON object a line, was ${was}`;
  try {
    JSON.parse(line);
    return refuse("not-an-object", undefined, detail);
  } catch {
    return refuse("not-json", undefined, detail);
  }
}

function refuseType(members: Members): Refusal {
  const type = members["type"];
  const expected = `type: expected one of ${EVENT_TYPES.join(", ")}`;
  if (type === undefined) return refuse("missing-field", "type", `${expected}, was left out`);
  if (typeof type === "string") {
    return refuse("unknown-type", "type", `${expected}, was ${quoted(type)}`);
  }
  return refuse("wrong-type", "type", `${expected}, was ${typeName(type)}`);
}

function refuseRepeated(line: string, members: Members): Refusal | undefined {
  const key = repeatedKey(line, Object.keys(members).length);
  if (key === undefined) return undefined;
  return refuse("duplicate-field", shown(key), `${quoted(key)} stands twice: send each field once`);
}

const FIELD_BY_NAME: ReadonlyMap<string, number> = new Map(Object.entries(FIELD));

function fill(draft: Draft, kind: KindFields, members: Members): void {
  for (const name of Object.keys(members)) {
    const field = FIELD_BY_NAME.get(name);
    if (field === undefined || !hasField(kind.allowed, field)) {
      draft.fault ??= refuseField(kind, name);
    } else {
      fillSlot(draft, field, members[name]);
      addField(draft, field);
    }
  }
}

function refuseField(kind: KindFields, name: string): Refusal {
  const known = kind.names.join(", ");
  return refuse(
    "unknown-field",
    shown(name),
    `${quoted(name)} is no field of ${kind.type}, which has ${known}`,
  );
}

function fillSlot(draft: Draft, field: number, value: unknown): void {
  if (field < FIRST_DECIMAL) fillInteger(draft, field, value);
  else if (field < FIRST_WORD) fillDecimal(draft, field, value);
  else fillText(draft, field, value);
}

function fillInteger(draft: Draft, field: number, value: unknown): void {
  if (typeof value !== "number") {
    blame(draft, "wrong-type", field, `expected an integer, was ${typeName(value)}`);
  } else if (Number.isSafeInteger(value)) {
    draft.integers[field] = value + 0;
  } else if (Number.isInteger(value)) {
    blame(draft, "unsafe-number", field, `expected an integer within ±(2^53 − 1), was ${value}`);
  } else {
    blame(draft, "wrong-type", field, `expected an integer, was ${value}`);
  }
}

function fillDecimal(draft: Draft, field: number, value: unknown): void {
  if (typeof value !== "string" && typeof value !== "number") {
    const was = typeName(value);
    blame(draft, "wrong-type", field, `expected a decimal such as "67412.5", was ${was}`);
    return;
  }
  const decimal = typeof value === "string" ? parseDecimal(value) : decimalFromNumber(value);
  if (typeof decimal === "string") {
    blameDecimal(draft, field, decimal, String(value));
  } else {
    draft.mantissas[field] = decimal.mantissa;
    draft.decimals[field] = decimal.decimals;
  }
}

function fillText(draft: Draft, field: number, value: unknown): void {
  if (typeof value !== "string") {
    blame(draft, "wrong-type", field, `expected a text, was ${typeName(value)}`);
  } else if (field >= FIRST_TEXT && !(isPlainText(value) && !isNeverKey(value))) {
    const expected = `expected 1 to ${MAX_TEXT_CHARACTERS} printable characters, no reserved word`;
    blame(draft, "bad-value", field, `${expected}, was ${quoted(value)}`);
  } else {
    draft.texts[field] = value;
  }
}

function typeName(value: unknown): string {
  if (value === null) return "null (leave the field out instead)";
  if (value === undefined) return "left out";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

function blameMissing(draft: Draft, kind: KindFields): void {
  if (draft.fault !== undefined || hasAll(draft, kind)) return;
  for (const name of kind.names) {
    const field = FIELD[name];
    if (hasField(kind.required, field) && !hasField(draft, field)) {
      blame(draft, "missing-field", field, `required in every ${kind.type}`);
      return;
    }
  }
}
