/** Looks at the past as a whole, once an hour: which daily figures rise or fall. */
import { metricStore } from "#metric-store";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { analyzeHistory } from "../lib/app/analyze-history.ts";
import { deskConfig } from "./desk.ts";
import { count, observed } from "./observed.ts";
import { analysisStore, stateStore } from "./stores.ts";

const config = deskConfig();
const ports = {
  state: stateStore(),
  metrics: metricStore(config.retention),
  analyses: analysisStore(),
  clock: systemClock,
};

export const handler = observed(async () => {
  const { written, found } = await analyzeHistory(ports, config);
  count({ TrendsWritten: written, TrendsFound: found });
  return { written, found };
});
