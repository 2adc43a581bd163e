/** Sets down the figures of days that are over, and anew where a late event changed one. */
import { metricStore } from "#metric-store";
import { takeSnapshots } from "../lib/app/take-snapshot.ts";
import { deskConfig } from "./desk.ts";
import { requireEnv } from "./env.ts";
import { count, observed, observers } from "./observed.ts";
import { analysisStore, stateStore } from "./stores.ts";

const config = deskConfig();
const ports = {
  state: stateStore(),
  metrics: metricStore(config.retention),
  analyses: analysisStore(),
};
const settings = { ...config, version: requireEnv("BRAWLER_VERSION") };

export const handler = observed(async () => {
  const { taken, revised, conflicting } = await takeSnapshots(ports, settings);
  count({ DaysTaken: taken, DaysRevised: revised, ConflictingRows: conflicting.length });
  if (conflicting.length > 0) {
    observers.logger.error("another run set these days down otherwise", { conflicting });
  }
  return { taken, revised };
});
