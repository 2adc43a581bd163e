/**
 * Posts a notification, or writes its group's message anew, once per notification id and one of a group at a time: two of
 * them beside each other would post two messages, or leave the older text standing. Who comes while another speaks for the
 * group is refused, so that the queue tries again.
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

/**
 * How long a sender has a group for itself before another may take it over: more than a request may take and a process that
 * sends may live, and no more than a queue waits before it tries again.
 */
const CLAIM_US = MINUTE_US;

/** `claimed` is what a version before this one wrote while it sent. */
interface Dealt {
  readonly status: "claimed" | SlackOutcome;
}

/** Where a group's message stands, the newest `seq` that it shows, and until when somebody is about to change it. */
interface GroupPlace {
  readonly place?: ChatPlace;
  readonly seq: number;
  readonly claimedUntil?: EpochUs;
}

/** What a sender holds: the group's record as it has claimed it, and that of its notification as it stood. */
interface Claim {
  readonly group: GroupPlace;
  readonly record: AlertRecord;
  readonly dealt: AlertRecord | undefined;
}

/** @throws {NotifierError} when Slack did not take it, or another speaks for the group at this moment */
export async function postToSlack(
  ports: SlackPorts,
  notification: Notification,
): Promise<SlackOutcome> {
  const claim = await claimOf(ports, notification);
  if (typeof claim === "string") return claim;
  const { outcome, place } = await say(ports, notification, claim.group.place);
  const { claimedUntil: _, ...group } = claim.group;
  const shown: GroupPlace = { ...group, ...(place && { place }), seq: notification.seq };
  const records = [
    dealtWith(ports, notification, { before: claim.dealt, status: outcome }),
    { ...claim.record, version: claim.record.version + 1, value: JSON.stringify(shown) },
  ];
  if ((await ports.alerts.commit(records)).outcome === "committed") return outcome;
  throw new NotifierError(
    `notification ${notification.notificationId} took longer than its claim, and another speaks for its group`,
    { transient: true },
  );
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

/** The group, for this notification alone; or what has become of the notification. */
async function claimOf(
  ports: SlackPorts,
  notification: Notification,
): Promise<Claim | "duplicate" | "superseded"> {
  const { alerts, clock } = ports;
  const standing = await alerts.find({ type: "delivery", id: placeId(notification) });
  // Read after the group: whoever deals with it from here on changes the group, and the claim is lost.
  const dealt = await alerts.find({ type: "delivery", id: dealtId(notification) });
  if (dealt !== undefined && (JSON.parse(dealt.value) as Dealt).status !== "claimed") {
    return "duplicate";
  }
  const group: GroupPlace = standing === undefined ? { seq: 0 } : JSON.parse(standing.value);
  if (group.seq > notification.seq) {
    const status = "superseded";
    await alerts.commit([dealtWith(ports, notification, { before: dealt, status })]);
    return status;
  }
  const now = clock.now();
  if (group.claimedUntil !== undefined && now < group.claimedUntil) throw busy(notification);
  const claimed: GroupPlace = { ...group, claimedUntil: (now + CLAIM_US) as EpochUs };
  const record: AlertRecord = {
    type: "delivery",
    id: placeId(notification),
    version: (standing?.version ?? 0) + 1,
    parent: notification.groupId,
    time: now,
    value: JSON.stringify(claimed),
  };
  if ((await alerts.commit([record])).outcome === "stale") throw busy(notification);
  return { group: claimed, record, dealt };
}

function busy({ notificationId, groupId }: Notification): NotifierError {
  return new NotifierError(
    `another sender speaks for group ${groupId}; notification ${notificationId} waits`,
    { transient: true },
  );
}

function dealtWith(
  { clock }: SlackPorts,
  notification: Notification,
  { before, status }: { readonly before: AlertRecord | undefined; readonly status: SlackOutcome },
): AlertRecord {
  return {
    type: "delivery",
    id: dealtId(notification),
    version: (before?.version ?? 0) + 1,
    parent: notification.groupId,
    time: clock.now(),
    value: JSON.stringify({ status } satisfies Dealt),
  };
}

function dealtId({ notificationId }: Notification): string {
  return `${notificationId}/slack-post`;
}

function placeId({ groupId }: Notification): string {
  return `${groupId}/slack-place`;
}
