/** The function that looks at the past as a whole, as the clock calls it. What it finds `analyze-history.test.ts` judges. */
import "./environment.ts";
import { S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BucketModel, modelObjects } from "../adapters/s3/bucket-model.ts";
import { frame, line, streamEvent } from "./events.ts";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

let tables: TablesModel;
let bucket: Omit<BucketModel, "bucket">;
let heard: Heard;

beforeEach(() => {
  tables = tablesModel();
  bucket = modelObjects(mockClient(S3Client));
  heard = listen();
  vi.resetModules();
});
afterEach(() => {
  tables.restore();
  bucket.mock.restore();
  vi.restoreAllMocks();
});

async function analyse() {
  const { handler } = await import("../../lambdas/historical-analysis.ts");
  return handler({}, contextOf());
}

async function fold() {
  const { handler } = await import("../../lambdas/stream-processor.ts");
  await handler(streamEvent(frame(line("A", 1), line("A", 2))), contextOf());
}

describe("the historical analysis", () => {
  it("has nothing to say before the first event", async () => {
    expect(await analyse()).toEqual({ written: 0, found: 0 });
    expect(heard.metrics()).toMatchObject({ TrendsWritten: 0, TrendsFound: 0 });
  });

  it("writes what it found, and to no table but its own", async () => {
    await fold();
    const before = tables.calls.length;
    expect(await analyse()).toEqual({ written: 2, found: 0 });
    const puts = tables.calls.slice(before).filter((call) => call.startsWith("PutItem"));
    expect(puts).toEqual(["PutItem analysis", "PutItem analysis"]);
  });

  it("fails where a table is throttled, and is whole when the clock calls again", async () => {
    await fold();
    tables.meddle = (call) =>
      call === "PutItem analysis"
        ? Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }))
        : undefined;
    await expect(analyse()).rejects.toThrow("throttled");
    tables.meddle = () => undefined;
    expect(await analyse()).toEqual({ written: 2, found: 0 });
  });
});
