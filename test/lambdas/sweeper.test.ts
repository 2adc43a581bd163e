/** The sweeper as the clock calls it, over what a processor that died left owed. */
import "./environment.ts";
import { S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type BucketModel, modelObjects } from "../adapters/s3/bucket-model.ts";
import { frame, line, streamEvent } from "./events.ts";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

const NOW = Date.UTC(2026, 0, 2);
const MINUTE_MS = 60_000;

let tables: TablesModel;
let bucket: Omit<BucketModel, "bucket">;
let heard: Heard;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  tables = tablesModel();
  bucket = modelObjects(mockClient(S3Client));
  heard = listen();
  vi.resetModules();
});
afterEach(() => {
  tables.restore();
  bucket.mock.restore();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const throttled = () =>
  Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }));
const owing = () => tables.items("state").filter(({ dirtySince }) => dirtySince !== undefined);

async function sweep() {
  const { handler } = await import("../../lambdas/sweeper.ts");
  return handler({}, contextOf());
}

/** Commits both instruments; their rows are not stored. */
async function owe() {
  const { handler } = await import("../../lambdas/stream-processor.ts");
  tables.meddle = (call) => (call === "PutItem metrics" ? throttled() : undefined);
  await handler(streamEvent(frame(line("A", 1), line("B", 1))), contextOf());
  tables.meddle = () => undefined;
}

describe("the sweeper", () => {
  it("has nothing to do where nothing is owed", async () => {
    expect(await sweep()).toEqual({ flushed: 0 });
    expect(heard.metrics()).toMatchObject({ Swept: 0, SweepFailures: 0 });
  });

  it("leaves what has been owed for less than a minute to whoever is at work on it", async () => {
    await owe();
    vi.setSystemTime(NOW + MINUTE_MS - 1);
    expect(await sweep()).toEqual({ flushed: 0 });
    expect(owing()).toHaveLength(2);
  });

  it("stores what is owed, once", async () => {
    await owe();
    expect(tables.items("metrics")).toEqual([]);
    vi.setSystemTime(NOW + MINUTE_MS + 1);
    expect(await sweep()).toEqual({ flushed: 2 });
    expect(tables.items("metrics").length).toBeGreaterThan(0);
    expect(owing()).toEqual([]);
    expect(await sweep()).toEqual({ flushed: 0 });
  });

  it("fails for what it could not store, and says whose it is; the rest is stored", async () => {
    await owe();
    vi.setSystemTime(NOW + MINUTE_MS + 1);
    tables.meddle = (call, input) =>
      call === "GetItem state" && JSON.stringify(input).includes("main#B")
        ? throttled()
        : undefined;
    await expect(sweep()).rejects.toThrow("not swept");
    expect(heard.metrics()).toMatchObject({ Swept: 1, SweepFailures: 1 });
    expect(heard.text()).toContain('"instrument": "B"');
    tables.meddle = () => undefined;
    expect(await sweep()).toEqual({ flushed: 1 });
  });

  it("fails where the table cannot be asked what is owed", async () => {
    tables.meddle = (call) => (call === "Scan state" ? throttled() : undefined);
    await expect(sweep()).rejects.toThrow("Scan on table state was throttled");
  });
});
