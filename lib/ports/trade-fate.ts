/** The unique key of a trade, as every store of trades holds it. */
import { epochOf } from "../core/pipeline/version.ts";
import type { TradeRow } from "../core/rollup/row.ts";

export type TradeFate = "replaces" | "stale" | "conflicting";

/**
 * What becomes of a row whose tradeId stands already. Within one epoch a tradeId keeps the sequence it came with, and
 * another one under the same id never overwrites it. Another epoch is the same past folded anew, which may have met a
 * trade that was told twice in the other order: the row of the higher epoch stands.
 */
export function tradeFate(
  row: Pick<TradeRow, "time" | "sequence" | "version" | "value">,
  standing: Pick<TradeRow, "time" | "sequence" | "version" | "value">,
): TradeFate {
  const epochs = epochOf(row.version) - epochOf(standing.version);
  if (epochs !== 0) return epochs > 0 ? "replaces" : "stale";
  if (row.sequence !== standing.sequence) return "conflicting";
  if (row.version !== standing.version)
    return row.version > standing.version ? "replaces" : "stale";
  return row.time === standing.time && row.value === standing.value ? "stale" : "conflicting";
}
