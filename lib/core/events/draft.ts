/**
 * An event on its way in: one slot per field, filled from text or from bytes, then read by `build-event.ts`. Each
 * slot already holds the class of its field; the first fault that anybody finds is the line's refusal.
 */
import { type DecimalFault, formatDecimal, MAX_DECIMALS, ZERO } from "./decimal.ts";
import type { Decimal } from "./event.ts";
import { FIELD_COUNT, FIELD_NAMES } from "./field.ts";
import { quoted, type Refusal, type RefusalReason, refuse } from "./refusal.ts";

/** What a slot holds: an integer, a decimal, a word or text, or nothing. */
export type Slot = number | Decimal | string | undefined;

export interface Draft {
  readonly slots: Slot[];
  /** The fields that are filled in, as the two halves of a `FieldSet`. */
  low: number;
  high: number;
  fault: Refusal | undefined;
}

export function emptyDraft(): Draft {
  return { slots: new Array<Slot>(FIELD_COUNT).fill(undefined), low: 0, high: 0, fault: undefined };
}

/** Takes note of a fault; the first one stands. */
export function blame(draft: Draft, reason: RefusalReason, field: number, detail: string): void {
  const name = FIELD_NAMES[field];
  draft.fault ??= refuse(reason, name, `${name}: ${detail}`);
}

/** The text or word of a field; `""` where there is none, which `build-event.ts` asks of required fields only. */
export function textOf(draft: Draft, field: number): string {
  return (draft.slots[field] as string | undefined) ?? "";
}

export function optionalText(draft: Draft, field: number): string | undefined {
  return draft.slots[field] as string | undefined;
}

/** One of `choices`; any other word is a fault. */
export function choiceOf<Choice extends string>(
  draft: Draft,
  field: number,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const word = draft.slots[field];
  for (const choice of choices) {
    if (choice === word) return choice;
  }
  const was = quoted(String(word));
  blame(draft, "bad-value", field, `expected one of ${choices.join(", ")}, was ${was}`);
  return choices[0];
}

export function integerOf(draft: Draft, field: number, least: number): number {
  const value = draft.slots[field] as number;
  if (value < least) {
    blame(draft, "out-of-range", field, `expected an integer of ${least} or more, was ${value}`);
  }
  return value;
}

/** Which decimals a field takes. `cash` has a sign and at most 12 decimals: what the ledger counts fees in. */
export type DecimalRule = "positive" | "unsigned" | "signed" | "cash";

const CASH_DECIMALS = 12;

export function decimalOf(draft: Draft, field: number, rule: DecimalRule): Decimal {
  const value = draft.slots[field] as Decimal | undefined;
  if (value === undefined) return ZERO;
  if (rule === "cash") {
    if (value.decimals > CASH_DECIMALS)
      blameDecimal(draft, field, "too-fine", formatDecimal(value));
  } else if (rule === "positive" && value.mantissa <= 0) {
    blame(draft, "out-of-range", field, `expected more than 0, was ${formatDecimal(value)}`);
  } else if (rule === "unsigned" && value.mantissa < 0) {
    blame(draft, "out-of-range", field, `expected 0 or more, was ${formatDecimal(value)}`);
  }
  return value;
}

export function optionalDecimal(
  draft: Draft,
  field: number,
  rule: DecimalRule,
): Decimal | undefined {
  return draft.slots[field] === undefined ? undefined : decimalOf(draft, field, rule);
}

/** Says why a decimal was refused, and what to send instead. */
export function blameDecimal(draft: Draft, field: number, fault: DecimalFault, was: string): void {
  blame(draft, fault, field, `${DECIMAL_DETAIL[fault]}, was ${quoted(was)}`);
}

const DECIMAL_DETAIL: Readonly<Record<DecimalFault, string>> = {
  "bad-decimal":
    'expected a decimal in quotes such as "67412.5": digits and one point, no exponent, plus or space',
  "unsafe-number":
    "expected at most 15 digits and no exponent in a JSON number, at most 2^53 − 1 without the point in quotes",
  "too-fine": `expected at most ${MAX_DECIMALS} decimals, and ${CASH_DECIMALS} of a fee or payment`,
};
