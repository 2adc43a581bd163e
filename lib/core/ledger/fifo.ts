/** First in, first out: the oldest lots close first. Computed from trades on demand; only the split differs. */

export interface FifoTrade {
  readonly signedLots: number;
  readonly ledgerPrice: bigint;
}

export interface FifoLot {
  readonly signedLots: number;
  readonly ledgerPrice: bigint;
}

export interface FifoResult {
  readonly realized: bigint;
  /** Open lots, oldest first; all of one sign. */
  readonly lots: readonly FifoLot[];
  /** Σ x·p of the open lots: unrealized = Q·m − cost. */
  readonly cost: bigint;
}

/**
 * Realized PnL by first in, first out, in money units (lots × ledger price), before fees.
 *
 * @param trades in ledger order
 */
export function fifo(trades: Iterable<FifoTrade>): FifoResult {
  const lots: { signedLots: number; ledgerPrice: bigint }[] = [];
  let realized = 0n;
  let head = 0;
  for (const { signedLots, ledgerPrice } of trades) {
    let rest = signedLots;
    let oldest = lots[head];
    while (rest !== 0 && oldest !== undefined && oldest.signedLots > 0 !== rest > 0) {
      const closed = Math.min(Math.abs(oldest.signedLots), Math.abs(rest));
      const closing = rest > 0 ? closed : -closed;
      realized -= BigInt(closing) * (ledgerPrice - oldest.ledgerPrice);
      oldest.signedLots += closing;
      rest -= closing;
      if (oldest.signedLots === 0) head += 1;
      oldest = lots[head];
    }
    if (rest !== 0) lots.push({ signedLots: rest, ledgerPrice });
  }
  const open = lots.slice(head);
  const cost = open.reduce((sum, lot) => sum + BigInt(lot.signedLots) * lot.ledgerPrice, 0n);
  return { realized, lots: open, cost };
}
