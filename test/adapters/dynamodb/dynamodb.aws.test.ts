/** The DynamoDB adapters against an emulator of it: every contract, and what only a real server can say. */
import { dynamoDbStateStore } from "../../../lib/adapters/dynamodb/state-store.ts";
import { STATE_TABLE } from "../../../lib/adapters/dynamodb/tables.ts";
import { stateStoreContract } from "../../contract/state-store.contract.ts";
import { openingTable } from "./emulated-table.ts";

stateStoreContract("DynamoDB", openingTable(STATE_TABLE, dynamoDbStateStore), {
  reopening: "keeps-all",
  bodyCharactersMax: 320_000,
});
