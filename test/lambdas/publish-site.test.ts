/** The publisher as a deployment calls it: its bundle with a page beside it, S3 and CloudFormation on this machine. */
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundleFunction } from "../../lib/infra/function-bundle.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";

/** For esbuild on a machine that does other things. */
const BUNDLING_MS = 60_000;
const LISTED = `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>
<Contents><Key>assets/index-1a.js</Key></Contents><Contents><Key>assets/index-0f.js</Key></Contents>
</ListBucketResult>`;

const directory = scratchDirectory();
let server: Server;
let file: string;
/** Requests of S3, in order, without their signatures. */
let calls: string[];
let told: Readonly<Record<string, unknown>>[];
let refusesWrites: boolean;

beforeAll(async () => {
  ({ file } = await bundleFunction({
    name: "publish-site",
    store: "dynamodb",
    folder: directory.path,
  }));
  mkdirSync(`${directory.path}/page/assets`, { recursive: true });
  writeFileSync(`${directory.path}/page/index.html`, '<head><base href="/" /></head>');
  writeFileSync(`${directory.path}/page/assets/index-1a.js`, "js");
  server = createServer(async (request, response) => {
    const body = await text(request);
    const path = String(request.url).replace(/[?].*/, "");
    if (path === "/answer") told.push(JSON.parse(body) as (typeof told)[number]);
    else calls.push(`${request.method} ${path}`);
    const isRefused = refusesWrites && request.method === "PUT" && path !== "/answer";
    response.writeHead(isRefused ? 403 : 200, { "content-type": "application/xml" });
    response.end(request.method === "GET" ? LISTED : isRefused ? DENIED : "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
}, BUNDLING_MS);
afterAll(() => {
  server.closeAllConnections();
  server.close();
  directory.remove();
});
beforeEach(() => {
  calls = [];
  told = [];
  refusesWrites = false;
});

const DENIED = "<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>";

/** @returns the last line that the function's process wrote */
async function call(RequestType: "Create" | "Update" | "Delete"): Promise<string | undefined> {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const event = {
    RequestType,
    ResponseURL: `${base}/answer`,
    StackId: "stack",
    RequestId: "request",
    LogicalResourceId: "Page",
    ...(RequestType === "Create" ? {} : { PhysicalResourceId: "page" }),
    ResourceProperties: { base: "/prod/", config: '{"apiBase":"x"}' },
  };
  const script = `
    const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
    await handler(${JSON.stringify(event)}, { getRemainingTimeInMillis: () => 60_000 }).then(
      () => console.log("done"), (error) => console.log("failed: " + error.name));
    process.exit(0);
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", script],
    {
      env: {
        AWS_ACCESS_KEY_ID: "test",
        // At an address without a name the SDK puts the bucket into the path.
        AWS_ENDPOINT_URL: base,
        AWS_REGION: "eu-west-1",
        AWS_SECRET_ACCESS_KEY: "test",
        BRAWLER_SITE_BUCKET: "site",
        POWERTOOLS_METRICS_NAMESPACE: "Brawler",
        POWERTOOLS_SERVICE_NAME: "publish-site",
      },
    },
  );
  return stdout.trim().split("\n").at(-1);
}

describe("the publisher", () => {
  it.each(["Create", "Update"] as const)(
    "on %s puts the page and takes what is old",
    async (type) => {
      expect(await call(type)).toBe("done");
      expect(calls).toEqual([
        "PUT /site/assets/index-1a.js",
        "PUT /site/config.json",
        "PUT /site/index.html",
        "GET /site/",
        "POST /site/",
      ]);
      expect(told).toEqual([
        expect.objectContaining({ Status: "SUCCESS", PhysicalResourceId: "page" }),
      ]);
    },
  );

  it("leaves the bucket alone when the page is deleted: it goes with its stack", async () => {
    expect(await call("Delete")).toBe("done");
    expect(calls).toEqual([]);
    expect(told).toEqual([expect.objectContaining({ Status: "SUCCESS" })]);
  });

  it.each(["Create", "Update"] as const)("tells CloudFormation why a %s failed", async (type) => {
    refusesWrites = true;
    expect(await call(type)).toBe("failed: AccessDenied");
    expect(told).toEqual([
      expect.objectContaining({
        Status: "FAILED",
        Reason: "Access Denied",
        PhysicalResourceId: type === "Create" ? "none" : "page",
      }),
    ]);
  });
});
