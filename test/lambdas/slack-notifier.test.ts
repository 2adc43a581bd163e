/** Slack's function as SNS calls it: at least once, and again for what it threw. */
import "./environment.ts";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SNSEvent } from "aws-lambda";
import { mockClient } from "aws-sdk-client-mock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { INVENTORY } from "../core/alerts/notifications.ts";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type SlackReceiver, slackReceiver, TAKEN } from "./slack-receiver.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

const NOW = Date.UTC(2026, 0, 2);
const BOT = { botToken: "xoxb-1234567890-abc", channel: "C0123" };
const secrets = mockClient(SecretsManagerClient);

let slack: SlackReceiver;
let tables: TablesModel;
let heard: Heard;

beforeAll(async () => {
  slack = await slackReceiver();
  vi.stubEnv("BRAWLER_SLACK_BASE_URL", slack.baseUrl);
});
afterAll(() => {
  slack.close();
  vi.unstubAllEnvs();
});
beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
  tables = tablesModel();
  heard = listen();
  slack.asked.length = 0;
  slack.answers = [TAKEN];
  secrets.reset();
  secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(BOT) });
  vi.resetModules();
});
afterEach(() => {
  tables.restore();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

async function deliver(...messages: readonly (object | string)[]) {
  const { handler } = await import("../../lambdas/slack-notifier.ts");
  const Records = messages.map((message, index) => ({
    Sns: {
      MessageId: `message-${index}`,
      Message: typeof message === "string" ? message : JSON.stringify(message),
      Timestamp: new Date(NOW).toISOString(),
    },
  }));
  return handler({ Records } as unknown as SNSEvent, contextOf());
}

const methods = () => slack.asked.map(({ path }) => path.replace("/api/chat.", ""));
const next = (seq: number) => ({ ...INVENTORY, notificationId: `n${seq}`, seq });

describe("a notification", () => {
  it("is posted, and its group's message written anew by the next", async () => {
    await deliver(next(1));
    await deliver(next(2));
    expect(methods()).toEqual(["postMessage", "update"]);
    expect(slack.asked[1]?.body).toMatchObject({ channel: "C0123", ts: "17.5" });
    expect(heard.metrics()).toMatchObject({ "Slack-posted": 1, "Slack-updated": 1 });
  });

  it("that SNS delivers twice is posted once", async () => {
    await deliver(next(1));
    await deliver(next(1));
    expect(heard.metrics()).toMatchObject({ "Slack-duplicate": 1 });
    await deliver(next(1), next(1));
    expect(methods()).toEqual(["postMessage"]);
  });

  it("that two functions have at the same time is posted by one; the other is called again", async () => {
    slack.answers = [{}];
    const outcomes = await Promise.allSettled([deliver(next(1)), deliver(next(1))]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(methods()).toHaveLength(1);
  });

  it("older than what its group shows replaces nothing", async () => {
    await deliver(next(1));
    await deliver(next(3));
    await deliver(next(2));
    expect(methods()).toEqual(["postMessage", "update"]);
    expect(heard.metrics()).toMatchObject({ "Slack-superseded": 1 });
  });

  it("of the system comes as an alarm, whatever its words", async () => {
    await deliver({ AlarmName: "Lag", NewStateValue: "ALARM" }, "plain words");
    expect(methods()).toEqual(["postMessage", "postMessage"]);
    expect(JSON.stringify(slack.asked)).toContain("plain words");
  });
});

describe("Slack out of reach", () => {
  it.each([
    { what: "429", answer: { status: 429 } },
    { what: "500", answer: { status: 500 } },
    { what: "503", answer: { status: 503 } },
    { what: "a connection that breaks", answer: {} },
    {
      what: "a refusal in a 200",
      answer: { status: 200, body: { ok: false, error: "ratelimited" } },
    },
  ])(
    "($what) makes the call fail, so that SNS calls again; it is posted then",
    async ({ answer }) => {
      slack.answers = [answer, TAKEN];
      await expect(deliver(next(1))).rejects.toThrow("Slack");
      // At once the claim still stands: whether Slack has the message is not known.
      await expect(deliver(next(1))).rejects.toThrow("another sender");
      vi.setSystemTime(NOW + 120_000);
      await deliver(next(1));
      expect(methods()).toEqual(["postMessage", "postMessage"]);
    },
  );

  it("half-way through an event leaves what was posted alone", async () => {
    slack.answers = [TAKEN, { status: 503 }, TAKEN];
    const other = { ...next(2), groupId: "another" };
    await expect(deliver(next(1), other)).rejects.toThrow("Slack answered 503");
    vi.setSystemTime(NOW + 120_000);
    await deliver(next(1), other);
    expect(slack.asked).toHaveLength(3);
  });
});

describe("a secret", () => {
  const HIDDEN = "xoxb-9999999999-hidden";

  it.each([
    { what: "is no JSON", text: HIDDEN },
    { what: "has other fields", text: JSON.stringify({ token: HIDDEN }) },
    {
      what: "leads elsewhere",
      text: JSON.stringify({ webhookUrl: `https://evil.test/${HIDDEN}` }),
    },
    { what: "names no channel", text: JSON.stringify({ botToken: HIDDEN, channel: "general" }) },
  ])("that $what is refused with how to mend it, and is told nobody", async ({ text }) => {
    secrets.on(GetSecretValueCommand).resolves({ SecretString: text });
    const refused = await deliver(next(1)).catch((error: unknown) => String(error));
    expect(refused).toContain("the Slack secret is refused");
    expect(`${refused} ${heard.text()}`).not.toContain("9999999999");
    expect(slack.asked).toEqual([]);
  });

  it("that cannot be read fails the call; the next one reads it", async () => {
    secrets
      .on(GetSecretValueCommand)
      .rejectsOnce(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    await expect(deliver(next(1))).rejects.toThrow("brawler/slack could not be read");
    secrets.on(GetSecretValueCommand).resolves({ SecretString: JSON.stringify(BOT) });
    await deliver(next(1));
    expect(methods()).toEqual(["postMessage"]);
  });
});
