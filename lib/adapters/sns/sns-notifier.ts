/** Publishes notifications to one SNS topic, for the subscriptions of one channel. */
import { type MessageAttributeValue, PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import { emailOf } from "../../core/alerts/email.ts";
import type { Notification } from "../../core/alerts/notification.ts";
import type { Notifier } from "../../ports/notifier.ts";
import { NotifierError } from "../../ports/notifier-error.ts";

export interface SnsTopic {
  readonly client: SNSClient;
  readonly topicArn: string;
}

/** What goes out as text to people, and as JSON to Slack's function. */
export type SnsChannel = "email" | "slack";

export function snsNotifier({ client, topicArn }: SnsTopic, channel: SnsChannel): Notifier {
  return {
    send: async (notification) => {
      const { subject, text } = emailOf(notification);
      const message = channel === "email" ? text : JSON.stringify(notification);
      try {
        await client.send(
          new PublishCommand({
            TopicArn: topicArn,
            Subject: subject,
            Message: message,
            MessageAttributes: attributesOf(notification, channel),
          }),
        );
      } catch (error) {
        throw explain(error, topicArn);
      }
    },
  };
}

/** By these a subscription picks its messages. SNS refuses an empty text, so what is not there is `-`. */
function attributesOf(
  { kind, severity, instrument, rule, environment, notificationId }: Notification,
  channel: SnsChannel,
): Record<string, MessageAttributeValue> {
  const texts = {
    channel,
    kind,
    severity,
    instrument: instrument ?? "-",
    rule: rule ?? "-",
    env: environment,
    notificationId,
  };
  return Object.fromEntries(
    Object.entries(texts).map(([name, StringValue]) => [name, { DataType: "String", StringValue }]),
  );
}

const FINAL = new Set([
  "AuthorizationErrorException",
  "InvalidParameterException",
  "InvalidParameterValueException",
  "KMSAccessDeniedException",
  "KMSDisabledException",
  "KMSNotFoundException",
  "NotFoundException",
]);

function explain(error: unknown, topicArn: string): NotifierError {
  const { name, message } = error as Error;
  return new NotifierError(`SNS topic ${topicArn} did not take the message: ${name}: ${message}`, {
    transient: !FINAL.has(name),
    cause: error,
  });
}
