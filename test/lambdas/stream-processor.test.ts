/** The processor as the event source mapping calls it; what the mapping does with the answer is AWS's to keep. */
import "./environment.ts";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { frame, line, streamEvent } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { stackModel } from "./stack-model.ts";
import type { Item } from "./tables-model.ts";

type Handler = typeof import("../../lambdas/stream-processor.ts").handler;

const DONE = { batchItemFailures: [] };
const from = (sequence: string) => ({ batchItemFailures: [{ itemIdentifier: sequence }] });
const never = new Promise<never>(() => {});

const stack = stackModel();
let handler: Handler;

beforeEach(async () => {
  ({ handler } = await import("../../lambdas/stream-processor.ts"));
});

const committed = () =>
  stack.tables
    .items("state")
    .map(({ pk }) => pk?.S)
    .sort();
const rowKeys = () => stack.tables.items("metrics").map(({ pk, sk }) => [pk?.S, sk?.S]);
const keys = (prefix: string) =>
  [...stack.bucket.objects.keys()].filter((key) => key.startsWith(prefix));

/** Lets a call on an instrument's state fail, or hang. */
function meddle(
  operation: "GetItem" | "PutItem",
  instrument: string,
  answer: () => Promise<unknown>,
) {
  stack.tables.meddle = (call, input) => {
    const { Key, Item: item } = input as { Key?: Item; Item?: Item };
    const isMeant = (Key ?? item)?.["pk"]?.S === `main#${instrument}`;
    return call === `${operation} state` && isMeant ? answer() : undefined;
  };
}

function failure(name: string): Error {
  return Object.assign(new Error(`${name} of the test`), { name });
}

describe("a batch", () => {
  const batch = streamEvent(
    frame(line("A", 1), line("B", 1)),
    frame(line("A", 2)),
    frame(line("B", 2), line("B", 3)),
  );

  it("is archived before it is committed, and its rows are stored", async () => {
    expect(await handler(batch, contextOf())).toEqual(DONE);
    expect(keys("raw/")).toHaveLength(1);
    expect(committed()).toEqual(["main#A", "main#B"]);
    expect(stack.tables.items("metrics").length).toBeGreaterThan(0);
    expect(stack.heard.metrics()).toMatchObject({ Applied: 5, Duplicates: 0, Quarantined: 0 });
  });

  it("delivered again is nothing but duplicates, and stores no other row", async () => {
    await handler(batch, contextOf());
    const [rows, objects] = [rowKeys(), [...stack.bucket.objects.keys()]];
    expect(await handler(batch, contextOf())).toEqual(DONE);
    expect(stack.heard.metrics()).toMatchObject({ Applied: 0, Duplicates: 5 });
    expect(rowKeys()).toEqual(rows);
    expect([...stack.bucket.objects.keys()]).toEqual(objects);
  });

  it("is committed again where another writer was first", async () => {
    await handler(batch, contextOf());
    vi.resetModules();
    const other = (await import("../../lambdas/stream-processor.ts")).handler;
    await other(streamEvent(frame(line("A", 3))), contextOf());
    // The first is warm, and its state is the older one now.
    expect(
      await handler(streamEvent(frame(line("A", 3)), frame(line("A", 4))), contextOf()),
    ).toEqual(DONE);
    expect(stack.heard.metrics()).toMatchObject({ Applied: 1, Duplicates: 1 });
  });

  it("that is no event of the stream fails as a whole, so that the mapping bisects it", async () => {
    for (const event of [{}, { Records: [] }, { Records: [{ kinesis: {} }] }, null, "text"]) {
      await expect(handler(event, contextOf())).rejects.toThrow("expected an event of Kinesis");
    }
  });
});

describe("a poison record", () => {
  it.each([
    { poison: "not base64 %%", says: "not-base64" },
    { poison: frame("{no json"), says: "not-json" },
    { poison: frame('{"type":"trade"}'), says: "missing" },
    { poison: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3]).toString("base64"), says: "zstd" },
  ])("($says) is set aside, archived and counted, and holds nobody up", async ({ poison }) => {
    const batch = streamEvent(frame(line("A", 1)), poison, frame(line("A", 2)));
    expect(await handler(batch, contextOf())).toEqual(DONE);
    expect(stack.heard.metrics()).toMatchObject({ Applied: 2, Quarantined: 1 });
    expect(keys("quarantine/")).toHaveLength(1);
    expect(keys("raw/")).toHaveLength(1);
  });
});

describe("a batch of which a part fails", () => {
  const batch = streamEvent(
    frame(line("A", 1)),
    frame(line("B", 1)),
    frame(line("A", 2)),
    frame(line("B", 2)),
  );

  it.each([
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "InternalServerError",
    "TimeoutError",
    "AccessDeniedException",
  ])("by %s answers with the lowest record of it; the rest is committed", async (name) => {
    meddle("PutItem", "B", () => Promise.reject(failure(name)));
    expect(await handler(batch, contextOf())).toEqual(from("2"));
    expect(committed()).toEqual(["main#A"]);
    expect(stack.heard.text()).toContain("a record is delivered again");
  });

  it("is made whole by the delivery from there", async () => {
    meddle("PutItem", "B", () => Promise.reject(failure("ThrottlingException")));
    await handler(batch, contextOf());
    stack.tables.meddle = () => undefined;
    const rest = { Records: batch.Records.slice(1) };
    expect(await handler(rest, contextOf())).toEqual(DONE);
    expect(committed()).toEqual(["main#A", "main#B"]);
    expect(stack.heard.metrics()).toMatchObject({ Applied: 2, Duplicates: 1 });
  });

  it("names the lowest where several failed", async () => {
    stack.tables.meddle = (call) =>
      call === "PutItem state" ? Promise.reject(failure("ThrottlingException")) : undefined;
    expect(await handler(batch, contextOf())).toEqual(from("1"));
  });

  it("comes again when its rows were not stored, though it is committed", async () => {
    stack.tables.meddle = (call) =>
      call === "PutItem metrics" ? Promise.reject(failure("ThrottlingException")) : undefined;
    expect(await handler(batch, contextOf())).toEqual(from("1"));
    stack.tables.meddle = () => undefined;
    expect(await handler(batch, contextOf())).toEqual(DONE);
    expect(stack.tables.items("metrics").length).toBeGreaterThan(0);
  });

  it("commits nothing that is not archived", async () => {
    stack.bucket.mock.rejects(failure("SlowDown"));
    expect(await handler(batch, contextOf())).toEqual(from("1"));
    expect(committed()).toEqual([]);
  });
});

describe("a batch whose time is nearly up", () => {
  const batch = streamEvent(frame(line("A", 1)), frame(line("B", 1)), frame(line("A", 2)));

  it("answers before the limit with the first record that is not done", async () => {
    meddle("GetItem", "B", () => never);
    expect(await handler(batch, contextOf(1_700))).toEqual(from("2"));
    expect(committed()).toEqual(["main#A"]);
    expect(stack.heard.text()).toContain("OutOfTimeError");
  });

  it.each([1_500, 1_000, 0])("begins nothing with %s ms left", async (left) => {
    stack.bucket.mock.callsFake(() => never);
    expect(await handler(batch, contextOf(left))).toEqual(from("1"));
    expect(committed()).toEqual([]);
  });
});
