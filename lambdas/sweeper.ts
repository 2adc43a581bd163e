/** Writes rows that a committed state still owes where no traffic followed the crash that left them. */
import { metricWriter } from "#metric-store";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { flushDirty } from "../lib/app/flush-dirty.ts";
import { MINUTE_US } from "../lib/core/units.ts";
import { deskConfig } from "./desk.ts";
import { count, observed, observers } from "./observed.ts";
import { stateStore } from "./stores.ts";

const ports = {
  state: stateStore(),
  metrics: metricWriter(deskConfig().retention),
  clock: systemClock,
};
/** States in one sweep. */
const LIMIT = 200;

export const handler = observed(async () => {
  const { flushed, failures } = await flushDirty(ports, { patience: MINUTE_US, limit: LIMIT });
  count({ Swept: flushed.length, SweepFailures: failures.length });
  for (const { key, cause } of failures) observers.logger.error("not swept", { ...key, cause });
  if (failures.length > 0)
    throw new AggregateError(
      failures.map(({ cause }) => cause),
      "not swept",
    );
  return { flushed: flushed.length };
});
