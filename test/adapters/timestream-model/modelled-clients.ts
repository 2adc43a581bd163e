import { QueryCommand, TimestreamQueryClient } from "@aws-sdk/client-timestream-query";
import { TimestreamWriteClient, WriteRecordsCommand } from "@aws-sdk/client-timestream-write";
import { mockClient } from "aws-sdk-client-mock";
import type { TimestreamClients } from "../../../lib/adapters/timestream/clients.ts";
import type { TimestreamModel } from "./model.ts";

/** Clients of the SDK whose requests the model answers, and nothing is sent. */
export function modelledClients(model: TimestreamModel): TimestreamClients {
  const write = new TimestreamWriteClient({ region: "eu-west-1" });
  const query = new TimestreamQueryClient({ region: "eu-west-1" });
  mockClient(write)
    .on(WriteRecordsCommand)
    .callsFake((input) => model.write(input));
  mockClient(query)
    .on(QueryCommand)
    .callsFake((input) => model.query(input));
  return { write, query };
}
