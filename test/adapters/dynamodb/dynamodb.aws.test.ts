/** The DynamoDB adapters against an emulator of it: every contract, and what only a real server can say. */
import { dynamoDbAlertStore } from "../../../lib/adapters/dynamodb/alert-store.ts";
import { dynamoDbAnalysisStore } from "../../../lib/adapters/dynamodb/analysis-store.ts";
import { dynamoDbMetricStore } from "../../../lib/adapters/dynamodb/metric-store.ts";
import { dynamoDbStateStore } from "../../../lib/adapters/dynamodb/state-store.ts";
import {
  ALERTS_TABLE,
  ANALYSIS_TABLE,
  METRICS_TABLE,
  STATE_TABLE,
} from "../../../lib/adapters/dynamodb/tables.ts";
import { systemClock } from "../../../lib/adapters/local/system-clock.ts";
import { DEFAULT_RETENTION } from "../../../lib/core/rollup/ladder.ts";
import { alertStoreContract } from "../../contract/alert-store.contract.ts";
import { analysisStoreContract } from "../../contract/analysis-store.contract.ts";
import { metricStoreContract } from "../../contract/metric-store.contract.ts";
import { stateStoreContract } from "../../contract/state-store.contract.ts";
import { openingTable } from "./emulated-table.ts";

stateStoreContract("DynamoDB", openingTable(STATE_TABLE, dynamoDbStateStore), {
  reopening: "keeps-all",
  bodyCharactersMax: 320_000,
});

metricStoreContract(
  "DynamoDB",
  openingTable(METRICS_TABLE, (table) =>
    dynamoDbMetricStore({ ...table, clock: systemClock, retention: DEFAULT_RETENTION }),
  ),
  {
    reopening: "keeps-all",
    refusedCall: "changes-nothing",
    repeatedRow: "stale",
    reusedTradeId: "conflicting",
    deletion: "on-request",
    times: "any",
  },
);

analysisStoreContract("DynamoDB", openingTable(ANALYSIS_TABLE, dynamoDbAnalysisStore), {
  reopening: "keeps-all",
  refusedCall: "changes-nothing",
});

alertStoreContract("DynamoDB", openingTable(ALERTS_TABLE, dynamoDbAlertStore), {
  reopening: "keeps-all",
});
