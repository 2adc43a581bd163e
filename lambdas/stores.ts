/** The stores that the stack names in the environment, over one client each. */
import { dynamoDbAlertStore } from "../lib/adapters/dynamodb/alert-store.ts";
import { dynamoDbClient } from "../lib/adapters/dynamodb/client.ts";
import { dynamoDbMetricStore } from "../lib/adapters/dynamodb/metric-store.ts";
import {
  dynamoDbStateStore,
  type StateStoreOptions,
} from "../lib/adapters/dynamodb/state-store.ts";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { timestreamClients } from "../lib/adapters/timestream/clients.ts";
import { timestreamMetricStore } from "../lib/adapters/timestream/metric-store.ts";
import { nearAndFar } from "../lib/app/near-and-far.ts";
import type { Retention } from "../lib/core/rollup/ladder.ts";
import { HOUR_US } from "../lib/core/units.ts";
import type { AlertStore } from "../lib/ports/alert-store.ts";
import type { MetricStore } from "../lib/ports/metric-store.ts";
import type { StateStore } from "../lib/ports/state-store.ts";
import { optionalEnv, requireEnv } from "./env.ts";

const client = dynamoDbClient();
/** A day's window, and the day before it, at its finest; what is coarse is small. */
const NEAR_KEPT: Retention = {
  "5s": 48 * HOUR_US,
  "1m": 48 * HOUR_US,
  "1h": Number.POSITIVE_INFINITY,
  "1d": Number.POSITIVE_INFINITY,
};

export function stateStore(options: Pick<StateStoreOptions, "onSize"> = {}): StateStore {
  return dynamoDbStateStore({ client, name: requireEnv("BRAWLER_STATE_TABLE"), ...options });
}

/**
 * DynamoDB; with Timestream beside it, where the stack has it, for fine rollups of more than two days ago: what is
 * looked at every minute asks DynamoDB alone.
 */
export function metricStore(retention: Retention): MetricStore {
  const database = optionalEnv("BRAWLER_TIMESTREAM_DATABASE");
  const table = (kept: Retention) =>
    dynamoDbMetricStore({
      client,
      name: requireEnv("BRAWLER_METRICS_TABLE"),
      clock: systemClock,
      retention: kept,
    });
  if (database === undefined) return table(retention);
  return nearAndFar({
    near: table(NEAR_KEPT),
    far: timestreamMetricStore({ clients: timestreamClients(), database }),
    clock: systemClock,
    nearKept: NEAR_KEPT,
  });
}

export function alertStore(): AlertStore {
  return dynamoDbAlertStore({ client, name: requireEnv("BRAWLER_ALERTS_TABLE") });
}
