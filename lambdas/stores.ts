/** The tables that the stack names in the environment. Metrics are in `#metric-store`, as the stage's bundle has it. */
import { dynamoDbAlertStore } from "../lib/adapters/dynamodb/alert-store.ts";
import { dynamoDbAnalysisStore } from "../lib/adapters/dynamodb/analysis-store.ts";
import {
  dynamoDbStateStore,
  type StateStoreOptions,
} from "../lib/adapters/dynamodb/state-store.ts";
import type { AlertStore } from "../lib/ports/alert-store.ts";
import type { AnalysisStore } from "../lib/ports/analysis-store.ts";
import type { StateStore } from "../lib/ports/state-store.ts";
import { requireEnv } from "./env.ts";
import { client } from "./tables.ts";

export function stateStore(options: Pick<StateStoreOptions, "onSize"> = {}): StateStore {
  return dynamoDbStateStore({ client, name: requireEnv("BRAWLER_STATE_TABLE"), ...options });
}

export function analysisStore(): AnalysisStore {
  return dynamoDbAnalysisStore({ client, name: requireEnv("BRAWLER_ANALYSIS_TABLE") });
}

export function alertStore(): AlertStore {
  return dynamoDbAlertStore({ client, name: requireEnv("BRAWLER_ALERTS_TABLE") });
}
