import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import type { CloudFormationCustomResourceEvent } from "aws-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answerCloudFormation } from "../../lambdas/cloudformation-answer.ts";

describe("answerCloudFormation", () => {
  let server: Server;
  let told: { readonly type: string | undefined; readonly body: unknown }[];

  beforeAll(async () => {
    server = createServer(async (request, response) => {
      told.push({ type: request.headers["content-type"], body: await json(request) });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    told = [];
  });

  const event = () => {
    const { port } = server.address() as AddressInfo;
    return {
      RequestType: "Create",
      ResponseURL: `http://127.0.0.1:${port}/signed?X-Amz-Signature=1`,
      StackId: "stack",
      RequestId: "request",
      LogicalResourceId: "Page",
      ResourceType: "Custom::BrawlerPage",
      ServiceToken: "arn",
      ResourceProperties: { ServiceToken: "arn" },
    } as CloudFormationCustomResourceEvent;
  };

  it("tells of success, with whose it is", async () => {
    await answerCloudFormation(event(), async () => ({ physicalId: "page" }));
    expect(told).toEqual([
      {
        type: "",
        body: {
          Status: "SUCCESS",
          PhysicalResourceId: "page",
          StackId: "stack",
          RequestId: "request",
          LogicalResourceId: "Page",
        },
      },
    ]);
  });

  it("tells of a failure with its reason, and throws it", async () => {
    const work = () => Promise.reject(new Error("no such bucket"));
    await expect(answerCloudFormation(event(), work)).rejects.toThrow("no such bucket");
    expect(told[0]?.body).toMatchObject({ Status: "FAILED", Reason: "no such bucket" });
  });
});
