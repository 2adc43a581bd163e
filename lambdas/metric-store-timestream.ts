import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { timestreamClients, timestreamWriteClient } from "../lib/adapters/timestream/clients.ts";
import { timestreamMetricStore } from "../lib/adapters/timestream/metric-store.ts";
import { timestreamMetricWriter } from "../lib/adapters/timestream/metric-writer.ts";
import { nearAndFar, nearAndFarWriter } from "../lib/app/near-and-far.ts";
import type { Retention } from "../lib/core/rollup/ladder.ts";
import { HOUR_US } from "../lib/core/units.ts";
import type { MetricStore, MetricWriter } from "../lib/ports/metric-store.ts";
import { requireEnv } from "./env.ts";
import { metricStore as tableStore } from "./metric-store-dynamodb.ts";

/** A day's window, and the day before it, at its finest; what is coarse is small. */
const NEAR_KEPT: Retention = {
  "5s": 48 * HOUR_US,
  "1m": 48 * HOUR_US,
  "1h": Number.POSITIVE_INFINITY,
  "1d": Number.POSITIVE_INFINITY,
};

/**
 * DynamoDB, and Timestream beside it for fine rollups of more than two days ago: what is looked at every minute asks
 * DynamoDB alone. How long Timestream keeps them its tables say, as the stack makes them.
 */
export function metricStore(): MetricStore {
  return nearAndFar({
    near: tableStore(NEAR_KEPT),
    far: timestreamMetricStore({ clients: timestreamClients(), database: database() }),
    clock: systemClock,
    nearKept: NEAR_KEPT,
  });
}

/** The same, for functions that fold: they read no range, so that their bundles have no client of queries. */
export function metricWriter(): MetricWriter {
  return nearAndFarWriter({
    near: tableStore(NEAR_KEPT),
    far: timestreamMetricWriter({ client: timestreamWriteClient(), database: database() }),
  });
}

function database(): string {
  return requireEnv("BRAWLER_TIMESTREAM_DATABASE");
}
