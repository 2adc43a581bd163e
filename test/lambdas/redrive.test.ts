/** The redrive as a person calls it, over what the mapping left in the stack.bucket. */
import "./environment.ts";
import { describe, expect, it } from "vitest";
import { frame, line, streamEvent } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { stackModel } from "./stack-model.ts";
import type { Item } from "./tables-model.ts";

const FOLDER = "aws/lambda/mapping/shardId-000000000000";

const stack = stackModel();

async function redrive() {
  const { handler } = await import("../../lambdas/redrive.ts");
  return handler({}, contextOf(900_000));
}

function leave(name: string, content: unknown): string {
  const key = `${FOLDER}/${name}`;
  stack.bucket.objects.set(key, Buffer.from(JSON.stringify(content)));
  return key;
}

const gaveUp = (...data: readonly string[]) => ({
  requestContext: { condition: "RetryAttemptsExhausted" },
  payload: streamEvent(...data),
});
const waiting = () => [...stack.bucket.objects.keys()].filter((key) => key.startsWith(FOLDER));

describe("the redrive", () => {
  it("has nothing to do where nothing was given up", async () => {
    expect(await redrive()).toMatchObject({ settled: [], failed: [], unreadable: [] });
  });

  it("folds each batch and takes it away; a poison record in it is set aside", async () => {
    const first = leave("1", gaveUp(frame(line("A", 1)), "no base64", frame(line("A", 2))));
    const second = leave("2", gaveUp(frame(line("A", 3), line("B", 1))));
    expect(await redrive()).toEqual({
      settled: [first, second],
      failed: [],
      unreadable: [],
      counts: { applied: 4, duplicates: 0, quarantined: 1, buffered: 0 },
    });
    expect(waiting()).toEqual([]);
    expect(stack.tables.items("state")).toHaveLength(2);
    expect(
      [...stack.bucket.objects.keys()].filter((key) => key.startsWith("quarantine/")),
    ).toHaveLength(1);
  });

  it("leaves a batch that fails again, and goes on with the next", async () => {
    const first = leave("1", gaveUp(frame(line("A", 1), line("B", 1))));
    const second = leave("2", gaveUp(frame(line("C", 1))));
    stack.tables.meddle = (call, input) =>
      call === "PutItem state" && (input as { Item: Item }).Item["pk"]?.S === "main#B"
        ? Promise.reject(Object.assign(new Error("slow"), { name: "ThrottlingException" }))
        : undefined;
    expect(await redrive()).toMatchObject({ settled: [second], failed: [first] });
    expect(waiting()).toEqual([first]);
    expect(stack.heard.text()).toContain("failed again");
    stack.tables.meddle = () => undefined;
    const again = await redrive();
    expect(again.settled).toEqual([first]);
    expect(again.counts).toMatchObject({ applied: 1, duplicates: 1 });
  });

  it("leaves what is no batch where it is, and names it", async () => {
    const strange = leave("1", { hello: "world" });
    const text = `${FOLDER}/2`;
    stack.bucket.objects.set(text, Buffer.from("no json"));
    expect(await redrive()).toMatchObject({ settled: [], failed: [], unreadable: [strange, text] });
    expect(waiting()).toEqual([strange, text]);
  });

  it("keeps a batch that it could not take away: folded again it is nothing but duplicates", async () => {
    const key = leave("1", gaveUp(frame(line("A", 1))));
    const { DeleteObjectCommand } = await import("@aws-sdk/client-s3");
    stack.bucket.mock.on(DeleteObjectCommand).rejectsOnce(new Error("AccessDenied"));
    await expect(redrive()).rejects.toThrow("AccessDenied");
    expect(waiting()).toEqual([key]);
    stack.bucket.mock.on(DeleteObjectCommand).callsFake(({ Key }) => {
      stack.bucket.objects.delete(Key);
      return {};
    });
    expect((await redrive()).counts).toMatchObject({ applied: 0, duplicates: 1 });
    expect(waiting()).toEqual([]);
  });
});
