/** What the simulator knows and no estimator can: how far the price was bound to move after each of Brawler's trades. */
import type { Liquidity } from "../events/event.ts";

/** Mean expected move of the mid in our favour, from the mid told before the trade, in bps of it. */
export interface ExpectedMove {
  readonly horizonUs: number;
  readonly bps: number;
}

/** Of all maker trades, or all taker trades, of a run. */
export interface ExpectedMoves {
  readonly trades: number;
  /** One per horizon; empty without trades. */
  readonly moves: readonly ExpectedMove[];
}

interface Sums {
  trades: number;
  readonly moves: number[];
}

export class MarkoutTruth {
  private readonly horizonsUs: readonly number[];
  private readonly sums: Readonly<Record<Liquidity, Sums>>;

  constructor(horizonsUs: readonly number[]) {
    const none = (): Sums => ({ trades: 0, moves: horizonsUs.map(() => 0) });
    this.horizonsUs = horizonsUs;
    this.sums = { maker: none(), taker: none() };
  }

  /** @param expectedBps the expected move after so many µs */
  add(liquidity: Liquidity, expectedBps: (horizonUs: number) => number): void {
    const sums = this.sums[liquidity];
    sums.trades++;
    this.horizonsUs.forEach((horizonUs, i) => {
      sums.moves[i] = (sums.moves[i] ?? 0) + expectedBps(horizonUs);
    });
  }

  of(liquidity: Liquidity): ExpectedMoves {
    const { trades, moves } = this.sums[liquidity];
    if (trades === 0) return { trades, moves: [] };
    return {
      trades,
      moves: this.horizonsUs.map((horizonUs, i) => ({ horizonUs, bps: (moves[i] ?? 0) / trades })),
    };
  }
}
