/** Takes away the rollups that are too old to be kept, now and then as time goes on. */
import type { InstrumentState } from "../core/pipeline/state.ts";
import { keptFrom, type Retention } from "../core/rollup/ladder.ts";
import { RESOLUTIONS } from "../core/rollup/row.ts";
import { HOUR_US } from "../core/units.ts";
import type { MetricWriter } from "../ports/metric-store.ts";

/**
 * Deletes what no report reads any more, counted from the instrument's newest event.
 *
 * @param sweptAt the newest event time when this was last done
 * @returns the same, or the present one where an hour of event time has passed and it was done again
 */
export async function enforceRetention(
  metrics: MetricWriter,
  retention: Retention,
  { account, instrument, newestTime }: InstrumentState,
  sweptAt: number,
): Promise<number> {
  if (newestTime < sweptAt + HOUR_US) return sweptAt;
  for (const resolution of RESOLUTIONS) {
    const before = keptFrom(resolution, newestTime, retention);
    if (before > 0) await metrics.deleteRollupsBefore({ account, instrument, resolution }, before);
  }
  return newestTime;
}
