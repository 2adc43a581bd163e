import { inject } from "vitest";
import { openPostgres } from "../../../lib/adapters/postgres/open-postgres.ts";
import { alertStoreContract } from "../../contract/alert-store.contract.ts";
import { analysisStoreContract } from "../../contract/analysis-store.contract.ts";
import { atomicStoreContract } from "../../contract/atomic-store.contract.ts";
import { consistentReadsContract } from "../../contract/consistent-reads.contract.ts";
import { metricStoreContract } from "../../contract/metric-store.contract.ts";
import { replacingStoreContract } from "../../contract/replacing-store.contract.ts";
import { stateStoreContract } from "../../contract/state-store.contract.ts";
import { dropSchema, freshSchema, opening } from "./fresh-schema.ts";

const keptWhole = { refusedCall: "changes-nothing", reopening: "keeps-all" } as const;

metricStoreContract(
  "PostgreSQL",
  opening(openPostgres, ({ metrics }) => metrics),
  {
    ...keptWhole,
    repeatedRow: "stale",
    reusedTradeId: "conflicting",
    deletion: "on-request",
    times: "any",
  },
);
stateStoreContract(
  "PostgreSQL",
  opening(openPostgres, ({ state }) => state),
  {
    reopening: "keeps-all",
    bodyCharactersMax: 320_000,
  },
);
atomicStoreContract(
  "PostgreSQL",
  opening(openPostgres, (stores) => stores),
  { reopening: "keeps-all" },
);
analysisStoreContract(
  "PostgreSQL",
  opening(openPostgres, ({ analyses }) => analyses),
  keptWhole,
);
alertStoreContract(
  "PostgreSQL",
  opening(openPostgres, ({ alerts }) => alerts),
  { reopening: "keeps-all" },
);
replacingStoreContract(
  "PostgreSQL",
  opening(openPostgres, (store) => store),
  { rowsOf: "absent" },
);
consistentReadsContract("PostgreSQL", async () => {
  const location = { url: inject("postgresUrl"), schema: freshSchema() };
  const writer = await openPostgres(location);
  const reader = await openPostgres({ ...location, access: "read" });
  return {
    reads: reader,
    read: reader.state,
    write: writer.state,
    async close() {
      await reader.close();
      await writer.close();
      await dropSchema(location.schema);
    },
  };
});
