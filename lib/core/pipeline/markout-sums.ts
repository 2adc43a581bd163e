/** What one trade adds to the markout part of one horizon: while it waits, and once it has settled. */
import { ledgerPrice, notionalNumber, type Scale } from "../ledger/scale.ts";
import { feeBps, markoutBps } from "../metrics/markout.ts";
import { addMarkout, type MarkoutPart, type MarkoutStats } from "../rollup/markout-part.ts";
import { MARK_STATUS, type PendingTrade } from "./state.ts";

const OK = MARK_STATUS.indexOf("ok");
const STALE = MARK_STATUS.indexOf("stale");
const MISSING = MARK_STATUS.indexOf("missing");

/** Signed lots, and their worth at the pre-trade mid, or at the price without one. */
function exposureOf({ signedLots, mid, price }: PendingTrade, scale: Scale) {
  const lots = BigInt(signedLots);
  return { lots, start: lots * ledgerPrice(scale, mid || price) };
}

export function addWaiting(part: MarkoutPart, trade: PendingTrade, scale: Scale): void {
  const { lots, start } = exposureOf(trade, scale);
  part.pendingLots += lots;
  part.pendingMoney += start;
  part[trade.liquidity].pending += 1;
}

/** Adds a horizon whose status and mid are known. */
export function addSettled(
  part: MarkoutPart,
  trade: PendingTrade,
  index: number,
  scale: Scale,
): void {
  const { lots, start } = exposureOf(trade, scale);
  const mid = trade.mids[index] ?? 0;
  if (mid > 0) {
    part.adverse += lots * ledgerPrice(scale, mid) - start;
  } else {
    part.lostLots += lots;
    part.lostMoney += start;
  }
  const stats = part[trade.liquidity];
  const code = trade.status[index];
  if (code === STALE) stats.stale += 1;
  if (code === MISSING) stats.missing += 1;
  if (code === OK) addOk(stats, trade, mid, scale);
}

function addOk(stats: MarkoutStats, trade: PendingTrade, mid: number, scale: Scale): void {
  const prices = { side: trade.side, price: trade.price, preTradeMid: trade.mid };
  const gross = markoutBps(prices, mid);
  if (gross === undefined) return;
  const weight = notionalNumber(scale, trade.lots, trade.mid);
  const fee = trade.fee === undefined ? undefined : feeBps(Number(trade.fee) / 1e12, weight);
  addMarkout(stats, gross, fee === undefined ? undefined : gross - fee, weight);
}

/** The part of one horizon as these trades alone make it, settled one after the other. */
export function sumOf(
  part: MarkoutPart,
  trades: readonly PendingTrade[],
  index: number,
  scale: Scale,
): MarkoutPart {
  for (const trade of trades) {
    if (!trade.counted) continue;
    if (trade.status[index] === 0) addWaiting(part, trade, scale);
    else addSettled(part, trade, index, scale);
  }
  return part;
}
