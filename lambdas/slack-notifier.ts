/** Posts each notification to Slack once, or writes its group's message anew; alarms of the system as they come. */
import type { SNSEvent } from "aws-lambda";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { cachedSecret } from "../lib/adapters/secrets/cached-secret.ts";
import { secretsClient } from "../lib/adapters/secrets/client.ts";
import { slackChat } from "../lib/adapters/slack/slack-chat.ts";
import { parseSlackSecret } from "../lib/adapters/slack/slack-secret.ts";
import { notificationOf } from "../lib/app/notification-of.ts";
import { postToSlack } from "../lib/app/post-to-slack.ts";
import { optionalEnv, requireEnv } from "./env.ts";
import { count, observed } from "./observed.ts";
import { alertStore } from "./stores.ts";

const alerts = alertStore();
const client = secretsClient();
const secret = cachedSecret({
  client,
  name: requireEnv("BRAWLER_SLACK_SECRET"),
  clock: systemClock,
});
const baseUrl = optionalEnv("BRAWLER_SLACK_BASE_URL");

export const handler = observed(async ({ Records }: SNSEvent) => {
  const settings = { secret: parseSlackSecret(await secret()) };
  const chat = slackChat(baseUrl === undefined ? settings : { ...settings, baseUrl });
  for (const { Sns } of Records) {
    const notification = notificationOf(Sns, requireEnv("BRAWLER_STAGE"));
    const outcome = await postToSlack({ alerts, chat, clock: systemClock }, notification);
    count({ [`Slack-${outcome}`]: 1 });
  }
});
