/** Sums of the decimal texts of a report, exactly. */
import {
  addExact,
  EXACT_ZERO,
  type ExactDecimal,
  formatExact,
  negateExact,
} from "../../lib/core/ledger/exact.ts";

export function exactOf(text: string | null | undefined): ExactDecimal {
  if (text === null || text === undefined) throw new Error("expected an amount, there was none");
  const [whole = "", fraction = ""] = text.split(".");
  return { units: BigInt(whole + fraction), decimals: fraction.length };
}

/** The sum of what is given, less what is subtracted, as a decimal text. */
export function total(
  added: readonly (string | null | undefined)[],
  subtracted: readonly (string | null | undefined)[] = [],
): string {
  const plus = added.map(exactOf).reduce(addExact, EXACT_ZERO);
  return formatExact(subtracted.map(exactOf).map(negateExact).reduce(addExact, plus));
}
