/** The function that sets days down, as the clock calls it. What it sets down the end-to-end test compares with a report. */
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

async function snapshot() {
  const { handler } = await import("../../lambdas/rolling-snapshot.ts");
  return handler({}, contextOf());
}

async function fold() {
  const { handler } = await import("../../lambdas/stream-processor.ts");
  await handler(streamEvent(frame(line("A", 1), line("A", 2))), contextOf());
}

describe("the rolling snapshot", () => {
  it("has nothing to set down before the first event", async () => {
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
    expect(heard.metrics()).toMatchObject({ DaysTaken: 0, DaysRevised: 0, ConflictingRows: 0 });
  });

  it("writes nothing while the only day is not over", async () => {
    await fold();
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
    expect(tables.items("analysis")).toEqual([]);
  });

  it("writes to no table but its own", async () => {
    await fold();
    const before = tables.calls.length;
    await snapshot();
    const written = tables.calls
      .slice(before)
      .filter((call) => !/^(Get|BatchGet|Query|Scan)/.test(call));
    expect(written.filter((call) => !call.endsWith(" analysis"))).toEqual([]);
  });

  it("fails where a table is throttled, and is whole when the clock calls again", async () => {
    await fold();
    tables.meddle = (call) =>
      call === "Scan state"
        ? Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }))
        : undefined;
    await expect(snapshot()).rejects.toThrow("throttled");
    tables.meddle = () => undefined;
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
  });
});
