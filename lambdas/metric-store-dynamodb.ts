import { dynamoDbMetricStore } from "../lib/adapters/dynamodb/metric-store.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import type { Retention } from "../lib/core/rollup/ladder.ts";
import type { MetricStore, MetricWriter } from "../lib/ports/metric-store.ts";
import { requireEnv } from "./env.ts";
import { client } from "./tables.ts";

/** A table that the stack names in the environment. */
export function metricStore(retention: Retention): MetricStore {
  const name = requireEnv("BRAWLER_METRICS_TABLE");
  return dynamoDbMetricStore({ client, name, clock: systemClock, retention });
}

/** The same, for functions that fold. */
export function metricWriter(retention: Retention): MetricWriter {
  return metricStore(retention);
}
