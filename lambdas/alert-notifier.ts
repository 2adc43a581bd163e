/** Sends what the outbox holds; called with `{ "test": true }` it puts a test notification there first. */
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { snsClient } from "../lib/adapters/sns/client.ts";
import { type SnsChannel, snsNotifier } from "../lib/adapters/sns/sns-notifier.ts";
import { deliverNotifications } from "../lib/app/deliver-notifications.ts";
import { requestTestNotification } from "../lib/app/request-test-notification.ts";
import { requireEnv } from "./env.ts";
import { count, observed } from "./observed.ts";
import { alertStore } from "./stores.ts";

const CHANNELS: readonly SnsChannel[] = ["email", "slack"];
const topic = { client: snsClient(), topicArn: requireEnv("BRAWLER_ALERTS_TOPIC") };
const ports = {
  alerts: alertStore(),
  clock: systemClock,
  notifiers: new Map(CHANNELS.map((channel) => [channel, snsNotifier(topic, channel)])),
};

export const handler = observed(async (event: { readonly test?: boolean }) => {
  if (event.test === true) {
    const environment = requireEnv("BRAWLER_STAGE");
    const pageUrl = requireEnv("BRAWLER_PAGE_URL");
    await requestTestNotification(ports, { channels: CHANNELS, environment, pageUrl });
  }
  const { sent, failed, repeated, oldestDueUs } = await deliverNotifications(ports);
  count({ Sent: sent, Failed: failed, Repeated: repeated, UndeliveredNotifications: failed });
  return { sent, failed, repeated, oldestDueSeconds: oldestDueUs / 1_000_000 };
});
