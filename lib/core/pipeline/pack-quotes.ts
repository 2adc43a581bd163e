/** Quotes as plain values, and back: one list for each, its end, or what follows from the rest, left out. */
import type { JsonValue } from "../rollup/row.ts";
import type { Chain, ChainEnd } from "./state.ts";

const SIDES = ["buy", "sell"] as const;
const ENDS = ["filled", "cancelled", "expired"] as const satisfies readonly ChainEnd["reason"][];

/** @param since ends are told as so much before it */
export function packChains(chains: ReadonlyMap<string, Chain>, since: number): JsonValue[] {
  return [...chains.values()].map((chain) => {
    const { quoteId, price, quantity, filled, versionQuantity, versionFilled, slot, end } = chain;
    const packed = [quoteId, SIDES.indexOf(chain.side), slot, price, quantity];
    if (end !== undefined) packed.push(ENDS.indexOf(end.reason), since - end.time);
    const isWhole = filled === 0 && versionFilled === 0 && versionQuantity === quantity;
    if (!isWhole) packed.push(filled, versionQuantity, versionFilled);
    return packed;
  });
}

export function unpackChains(packed: readonly JsonValue[], since: number): Map<string, Chain> {
  const chains = (packed as [string, ...number[]][]).map((values): [string, Chain] => {
    const [quoteId, side = 0, slot = 0, price = 0, quantity = 0, ...rest] = values;
    // An end is two values, fills are three.
    const hasEnd = rest.length === 2 || rest.length === 5;
    const [reason = 0, before = 0] = hasEnd ? rest.splice(0, 2) : [];
    const end = hasEnd ? { reason: ENDS[reason] ?? "filled", time: since - before } : undefined;
    const [filled = 0, versionQuantity = quantity, versionFilled = 0] = rest;
    const terms = { quoteId, side: SIDES[side] ?? "buy", price, quantity, slot };
    return [quoteId, { ...terms, filled, versionQuantity, versionFilled, end }];
  });
  return new Map(chains);
}
