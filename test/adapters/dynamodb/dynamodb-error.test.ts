/** Each failure of DynamoDB, of the network and of the SDK gets the kind that says what to do about it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { describe, expect, it } from "vitest";
import { dynamoDbClient } from "../../../lib/adapters/dynamodb/client.ts";
import {
  type DynamoDbError,
  explainDynamoDbError,
} from "../../../lib/adapters/dynamodb/dynamodb-error.ts";
import { dynamoDbStateStore } from "../../../lib/adapters/dynamodb/state-store.ts";

const CALL = { table: "prod-state", operation: "PutItem" };

const service = (name: string, status: number) =>
  new DynamoDBServiceException({
    name,
    message: "what AWS says",
    $fault: status < 500 ? "client" : "server",
    $metadata: { httpStatusCode: status },
  });

describe("an answer of DynamoDB", () => {
  const permanent = { status: 400, isTransient: false, isOutcomeUnknown: false } as const;
  const throttled = { ...permanent, kind: "throttled", isTransient: true } as const;
  const unavailable = { kind: "unavailable", isTransient: true, isOutcomeUnknown: true } as const;

  it.each([
    { name: "ProvisionedThroughputExceededException", ...throttled },
    { name: "RequestLimitExceeded", ...throttled },
    { name: "ThrottlingException", ...throttled },
    { name: "InternalServerError", status: 500, ...unavailable },
    { name: "SomethingNew", status: 503, ...unavailable },
    { name: "AccessDeniedException", kind: "access-denied", ...permanent },
    { name: "UnrecognizedClientException", kind: "credentials", ...permanent },
    { name: "ExpiredTokenException", kind: "credentials", ...permanent },
    { name: "ResourceNotFoundException", kind: "table-missing", ...permanent },
    { name: "ValidationException", kind: "refused", ...permanent },
  ])("$name is $kind", ({ name, status, ...expected }) => {
    const cause = service(name, status);
    const error = explainDynamoDbError(cause, CALL) as DynamoDbError;
    expect(error).toMatchObject({ ...expected, cause });
    expect(error.message).toContain("prod-state");
    expect(error.message).toContain("PutItem");
    expect(error.message).toContain("what AWS says");
  });

  it("that says nothing about the table stays what it is", () => {
    const failed = service("ConditionalCheckFailedException", 400);
    expect(explainDynamoDbError(failed, CALL)).toBe(failed);
    expect(explainDynamoDbError("text", CALL)).toBe("text");
  });
});

describe("a real socket", () => {
  it("that answers too late is timed out, with an unknown outcome, after all attempts", async () => {
    let asked = 0;
    await withServer(
      createServer(() => {
        asked += 1;
      }),
      async (endpoint) => {
        const error = await failureAt(endpoint);
        expect(error).toMatchObject({
          kind: "timed-out",
          isTransient: true,
          isOutcomeUnknown: true,
        });
      },
    );
    expect(asked).toBe(2);
  });

  it("that is cut off leaves the outcome unknown", async () => {
    const server = createServer((request) => request.socket.destroy());
    await withServer(server, async (endpoint) => {
      expect(await failureAt(endpoint)).toMatchObject({ kind: "timed-out" });
    });
  });

  it("that nobody listens on is unreachable: nothing was done", async () => {
    let free = "";
    await withServer(createServer(), (endpoint) => {
      free = endpoint;
      return Promise.resolve();
    });
    expect(await failureAt(free)).toMatchObject({
      kind: "unreachable",
      isTransient: true,
      isOutcomeUnknown: false,
    });
  });

  it("that throttles once is asked again, and the caller never knows", async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      const type = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
      response.writeHead(asked === 1 ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
      response.end(asked === 1 ? JSON.stringify({ __type: type }) : "{}");
    });
    await withServer(server, async (endpoint) => {
      expect(await commitAt(endpoint)).toEqual({ outcome: "committed" });
    });
    expect(asked).toBe(2);
  });
});

/** The real client, with little patience. */
async function commitAt(endpoint: string): Promise<unknown> {
  const client = dynamoDbClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    attemptsMax: 2,
    requestTimeoutMs: 60,
  });
  const store = dynamoDbStateStore({ client, name: "prod-state" });
  const next = { epoch: 1, gen: 1, body: "", summary: "" };
  try {
    return await store.commit({ account: "a", instrument: "b" }, undefined, next);
  } finally {
    client.destroy();
  }
}

const failureAt = (endpoint: string) =>
  commitAt(endpoint).then(
    (outcome) => expect.unreachable(`was ${JSON.stringify(outcome)}`),
    (error: unknown) => error,
  );

async function withServer(
  server: Server,
  work: (endpoint: string) => Promise<void>,
): Promise<void> {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}
