/**
 * Average cost: the cost basis is kept as an exact total C = Σ x·p of the open position, so that realized and
 * unrealized always add up to the gross.
 */
import { divideHalfEven } from "./exact.ts";

/** Signed lots and the exact money total they cost; money is lots × ledger price. */
export interface CostBasis {
  readonly position: number;
  readonly cost: bigint;
}

export interface CostBasisStep extends CostBasis {
  /** Realized by this trade, before fees; positive is good for us. */
  readonly realized: bigint;
}

/** @public where every position begins */
export const FLAT: CostBasis = { position: 0, cost: 0n };

/**
 * Applies one signed quantity at one ledger price.
 *
 * Adding to a position adds x·p to C. Closing c of |Q| releases round-half-even(C · c / |Q|) and realizes the rest;
 * a trade larger than the position closes all of it and opens the remainder at p.
 */
export function applyToCostBasis(
  basis: CostBasis,
  signedLots: number,
  ledgerPrice: bigint,
): CostBasisStep {
  const { position, cost } = basis;
  const sameDirection = position === 0 || position > 0 === signedLots > 0;
  if (sameDirection) {
    return {
      position: position + signedLots,
      cost: cost + BigInt(signedLots) * ledgerPrice,
      realized: 0n,
    };
  }
  const closedLots = Math.min(Math.abs(position), Math.abs(signedLots));
  const released = divideHalfEven(cost * BigInt(closedLots), BigInt(Math.abs(position)));
  const closing = signedLots > 0 ? closedLots : -closedLots;
  const opening = signedLots - closing;
  const rest = cost - released;
  return {
    position: position + signedLots,
    cost: opening === 0 ? rest : BigInt(opening) * ledgerPrice,
    realized: -(BigInt(closing) * ledgerPrice) - released,
  };
}
