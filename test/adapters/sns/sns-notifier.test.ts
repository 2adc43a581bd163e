import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { mockClient } from "aws-sdk-client-mock";
import { beforeEach, describe, expect, it } from "vitest";
import { snsNotifier } from "../../../lib/adapters/sns/sns-notifier.ts";
import { NotifierError } from "../../../lib/ports/notifier-error.ts";
import { notifierContract, type OpenedNotifier } from "../../contract/notifier.contract.ts";
import { INVENTORY } from "../../core/alerts/notifications.ts";

const TOPIC = "arn:aws:sns:eu-west-1:123456789012:brawler-test-alerts";

describe("snsNotifier", () => {
  const mock = mockClient(SNSClient);
  const topic = { client: new SNSClient({ region: "eu-west-1" }), topicArn: TOPIC };

  beforeEach(() => {
    mock.reset();
    mock.on(PublishCommand).resolves({ MessageId: "1" });
  });
  const published = () => mock.commandCalls(PublishCommand)[0]?.args[0].input;

  it("publishes text for e-mail, with what subscriptions pick by", async () => {
    await snsNotifier(topic, "email").send(INVENTORY);
    expect(published()).toMatchObject({
      TopicArn: TOPIC,
      Subject: "[CRIT] Inventory above hard limit: SOL-PERP 104 % (limit 100 %)",
      Message: expect.stringContaining("MOCK DATA") as string,
      MessageAttributes: {
        channel: { DataType: "String", StringValue: "email" },
        kind: { DataType: "String", StringValue: "firing" },
        severity: { DataType: "String", StringValue: "critical" },
        instrument: { DataType: "String", StringValue: "SOL-PERP" },
        rule: { DataType: "String", StringValue: "inventory-hard" },
        env: { DataType: "String", StringValue: "local" },
        notificationId: { DataType: "String", StringValue: INVENTORY.notificationId },
      },
    });
  });

  it("publishes the whole notification for Slack's function", async () => {
    await snsNotifier(topic, "slack").send(INVENTORY);
    expect(JSON.parse(published()?.Message ?? "")).toEqual(INVENTORY);
  });

  it("has a text for every attribute, because SNS refuses an empty one", async () => {
    const { rule: _rule, instrument: _instrument, ...bare } = INVENTORY;
    await snsNotifier(topic, "email").send(bare);
    expect(published()?.MessageAttributes).toMatchObject({
      instrument: { StringValue: "-" },
      rule: { StringValue: "-" },
    });
  });

  it.each([
    { name: "ThrottledException", transient: true },
    { name: "InternalErrorException", transient: true },
    { name: "TimeoutError", transient: true },
    { name: "AuthorizationErrorException", transient: false },
    { name: "NotFoundException", transient: false },
    { name: "KMSAccessDeniedException", transient: false },
  ])("says whether trying again can help after $name", async ({ name, transient }) => {
    mock.on(PublishCommand).rejects(Object.assign(new Error("no"), { name }));
    const sent = snsNotifier(topic, "email").send(INVENTORY);
    await expect(sent).rejects.toBeInstanceOf(NotifierError);
    await expect(sent).rejects.toMatchObject({ transient, message: expect.stringContaining(name) });
  });
});

const FAILURES = { transient: "ThrottledException", final: "AuthorizationErrorException" } as const;

async function openTopic(): Promise<OpenedNotifier> {
  const mock = mockClient(SNSClient);
  const client = new SNSClient({ region: "eu-west-1" });
  let failure: string | undefined;
  const taken: string[] = [];
  mock.on(PublishCommand).callsFake((input: { MessageAttributes: Attributes }) => {
    if (failure !== undefined) throw Object.assign(new Error("no"), { name: failure });
    taken.push(input.MessageAttributes["notificationId"]?.StringValue ?? "");
    return { MessageId: "1" };
  });
  return {
    notifier: snsNotifier({ client, topicArn: TOPIC }, "email"),
    received: () => taken,
    breakDown: (kind) => {
      failure = FAILURES[kind];
    },
    close: async () => mock.restore(),
  };
}

type Attributes = Readonly<Record<string, { readonly StringValue: string }>>;

notifierContract("An SNS topic", openTopic);
