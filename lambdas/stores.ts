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
import type { Retention } from "../lib/core/rollup/ladder.ts";
import type { AlertStore } from "../lib/ports/alert-store.ts";
import type { MetricStore } from "../lib/ports/metric-store.ts";
import type { StateStore } from "../lib/ports/state-store.ts";
import { optionalEnv, requireEnv } from "./env.ts";

const client = dynamoDbClient();

export function stateStore(options: Pick<StateStoreOptions, "onSize"> = {}): StateStore {
  return dynamoDbStateStore({ client, name: requireEnv("BRAWLER_STATE_TABLE"), ...options });
}

/** Timestream or DynamoDB, as the stack was told. */
export function metricStore(retention: Retention): MetricStore {
  const database = optionalEnv("BRAWLER_TIMESTREAM_DATABASE");
  if (database !== undefined)
    return timestreamMetricStore({ clients: timestreamClients(), database });
  const name = requireEnv("BRAWLER_METRICS_TABLE");
  return dynamoDbMetricStore({ client, name, clock: systemClock, retention });
}

export function alertStore(): AlertStore {
  return dynamoDbAlertStore({ client, name: requireEnv("BRAWLER_ALERTS_TABLE") });
}
