/** What arrives for Slack by a topic: a notification of ours, or an alarm of the system in the service's own words. */
import type { Notification } from "../core/alerts/notification.ts";

/** A message of a topic. */
export interface TopicMessage {
  readonly MessageId: string;
  readonly Subject?: string;
  readonly Message: string;
  readonly Timestamp: string;
}

/** The fields of an alarm that a person reads. */
interface AlarmMessage {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  readonly NewStateValue: "ALARM" | "OK" | "INSUFFICIENT_DATA";
  readonly NewStateReason?: string;
  readonly StateChangeTime?: string;
}

/** @param environment the deployment's stage, for messages that do not say it */
export function notificationOf(message: TopicMessage, environment: string): Notification {
  const content = parsed(message.Message);
  if (isNotification(content)) return content;
  const base = { environment, notificationId: message.MessageId, links: [], seq: 1 };
  if (isAlarm(content)) return alarmNotification(content, message, base);
  return {
    ...base,
    groupId: message.MessageId,
    kind: "firing",
    severity: "warning",
    title: message.Subject ?? "Message to operations",
    summary: message.Message.slice(0, 1_000),
    since: message.Timestamp,
    facts: [],
    notes: [],
    reference: message.MessageId.slice(0, 8),
  };
}

type Base = Pick<Notification, "environment" | "notificationId" | "links" | "seq">;

function alarmNotification(alarm: AlarmMessage, message: TopicMessage, base: Base): Notification {
  const isOver = alarm.NewStateValue === "OK";
  return {
    ...base,
    groupId: `alarm:${alarm.AlarmName}:${message.MessageId}`,
    kind: isOver ? "resolved" : "firing",
    severity: "critical",
    title: alarm.AlarmName,
    summary: isOver ? "is over" : "sounds",
    since: alarm.StateChangeTime ?? message.Timestamp,
    facts: [],
    notes: [alarm.AlarmDescription, alarm.NewStateReason].filter((text) => text !== undefined),
    reference: message.MessageId.slice(0, 8),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isNotification(content: unknown): content is Notification {
  const { notificationId, groupId, seq } = (content ?? {}) as Partial<Notification>;
  return typeof notificationId === "string" && typeof groupId === "string" && seq !== undefined;
}

function isAlarm(content: unknown): content is AlarmMessage {
  const { AlarmName, NewStateValue } = (content ?? {}) as Partial<AlarmMessage>;
  return typeof AlarmName === "string" && typeof NewStateValue === "string";
}
