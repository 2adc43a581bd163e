/** Every function's bundle, built as the stack builds it: how large it is, what is in it, and that it runs. */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type BuiltBundle,
  bundleFunction,
  withPlainKeys,
} from "../../lib/infra/function-bundle.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";

const KIB = 1_024;
/** For esbuild on a machine that does other things. */
const BUNDLING_MS = 60_000;

/** KiB at most, by store: what a function may grow before somebody looks at what made it. */
const BUDGETS = [
  { name: "alert-notifier", dynamodb: 270, timestream: 270 },
  { name: "api", dynamodb: 490, timestream: 535 },
  { name: "historical-analysis", dynamodb: 275, timestream: 320 },
  { name: "mock-brawler", dynamodb: 400, timestream: 400 },
  { name: "publish-site", dynamodb: 270, timestream: 270 },
  { name: "redrive", dynamodb: 455, timestream: 500 },
  { name: "rolling-snapshot", dynamodb: 295, timestream: 340 },
  { name: "slack-notifier", dynamodb: 250, timestream: 250 },
  { name: "stream-processor", dynamodb: 450, timestream: 490 },
  { name: "sweeper", dynamodb: 270, timestream: 315 },
] as const;

const STORES = ["dynamodb", "timestream"] as const;

describe.each(BUDGETS)("the bundle of $name", ({ name, ...budgets }) => {
  const directory = scratchDirectory();
  const bundles = new Map<string, BuiltBundle>();
  const inside = (store: string) => bundles.get(store)?.modules.join("\n") ?? "";

  beforeAll(async () => {
    for (const store of STORES) {
      const folder = `${directory.path}/${store}`;
      bundles.set(store, await bundleFunction({ name, store, folder }));
    }
  }, BUNDLING_MS);
  afterAll(() => directory.remove());

  it.each(STORES)("is within its budget for %s", (store) => {
    const bytes = bundles.get(store)?.bytes ?? Number.NaN;
    expect(bytes).toBeLessThanOrEqual(budgets[store] * KIB);
    // Nor has the budget outlived what it was set for.
    expect(bytes).toBeGreaterThan(budgets[store] * KIB * 0.9);
  });

  it("is of a function that only wires: 40 lines at most", () => {
    const source = readFileSync(new URL(`../../lambdas/${name}.ts`, import.meta.url), "utf8");
    expect(source.trimEnd().split("\n").length).toBeLessThanOrEqual(40);
  });

  it("knows nothing of Timestream where the stage has none", () => {
    expect(inside("dynamodb")).not.toContain("timestream");
  });

  it("holds neither a search for credentials nor a tracing SDK", () => {
    for (const store of STORES) {
      expect(inside(store)).not.toMatch(/credential-provider-(ini|sso|process|login)|xray/);
      expect(inside(store)).toContain("credential-provider-env");
    }
  });
});

describe("the stream processor's bundle, in a process of its own", () => {
  const directory = scratchDirectory();
  const calls: string[] = [];
  let server: Server;
  let file: string;

  /** S3 and DynamoDB as far as a first batch asks; the first commit meets another writer, who then is not there. */
  async function answer(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const body = await text(request);
    const operation =
      String(request.headers["x-amz-target"] ?? "S3")
        .split(".")
        .at(-1) ?? "";
    const { TableName = "" } =
      operation === "S3" ? {} : (JSON.parse(body) as { TableName?: string });
    const call = operation === "S3" ? `S3 ${request.method}` : `${operation} ${TableName}`.trim();
    calls.push(call);
    if (call === "PutItem state" && calls.filter((one) => one === call).length === 1) {
      const __type = "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException";
      return {
        status: 400,
        body: JSON.stringify({ __type, message: "The conditional request failed" }),
      };
    }
    return { status: 200, body: operation === "S3" ? "" : "{}" };
  }

  beforeAll(async () => {
    const folder = `${directory.path}/bundle`;
    ({ file } = await bundleFunction({ name: "stream-processor", store: "dynamodb", folder }));
    server = createServer((request, response) => {
      void answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
        response.end(body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }, BUNDLING_MS);
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    directory.remove();
  });

  it("archives, commits again after a lost race, and stores, with the pruned SDK", async () => {
    const line = { type: "reference", instrument: "A", time: 1_767_225_600_000_000, sequence: 1 };
    const data = Buffer.from(JSON.stringify({ ...line, bid: "99.9", ask: "100.1" })).toString(
      "base64",
    );
    const kinesis = {
      sequenceNumber: "1",
      partitionKey: "A",
      data,
      approximateArrivalTimestamp: 1,
    };
    const event = { Records: [{ eventID: "shardId-000000000000:1", kinesis }] };
    const script = `
      const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
      const context = { getRemainingTimeInMillis: () => 60_000 };
      console.log(JSON.stringify(await handler(${JSON.stringify(event)}, context)));
      process.exit(0);
    `;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--input-type=module", "--eval", script],
      {
        env: {
          AWS_ACCESS_KEY_ID: "test",
          AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
          AWS_REGION: "eu-west-1",
          AWS_SECRET_ACCESS_KEY: "test",
          BRAWLER_ARCHIVE_BUCKET: "archive",
          BRAWLER_CONFIG: "{}",
          BRAWLER_METRICS_TABLE: "metrics",
          BRAWLER_STATE_TABLE: "state",
          POWERTOOLS_METRICS_NAMESPACE: "Brawler",
          POWERTOOLS_SERVICE_NAME: "stream-processor",
        },
      },
    );
    expect(stdout.trim().split("\n").at(-1)).toBe('{"batchItemFailures":[]}');
    expect(calls[0]).toBe("S3 PUT");
    expect(calls.filter((call) => call === "PutItem state").length).toBeGreaterThan(1);
    expect(calls).toContain("PutItem metrics");
  });
});

describe("withPlainKeys", () => {
  it("writes out keys that are constants of the module", () => {
    const source =
      'const _a = "alpha";\nconst _n = 1;\nvar X = [{ [_a]: 1, [_n]: 2, [other]: 3 }];\n';
    expect(withPlainKeys(source)).toBe(
      'const _a = "alpha";\nconst _n = 1;\nvar X = [{ "alpha": 1, [_n]: 2, [other]: 3 }];\n',
    );
  });

  it("leaves elements of lists alone", () => {
    const source = 'const _a = "alpha";\nvar X = flag ? [_a] : [_a, 1];\n';
    expect(withPlainKeys(source)).toBe(source);
  });
});
