/**
 * An event on its way in: one slot per field, filled from text or from bytes, then read by `build-event.ts`. Each
 * slot already holds the class of its field; the first fault that anybody finds is the line's refusal.
 */
import { type DecimalFault, formatDecimal, MAX_DECIMALS } from "./decimal.ts";
import type { Decimal } from "./event.ts";
import { FIELD_COUNT, FIELD_NAMES, hasField } from "./field.ts";
import { quoted, type Refusal, type RefusalReason, refuse } from "./refusal.ts";

/** Values by the number of their field, kept apart by class so that numbers are never boxed. */
export interface Draft {
  readonly integers: Float64Array;
  /** The two parts of decimals. */
  readonly mantissas: Float64Array;
  readonly decimals: Uint8Array;
  readonly texts: string[];
  /** Which fields are filled in, as the two halves of a `FieldSet`; what other slots hold means nothing. */
  low: number;
  high: number;
  fault: Refusal | undefined;
}

export function newDraft(): Draft {
  return {
    integers: new Float64Array(FIELD_COUNT),
    mantissas: new Float64Array(FIELD_COUNT),
    decimals: new Uint8Array(FIELD_COUNT),
    texts: new Array<string>(FIELD_COUNT).fill(""),
    low: 0,
    high: 0,
    fault: undefined,
  };
}

export function clearDraft(draft: Draft): void {
  draft.low = 0;
  draft.high = 0;
  draft.fault = undefined;
}

/** Takes note of a fault; the first one stands. */
export function blame(draft: Draft, reason: RefusalReason, field: number, detail: string): void {
  const name = FIELD_NAMES[field];
  draft.fault ??= refuse(reason, name, `${name}: ${detail}`);
}

/** The text or word of a field that is filled in. */
export function textOf(draft: Draft, field: number): string {
  return draft.texts[field] ?? "";
}

export function optionalText(draft: Draft, field: number): string | undefined {
  return hasField(draft, field) ? draft.texts[field] : undefined;
}

/** One of `choices`; any other word is a fault. */
export function choiceOf<Choice extends string>(
  draft: Draft,
  field: number,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const word = textOf(draft, field);
  for (const choice of choices) {
    if (choice === word) return choice;
  }
  const was = quoted(word);
  blame(draft, "bad-value", field, `expected one of ${choices.join(", ")}, was ${was}`);
  return choices[0];
}

export function integerOf(draft: Draft, field: number, least: number): number {
  const value = draft.integers[field] as number;
  if (value < least) {
    blame(draft, "out-of-range", field, `expected an integer of ${least} or more, was ${value}`);
  }
  return value;
}

/** Which decimals a field takes. `cash` has a sign and at most 12 decimals: what the ledger counts fees in. */
export type DecimalRule = "positive" | "unsigned" | "signed" | "cash";

const CASH_DECIMALS = 12;

/** The decimal of a field that is filled in. */
export function decimalOf(draft: Draft, field: number, rule: DecimalRule): Decimal {
  const mantissa = draft.mantissas[field] as number;
  const decimals = draft.decimals[field] as number;
  const value = { mantissa, decimals };
  if (rule === "cash") {
    if (decimals > CASH_DECIMALS) blameDecimal(draft, field, "too-fine", formatDecimal(value));
  } else if (rule === "positive" && mantissa <= 0) {
    blame(draft, "out-of-range", field, `expected more than 0, was ${formatDecimal(value)}`);
  } else if (rule === "unsigned" && mantissa < 0) {
    blame(draft, "out-of-range", field, `expected 0 or more, was ${formatDecimal(value)}`);
  }
  return value;
}

export function optionalDecimal(
  draft: Draft,
  field: number,
  rule: DecimalRule,
): Decimal | undefined {
  return hasField(draft, field) ? decimalOf(draft, field, rule) : undefined;
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
