/** What goes over the wire, as a server of our own sees it. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { timestreamClients } from "../../../lib/adapters/timestream/clients.ts";
import {
  requireTimestream,
  timestreamMetricStore,
} from "../../../lib/adapters/timestream/metric-store.ts";

const CREDENTIALS = { accessKeyId: "key", secretAccessKey: "secret" };

describe("timestreamClients", () => {
  let server: Server;
  const targets: (string | undefined)[] = [];
  const answers: { status: number; body: object }[] = [];

  beforeEach(async () => {
    targets.length = 0;
    answers.length = 0;
    server = createServer((request, response) => {
      targets.push(String(request.headers["x-amz-target"]).split(".").at(-1));
      const { status, body } = answers.shift() ?? { status: 200, body: {} };
      response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
      response.end(JSON.stringify(body));
      request.resume();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const open = () => {
    const { port } = server.address() as AddressInfo;
    return timestreamClients({
      region: "eu-west-1",
      endpoint: `http://127.0.0.1:${port}`,
      credentials: CREDENTIALS,
      attemptsMax: 3,
    });
  };
  const denied = (message: string) => ({
    status: 403,
    body: { __type: "com.amazonaws.timestream#AccessDeniedException", message },
  });
  const upsertOne = () => {
    const store = timestreamMetricStore({ clients: open(), database: "brawler" });
    const row = {
      account: "a",
      instrument: "b",
      sequence: 1,
      tradeId: "T1",
      version: 4,
      value: "{}",
    };
    return store.upsertTrades([{ ...row, time: 1 as never }]);
  };

  it("asks the given endpoint for what it wants, and no one for endpoints", async () => {
    await requireTimestream(open());
    expect((await upsertOne()).written).toBe(1);
    expect(targets).toEqual(["Query", "WriteRecords"]);
  });

  it("knows a closed account by what the service says, and does not ask again", async () => {
    answers.push(
      denied("Only existing Timestream for LiveAnalytics customers can access the service."),
    );
    await expect(requireTimestream(open())).rejects.toMatchObject({ kind: "closed" });
    answers.push(denied("User is not authorized to perform: timestream:Select"));
    await expect(requireTimestream(open())).rejects.toMatchObject({ kind: "denied" });
    expect(targets).toHaveLength(2);
  });

  it("sends again what was throttled, and not what was rejected", async () => {
    const throttled = {
      status: 400,
      body: { __type: "ThrottlingException", message: "slow down" },
    };
    answers.push(throttled, throttled);
    expect((await upsertOne()).written).toBe(1);
    expect(targets).toHaveLength(3);
    const RejectedRecords = [{ RecordIndex: 0, Reason: "version", ExistingVersion: 9 }];
    answers.push({
      status: 419,
      body: { __type: "RejectedRecordsException", Message: "rejected", RejectedRecords },
    });
    expect(await upsertOne()).toEqual({ written: 0, stale: 1, conflicting: [] });
    expect(targets).toHaveLength(4);
  });

  it.each([
    {
      message: "Only existing Timestream for LiveAnalytics customers can access the service.",
      kind: "closed",
    },
    { message: "User is not authorized to perform: timestream:DescribeEndpoints", kind: "denied" },
  ])(
    "knows from the search for endpoints, which comes first on AWS, that the account is $kind",
    async ({ message, kind }) => {
      const clients = timestreamClients({ region: "eu-west-1", credentials: CREDENTIALS });
      const asked: unknown[] = [];
      const handle = async (request: { readonly headers: Readonly<Record<string, string>> }) => {
        asked.push(request.headers["x-amz-target"]?.split(".").at(-1));
        const { status: statusCode, body } = denied(message);
        const headers = { "content-type": "application/x-amz-json-1.0" };
        return { response: { statusCode, headers, body: Readable.from([JSON.stringify(body)]) } };
      };
      Object.assign(clients.query.config, { requestHandler: { handle } });
      const checked = requireTimestream(clients);
      await expect(checked).rejects.toMatchObject({ kind });
      await expect(checked).rejects.toThrow(message);
      expect(asked).toEqual(["DescribeEndpoints"]);
    },
  );
});
