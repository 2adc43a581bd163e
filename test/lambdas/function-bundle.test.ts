/** Every function's bundle, built as the stack builds it: how large it is, what is in it, and that it runs. */
import "./environment.ts";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltBundle, bundleFunction } from "../../lib/infra/function-bundle.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { type AwsServer, awsServer, failure, type Plan, s3Failure } from "./aws-server.ts";
import { frame, line, streamEvent } from "./events.ts";

const KIB = 1_024;
/** For esbuild on a machine that does other things. */
const BUNDLING_MS = 60_000;

/** KiB at most, by store: what a function may grow before somebody looks at what made it. */
const BUDGETS = [
  { name: "alert-notifier", dynamodb: 250, timestream: 250 },
  { name: "api", dynamodb: 480, timestream: 520 },
  { name: "historical-analysis", dynamodb: 250, timestream: 290 },
  { name: "mock-brawler", dynamodb: 355, timestream: 355 },
  { name: "publish-site", dynamodb: 245, timestream: 245 },
  { name: "redrive", dynamodb: 420, timestream: 440 },
  { name: "restate", dynamodb: 445, timestream: 480 },
  { name: "rolling-snapshot", dynamodb: 270, timestream: 310 },
  { name: "slack-notifier", dynamodb: 230, timestream: 230 },
  { name: "stream-processor", dynamodb: 410, timestream: 430 },
  { name: "sweeper", dynamodb: 260, timestream: 280 },
] as const;

const STORES = ["dynamodb", "timestream"] as const;

/** Follows `line("A", 1)`. */
const TRADE = JSON.stringify({
  type: "trade",
  instrument: "A",
  time: 1_767_225_600_002_000,
  sequence: 2,
  tradeId: "T1",
  side: "buy",
  price: "99.9",
  quantity: "1",
  liquidity: "maker",
  fee: "0",
});

function urlOf(bundle: Pick<BuiltBundle, "file"> | undefined): string {
  return JSON.stringify(pathToFileURL(bundle?.file ?? "none").href);
}

/** In a process of its own, with what a function has in its environment; answers all that it says. */
async function runScript(script: string, endpoint: string): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      env: {
        ...process.env,
        AWS_ACCESS_KEY_ID: "test",
        AWS_ENDPOINT_URL: endpoint,
        AWS_SECRET_ACCESS_KEY: "test",
        BRAWLER_TIMESTREAM_DATABASE: "database",
      },
    },
  );
  return `${stdout}${stderr}`;
}

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

  it.each(STORES)("is a handler once it is loaded, for %s", async (store) => {
    const script = `console.log(typeof (await import(${urlOf(bundles.get(store))})).handler); process.exit(0);`;
    expect((await runScript(script, "http://127.0.0.1:1")).trim()).toBe("function");
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

/** Failures that the SDK has to tell by their name, and some by their class and its fields. */
const PLAN: Plan = {
  // What is to be archived turns out to be there.
  "S3 PUT": (nth) => [s3Failure(503, "SlowDown"), s3Failure(412, "PreconditionFailed")][nth],
  // Another writer, who then is not there.
  "PutItem state": (nth) => [failure("ConditionalCheckFailedException")][nth],
  // The trade stands under another sequence.
  "PutItem metrics": (nth, { Item }) => {
    if (nth === 0) return failure("ProvisionedThroughputExceededException");
    const standing = { ...Item, sequence: { N: "999" } };
    return Item?.["series"] === undefined
      ? undefined
      : failure("ConditionalCheckFailedException", { Item: standing });
  },
  "WriteRecords rollup_1h": (nth) => [failure("ThrottlingException"), REJECTED][nth],
};
const REJECTED = failure("RejectedRecordsException", {
  RejectedRecords: [{ RecordIndex: 0, Reason: "too old for the store" }],
});

describe.each(STORES)("the stream processor's bundle for %s, in a process of its own", (store) => {
  const directory = scratchDirectory();
  let server: AwsServer;
  /** All that it logged, and its answer. */
  let output: string;

  beforeAll(async () => {
    const folder = `${directory.path}/bundle`;
    const bundle = await bundleFunction({ name: "stream-processor", store, folder });
    server = await awsServer(PLAN);
    const script = `
      const { handler } = await import(${urlOf(bundle)});
      const context = { getRemainingTimeInMillis: () => 60_000 };
      console.log(JSON.stringify(await handler(${JSON.stringify(streamEvent(frame(line("A", 1), TRADE)))}, context)));
      process.exit(0);
    `;
    output = await runScript(script, server.url);
  }, BUNDLING_MS);
  afterAll(async () => {
    await server.close();
    directory.remove();
  });

  const asked = (call: string) => server.calls.filter((one) => one === call).length;

  it("answers for the whole batch", () => {
    expect(output).toContain('{"batchItemFailures":[]}');
  });

  it("archives first, once more where S3 is busy, and takes an archived batch for archived", () => {
    expect(server.calls.slice(0, 3)).toEqual(["S3 PUT", "S3 PUT", "GetItem state"]);
  });

  it("commits again after a lost race", () => {
    expect(asked("PutItem state")).toBe(2);
  });

  it("sends again what was throttled, and reads what stands in a row's place", () => {
    expect(output).toContain("trades stand under another sequence");
    expect(output).toContain('"ConflictingRows":1');
  });

  it("writes to Timestream where the stage has it, and tells of rows that it rejected", () => {
    const found = {
      searches: asked("DescribeEndpoints"),
      writes: asked("WriteRecords rollup_1h"),
      refused: output.includes('"RefusedRows":1') && output.includes("too old for the store"),
    };
    expect(found).toEqual(
      store === "timestream"
        ? // The first was throttled.
          { searches: 1, writes: 2, refused: true }
        : { searches: 0, writes: 0, refused: false },
    );
  });
});
