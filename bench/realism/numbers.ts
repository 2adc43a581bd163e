import type { Decimal } from "../../lib/core/events/event.ts";

/** What a statistic works with: the nearest float. */
export function numberOf({ mantissa, decimals }: Decimal): number {
  return mantissa / 10 ** decimals;
}
