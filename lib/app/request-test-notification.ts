import type { Notification } from "../core/alerts/notification.ts";
import type { AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import { outboxRecords } from "./deliver-notifications.ts";

export interface TestNotificationPorts {
  readonly alerts: AlertStore;
  readonly clock: Clock;
}

export interface TestNotificationOptions {
  readonly channels: readonly string[];
  readonly environment: string;
  readonly pageUrl: string;
}

/** Puts a notification into the outbox that says that it is a test: whoever gets it knows that the way is open. */
export async function requestTestNotification(
  { alerts, clock }: TestNotificationPorts,
  { channels, environment, pageUrl }: TestNotificationOptions,
): Promise<Notification> {
  const now = clock.now();
  const id = `test-${now.toString(36)}`;
  const notification: Notification = {
    notificationId: id,
    groupId: id,
    seq: 1,
    kind: "test",
    severity: "info",
    environment,
    title: "Test notification",
    summary: "the way out is open",
    since: "asked for by hand",
    facts: [{ label: "channels", value: channels.join(", ") }],
    notes: ["Nothing is wrong. Who gets this gets the alerts too."],
    links: [{ label: "Open the page", url: pageUrl }],
    reference: id,
  };
  await alerts.commit(outboxRecords(notification, channels, now));
  return notification;
}
