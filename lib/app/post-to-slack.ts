/**
 * Posts a notification, or writes its group's message anew, once per notification id: whoever claims the id first
 * sends it. A copy that comes while another is being sent is refused, so that the queue tries again and finds it done.
 */
import type { Notification } from "../core/alerts/notification.ts";
import { slackMessageOf } from "../core/alerts/slack-message.ts";
import { type EpochUs, MINUTE_US } from "../core/units.ts";
import type { AlertRecord, AlertStore } from "../ports/alert-store.ts";
import type { Chat, ChatPlace } from "../ports/chat.ts";
import type { Clock } from "../ports/clock.ts";
import { NotifierError } from "../ports/notifier-error.ts";

export interface SlackPorts {
  readonly alerts: AlertStore;
  readonly chat: Chat;
  readonly clock: Clock;
}

/** `superseded`: a newer message of the group was there first. */
export type SlackOutcome = "posted" | "updated" | "duplicate" | "superseded";

/** How long a sender has before another may take the id over. */
const CLAIM_US = 2 * MINUTE_US;

interface Claim {
  readonly status: "claimed" | SlackOutcome;
}

/** Where a group's message stands, and the newest `seq` that it shows. */
interface GroupPlace {
  readonly place: ChatPlace;
  readonly seq: number;
}

/** @throws {NotifierError} when Slack did not take it, or another is sending it at this moment */
export async function postToSlack(
  ports: SlackPorts,
  notification: Notification,
): Promise<SlackOutcome> {
  const claim = await claimOf(ports, notification);
  if (claim === undefined) return "duplicate";
  const standing = await ports.alerts.find({ type: "delivery", id: placeId(notification) });
  const group = standing === undefined ? undefined : (JSON.parse(standing.value) as GroupPlace);
  if (group !== undefined && group.seq > notification.seq) {
    await ports.alerts.commit([closed(claim, "superseded")]);
    return "superseded";
  }
  const { outcome, place } = await say(ports, notification, group?.place);
  const records = [closed(claim, outcome)];
  if (place !== undefined) records.push(placed(ports, { notification, standing, place }));
  // Lost only to a newer message of the same group, which has told where it stands itself.
  if ((await ports.alerts.commit(records)).outcome === "stale") {
    await ports.alerts.commit([closed(claim, outcome)]);
  }
  return outcome;
}

async function say(
  { chat }: SlackPorts,
  notification: Notification,
  place: ChatPlace | undefined,
): Promise<{ readonly outcome: SlackOutcome; readonly place: ChatPlace | undefined }> {
  const message = slackMessageOf(notification);
  if (place === undefined) return { outcome: "posted", place: await chat.post(message) };
  await chat.update(place, message);
  return { outcome: "updated", place };
}

/** The claim to finish, or `undefined` when the notification has been dealt with. */
async function claimOf(
  { alerts, clock }: SlackPorts,
  notification: Notification,
): Promise<AlertRecord | undefined> {
  const now = clock.now();
  const first: AlertRecord = {
    type: "delivery",
    id: `${notification.notificationId}/slack-post`,
    version: 1,
    parent: notification.groupId,
    time: now,
    value: JSON.stringify({ status: "claimed" } satisfies Claim),
  };
  const result = await alerts.commit([first]);
  if (result.outcome === "committed") return first;
  const standing = result.refused[0]?.standing;
  if (standing === undefined) throw busy(notification);
  if ((JSON.parse(standing.value) as Claim).status !== "claimed") return undefined;
  if (now < standing.time + CLAIM_US) throw busy(notification);
  const taken = { ...first, version: standing.version + 1 };
  if ((await alerts.commit([taken])).outcome === "committed") return taken;
  throw busy(notification);
}

function busy({ notificationId }: Notification): NotifierError {
  return new NotifierError(`another sender has notification ${notificationId} in hand`, {
    transient: true,
  });
}

function closed(claim: AlertRecord, status: SlackOutcome): AlertRecord {
  return {
    ...claim,
    version: claim.version + 1,
    value: JSON.stringify({ status } satisfies Claim),
  };
}

function placeId({ groupId }: Notification): string {
  return `${groupId}/slack-place`;
}

function placed(
  { clock }: SlackPorts,
  {
    notification,
    standing,
    place,
  }: {
    readonly notification: Notification;
    readonly standing: AlertRecord | undefined;
    readonly place: ChatPlace;
  },
): AlertRecord {
  return {
    type: "delivery",
    id: placeId(notification),
    version: (standing?.version ?? 0) + 1,
    parent: notification.groupId,
    time: clock.now() as EpochUs,
    value: JSON.stringify({ place, seq: notification.seq } satisfies GroupPlace),
  };
}
