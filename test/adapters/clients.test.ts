/**
 * Goal: no call to AWS waits for ever. Method: the clients of the ways out meet a server that takes requests and never
 * answers, and the shipped sources are searched for a client that is made anywhere but in its factory.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { PublishCommand } from "@aws-sdk/client-sns";
import { describe, expect, it } from "vitest";
import { secretsClient } from "../../lib/adapters/secrets/client.ts";
import { snsClient } from "../../lib/adapters/sns/client.ts";
import { filesMatching, linesMatching, read } from "../tidy/tree.ts";

interface Settings {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly attemptsMax: number;
  readonly requestTimeoutMs: number;
}

const CLIENTS = [
  {
    service: "SNS",
    ask: (settings: Settings) =>
      snsClient(settings).send(new PublishCommand({ TopicArn: "arn:aws:sns:x", Message: "m" })),
  },
  {
    service: "Secrets Manager",
    ask: (settings: Settings) =>
      secretsClient(settings).send(new GetSecretValueCommand({ SecretId: "brawler/slack" })),
  },
];

/** How a call ends at a server that never answers, and how often it was asked. */
async function askSilence(ask: (settings: Settings) => Promise<unknown>) {
  let asked = 0;
  const server = createServer(() => {
    asked += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings: Settings = {
    region: "eu-west-1",
    endpoint: `http://127.0.0.1:${port}`,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    attemptsMax: 2,
    requestTimeoutMs: 60,
  };
  const outcome = await ask(settings).catch((error: unknown) => (error as Error).name);
  server.closeAllConnections();
  server.close();
  return { outcome, asked };
}

describe("a service that never answers", () => {
  it.each(CLIENTS)("is given up on after all attempts: $service", async ({ ask }) => {
    expect(await askSilence(ask)).toEqual({ outcome: "TimeoutError", asked: 2 });
  });
});

describe("a client of AWS", () => {
  it("is made by a factory that sets its timeouts and attempts, and nowhere else", () => {
    const importing = filesMatching("{bin,dashboard,lambdas,lib}/**/*.{ts,tsx}").filter((path) =>
      read(path).includes("@aws-sdk/client-"),
    );
    const made = linesMatching(importing, /\bnew [A-Z]\w*Client\(/);
    expect([...new Set(made.map(({ at }) => at.replace(/:\d+$/, "")))]).toEqual(FACTORIES);
    for (const path of FACTORIES) expect(read(path)).toMatch(/NodeHttpHandler|clientSettings/);
  });
});

const FACTORIES = [
  "lib/adapters/account/deployment-account.ts",
  "lib/adapters/account/release-stack.ts",
  "lib/adapters/dynamodb/client.ts",
  "lib/adapters/kinesis/client.ts",
  "lib/adapters/s3/client.ts",
  "lib/adapters/secrets/client.ts",
  "lib/adapters/sns/client.ts",
  "lib/adapters/timestream/clients.ts",
];
