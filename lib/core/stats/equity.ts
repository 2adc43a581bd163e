import { addToSum, emptySum, totalOf } from "./compensated-sum.ts";

/**
 * The equity that a series of PnL leads through, its start being the first point.
 *
 *     E₀ = start        Eₜ = start + Σₛ≤ₜ pnlₛ
 *
 * @returns one value more than `pnl`, in the same currency
 */
export function equityOfPnl(pnl: readonly number[], start: number): number[] {
  const total = emptySum();
  addToSum(total, start);
  const equity = [start];
  for (const step of pnl) {
    addToSum(total, step);
    equity.push(totalOf(total));
  }
  return equity;
}

/** The equity that compounded returns lead through: E₀ = 1, Eₜ = Eₜ₋₁ · (1 + rₜ). */
export function equityOfReturns(returns: readonly number[]): number[] {
  let level = 1;
  const equity = [level];
  for (const step of returns) {
    level *= 1 + step;
    equity.push(level);
  }
  return equity;
}
