/** The instruments table: one row each, with a total, sorted by any column, ties by name. */
import type { InstrumentBody } from "../../lib/core/api/instruments.ts";
import type { MetricsBody } from "../../lib/core/api/report.ts";
import { negated } from "./exact.ts";
import { toNumber } from "./format.ts";
import { halfWidth } from "./markout-curve.ts";

export interface InstrumentRow {
  readonly key: string;
  readonly currency: string;
  readonly net: number | null;
  /** Net PnL per notional traded, bps. */
  readonly netBps: number | null;
  readonly spread: number | null;
  readonly inventory: number | null;
  readonly fees: number | null;
  readonly funding: number | null;
  readonly residual: string | null;
  readonly markout: number | null;
  readonly markoutHalf: number | null;
  readonly markoutN: number;
  readonly hitRate: number | null;
  readonly hitRateHalf: number | null;
  readonly trades: number;
  readonly volume: number | null;
  readonly position: number | null;
  readonly limit: number | null;
  /** |position| ÷ limit. */
  readonly use: number | null;
}

export function instrumentRow(
  key: string,
  metrics: MetricsBody,
  horizon: string,
  terms: InstrumentBody | undefined,
): InstrumentRow {
  const net = toNumber(metrics.pnl.net);
  const volume = toNumber(metrics.trades.notional);
  const markout = metrics.markouts.maker[horizon];
  const position = toNumber(metrics.position?.quantity);
  const limit = toNumber(terms?.positionLimit);
  return {
    key,
    currency: metrics.currency,
    net,
    netBps: net === null || !volume ? null : (net / volume) * 1e4,
    spread: toNumber(metrics.pnl.spread),
    inventory: toNumber(metrics.pnl.inventory),
    fees: toNumber(negated(metrics.pnl.fees)),
    funding: toNumber(metrics.pnl.funding),
    residual: metrics.pnl.residual,
    markout: markout?.value ?? null,
    markoutHalf: halfWidth(markout?.interval ?? null),
    markoutN: markout?.n ?? 0,
    hitRate: metrics.hitRate.value,
    hitRateHalf: halfWidth(metrics.hitRate.interval),
    trades: metrics.trades.count,
    volume,
    position,
    limit,
    use: position === null || !limit ? null : Math.abs(position) / limit,
  };
}

export type SortColumn =
  | "key"
  | "net"
  | "netbps"
  | "spread"
  | "inventory"
  | "fees"
  | "funding"
  | "markout"
  | "hit"
  | "trades"
  | "volume"
  | "use";

const SORT_VALUE: Readonly<Record<SortColumn, (row: InstrumentRow) => number | string | null>> = {
  key: (row) => row.key,
  net: (row) => row.net,
  netbps: (row) => row.netBps,
  spread: (row) => row.spread,
  inventory: (row) => row.inventory,
  fees: (row) => row.fees,
  funding: (row) => row.funding,
  markout: (row) => row.markout,
  hit: (row) => row.hitRate,
  trades: (row) => row.trades,
  volume: (row) => row.volume,
  use: (row) => row.use,
};

/** What is missing stands last whichever way the column is sorted. */
export function sortedRows(rows: readonly InstrumentRow[], sort: string): readonly InstrumentRow[] {
  const descending = sort.startsWith("-");
  const column = sort.replace("-", "");
  const value = Object.hasOwn(SORT_VALUE, column)
    ? SORT_VALUE[column as SortColumn]
    : SORT_VALUE.net;
  return [...rows].sort((a, b) => {
    const order = compare(value(a), value(b), descending);
    return order === 0 ? compare(a.key, b.key, false) : order;
  });
}

type Sortable = number | string | null;

function compare(a: Sortable, b: Sortable, descending: boolean): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return (a < b ? -1 : 1) * (descending ? -1 : 1);
}
