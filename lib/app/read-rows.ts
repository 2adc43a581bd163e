/** Rollup rows of one instrument, of the present epoch, in the fold's present scale. */
import { type CorePart, rescaleCore } from "../core/rollup/core-part.ts";
import { decodeCore } from "../core/rollup/core-text.ts";
import type { CoverRange } from "../core/rollup/ladder.ts";
import type { RollupRow } from "../core/rollup/row.ts";
import type { MetricStore } from "../ports/metric-store.ts";
import type { RowsOf } from "./committed-state.ts";

/** The rows of a range that belong to the present epoch, ordered by bucket, then part. */
export async function readRows(
  metrics: MetricStore,
  { account, instrument, minVersion }: RowsOf,
  range: CoverRange,
  partPrefix?: string,
): Promise<readonly RollupRow[]> {
  const { resolution, from, to } = range;
  const query = { account, instrument, resolution, from, to };
  const rows = await metrics.readRollups(
    partPrefix === undefined ? query : { ...query, partPrefix },
  );
  return rows.filter(({ version }) => version >= minVersion);
}

/** A core row in the state's scale, which is the finest there has been. */
export function decodedCore(row: RollupRow, { scale }: Pick<RowsOf, "scale">): CorePart {
  const decoded = decodeCore(row.value);
  const { priceDecimals, quantityDecimals } = decoded.scale;
  if (priceDecimals !== scale.priceDecimals || quantityDecimals !== scale.quantityDecimals) {
    rescaleCore(decoded.part, decoded.scale, scale);
  }
  return decoded.part;
}
