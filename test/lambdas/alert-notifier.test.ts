/** The outbox as the clock empties it: each item once a channel, and again where the topic did not take it. */
import "./environment.ts";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

const NOW = Date.UTC(2026, 0, 2);
const sns = mockClient(SNSClient);

let tables: TablesModel;
let heard: Heard;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  tables = tablesModel();
  heard = listen();
  sns.reset();
  sns.on(PublishCommand).resolves({ MessageId: "1" });
  vi.resetModules();
});
afterEach(() => {
  tables.restore();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function notify(event: { readonly test?: boolean } = {}) {
  const { handler } = await import("../../lambdas/alert-notifier.ts");
  return handler(event, contextOf());
}

const published = () => sns.commandCalls(PublishCommand).map(({ args: [{ input }] }) => input);
const channels = () =>
  published().map(({ MessageAttributes }) => MessageAttributes?.["channel"]?.StringValue);
const refusal = (name: string) => Object.assign(new Error("no"), { name });
const waitUntil = (seconds: number) => vi.setSystemTime(NOW + seconds * 1_000);

describe("the notifier", () => {
  it("sends nothing where nothing is due", async () => {
    expect(await notify()).toEqual({ sent: 0, failed: 0, repeated: 0, oldestDueSeconds: 0 });
    expect(published()).toEqual([]);
  });

  it("publishes an item once for each channel, under one id, and never again", async () => {
    expect(await notify({ test: true })).toMatchObject({ sent: 2, failed: 0 });
    expect(channels().sort()).toEqual(["email", "slack"]);
    const ids = published().map(({ MessageAttributes }) => MessageAttributes?.["notificationId"]);
    expect(new Set(ids.map((id) => id?.StringValue)).size).toBe(1);
    expect(published()[0]).toMatchObject({
      TopicArn: "arn:aws:sns:eu-west-1:123456789012:alerts",
      MessageAttributes: { env: { StringValue: "test" }, kind: { StringValue: "test" } },
    });
    for (const { Message } of published()) expect(Message).toContain("https://page.test/prod/");
    waitUntil(3_600);
    expect(await notify()).toMatchObject({ sent: 0 });
    expect(published()).toHaveLength(2);
    expect(heard.metrics()).toMatchObject({ UndeliveredNotifications: 0 });
  });

  it.each([
    { name: "ThrottledException", wait: 30 },
    { name: "InternalErrorException", wait: 30 },
    { name: "AuthorizationErrorException", wait: 900 },
  ])("keeps what $name refused, and sends it $wait s later", async ({ name, wait }) => {
    sns.on(PublishCommand).rejects(refusal(name));
    expect(await notify({ test: true })).toMatchObject({ sent: 0, failed: 2 });
    expect(heard.metrics()).toMatchObject({ Failed: 2, UndeliveredNotifications: 2 });
    sns.resetHistory();
    sns.on(PublishCommand).resolves({ MessageId: "1" });
    waitUntil(wait - 1);
    expect(await notify()).toMatchObject({ sent: 0 });
    waitUntil(wait);
    expect(await notify()).toMatchObject({ sent: 2, failed: 0 });
    expect(channels().sort()).toEqual(["email", "slack"]);
  });

  it("sends the other channel where one fails", async () => {
    sns.on(PublishCommand).rejectsOnce(refusal("ThrottledException")).resolves({ MessageId: "1" });
    expect(await notify({ test: true })).toMatchObject({ sent: 1, failed: 1 });
    waitUntil(30);
    expect(await notify()).toMatchObject({ sent: 1, failed: 0 });
    expect(published()).toHaveLength(3);
  });

  it("says for how long the oldest has been due", async () => {
    sns.on(PublishCommand).rejects(refusal("ThrottledException"));
    await notify({ test: true });
    waitUntil(100);
    expect(await notify()).toMatchObject({ failed: 2, oldestDueSeconds: 70 });
  });

  it("leaves an item to whoever has claimed it, until the claim ends", async () => {
    // The other dies between its claim and the topic.
    const died = new Error("the process died");
    sns.on(PublishCommand).callsFake(() => {
      tables.meddle = (call) =>
        call === "TransactWriteItems alerts" ? Promise.reject(died) : undefined;
      return {};
    });
    await expect(notify({ test: true })).rejects.toThrow("the process died");
    tables.meddle = () => undefined;
    sns.reset();
    sns.on(PublishCommand).resolves({ MessageId: "1" });
    expect(await notify()).toMatchObject({ sent: 1 });
    waitUntil(119);
    expect(await notify()).toMatchObject({ sent: 0 });
    waitUntil(120);
    expect(await notify()).toMatchObject({ sent: 1 });
  });

  it("fails where the outbox cannot be read: the next minute's call reads it", async () => {
    await notify();
    tables.meddle = (call) =>
      call === "Query alerts" ? Promise.reject(refusal("ThrottlingException")) : undefined;
    await expect(notify()).rejects.toThrow("Query on table alerts was throttled");
  });
});
