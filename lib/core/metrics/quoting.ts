/**
 * Quoting quality: how long we stand on both sides, and how often a quote trades per second that it stands at a
 * distance from the mid.
 *
 * @see docs/reference/metrics.md#quoting
 */
import type { Side } from "../events/event.ts";
import type { FillIntensity } from "./performance-metrics.ts";

/** Upper edges of the distance slots in bps of the mid, half-open; below 0 our price is through the mid. */
const EDGES_BPS = [0, 0.5, 1, 2, 5, 10, 20] as const;
/** Slots a side: one below each edge, one beyond the last, one for quotes that stood without a mid. */
const SLOTS_PER_SIDE = EDGES_BPS.length + 2;

/** Slots of both sides: buys first. */
export const DISTANCE_SLOTS = 2 * SLOTS_PER_SIDE;

/**
 * The slot of a quote: side and distance s · (mid − price) / mid · 10⁴ bps, positive on our side of the mid.
 *
 * @param price and mid in one unit; mid ≤ 0 means that there is none
 */
export function distanceSlot(side: Side, price: number, mid: number): number {
  const base = side === "buy" ? 0 : SLOTS_PER_SIDE;
  if (mid <= 0) return base + SLOTS_PER_SIDE - 1;
  const distance = ((side === "buy" ? mid - price : price - mid) / mid) * 1e4;
  for (let slot = 0; slot < EDGES_BPS.length; slot += 1) {
    if (distance < (EDGES_BPS[slot] ?? 0)) return base + slot;
  }
  return base + EDGES_BPS.length;
}

/**
 * Trades per quote-second at risk, by side and distance: λ = trades / seconds, null without a second at risk.
 *
 * @param fills and risk by slot; risk in µs
 */
export function fillIntensity(fills: readonly number[], risk: readonly number[]): FillIntensity[] {
  return Array.from({ length: DISTANCE_SLOTS }, (_, slot) => slot)
    .filter((slot) => !standsWithoutMid(slot))
    .map((slot) => slotIntensity(slot, fills[slot] ?? 0, (risk[slot] ?? 0) / 1e6))
    .filter(({ trades, quoteSeconds }) => trades > 0 || quoteSeconds > 0);
}

function slotIntensity(slot: number, trades: number, quoteSeconds: number): FillIntensity {
  const index = slot % SLOTS_PER_SIDE;
  return {
    side: slot < SLOTS_PER_SIDE ? "buy" : "sell",
    fromBps: EDGES_BPS[index - 1] ?? null,
    toBps: EDGES_BPS[index] ?? null,
    trades,
    quoteSeconds,
    perSecond: quoteSeconds > 0 ? trades / quoteSeconds : null,
  };
}

function standsWithoutMid(slot: number): boolean {
  return slot % SLOTS_PER_SIDE === SLOTS_PER_SIDE - 1;
}

/** Time with a live quote on both sides ÷ window; null for an empty window. */
export function twoSidedUptime(twoSidedUs: number, windowUs: number): number | null {
  return windowUs > 0 ? twoSidedUs / windowUs : null;
}
