/**
 * Inventory: how much was held, time-weighted.
 *
 *     averageAbsolute = ∫|Q| dt ÷ (to − from)        maximumAbsolute = max |Q|
 *
 * The position held at the window's start counts. Quantities are unsigned, in base units (inverse: contracts).
 *
 * @see docs/reference/metrics.md#inventory
 */
import {
  divideHalfEven,
  type ExactDecimal,
  formatExact,
  formatUnits,
  pow10,
} from "../ledger/exact.ts";
import type { InventoryFigures } from "./performance-metrics.ts";

/** Time averages are rounded, half to even, to this many decimals. */
const AVERAGE_DECIMALS = 12;

/**
 * @param absoluteTime ∫|Q|dt, quantity · µs
 * @param maximum max |Q|
 */
export function inventoryFigures(
  absoluteTime: ExactDecimal,
  maximum: ExactDecimal,
  windowUs: number,
): InventoryFigures {
  return {
    averageAbsolute: timeAverage(absoluteTime, windowUs),
    maximumAbsolute: formatExact(maximum),
  };
}

/** integral ÷ window to 12 decimals, half to even, rounded once; 0 for an empty window. */
export function timeAverage(integral: ExactDecimal, windowUs: number): string {
  if (windowUs <= 0) return "0";
  const numerator = integral.units * pow10(AVERAGE_DECIMALS);
  const denominator = BigInt(windowUs) * pow10(integral.decimals);
  return formatUnits(divideHalfEven(numerator, denominator), AVERAGE_DECIMALS);
}
