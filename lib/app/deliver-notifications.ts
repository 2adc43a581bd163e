/**
 * Sends what the outbox holds: every due item is claimed, handed to its channel, and completed together with its
 * delivery. Of two that race for an item one wins the claim; an item whose sender died is due again when its claim
 * ends, so it may go out twice, with one id, and never not at all.
 */
import type { Notification } from "../core/alerts/notification.ts";
import type { EpochUs } from "../core/units.ts";
import { MINUTE_US, SECOND_US } from "../core/units.ts";
import type { AlertRecord, AlertStore } from "../ports/alert-store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Notifier } from "../ports/notifier.ts";
import { NotifierError } from "../ports/notifier-error.ts";

/** What an outbox record's value holds. */
export interface OutboxItem {
  readonly channel: string;
  readonly notification: Notification;
  /** Times it was handed over without success. */
  readonly attempts: number;
  /** Why the last try failed. */
  readonly error?: string;
}

/** What a delivery record's value holds. */
export interface Delivery {
  readonly notificationId: string;
  readonly channel: string;
  readonly kind: Notification["kind"];
  readonly at: EpochUs;
  readonly status: "sent" | "failed";
  readonly attempts: number;
  readonly error?: string;
}

export interface DeliverPorts {
  readonly alerts: AlertStore;
  readonly clock: Clock;
  /** By channel. */
  readonly notifiers: ReadonlyMap<string, Notifier>;
}

export interface DeliveryCounts {
  sent: number;
  failed: number;
  /** Claimed by somebody else first. */
  lost: number;
  /** Sent, but completed by somebody else: the receiver may have it twice. */
  repeated: number;
  /** Of what was not sent, how long the oldest has been due. */
  oldestDueUs: number;
}

/** How long a sender has for one item before another may take it. */
const CLAIM_US = 2 * MINUTE_US;
const FIRST_WAIT_US = 30 * SECOND_US;
const LONGEST_WAIT_US = 15 * MINUTE_US;
const AT_ONCE = 50;

/** Sends every item that is due now; what fails is due again after a wait that grows. */
export async function deliverNotifications(ports: DeliverPorts): Promise<DeliveryCounts> {
  const counts: DeliveryCounts = { sent: 0, failed: 0, lost: 0, repeated: 0, oldestDueUs: 0 };
  const now = ports.clock.now();
  let cursor: string | undefined;
  do {
    const page = await ports.alerts.open({
      type: "outbox",
      from: 0,
      to: now + 1,
      limit: AT_ONCE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const record of page.records) await deliverOne(ports, record, counts);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return counts;
}

async function deliverOne(
  ports: DeliverPorts,
  record: AlertRecord,
  counts: DeliveryCounts,
): Promise<void> {
  const { alerts, clock } = ports;
  const claimed: AlertRecord = {
    ...record,
    version: record.version + 1,
    openAt: (clock.now() + CLAIM_US) as EpochUs,
  };
  if ((await alerts.commit([claimed])).outcome === "stale") {
    counts.lost += 1;
    return;
  }
  const item = JSON.parse(record.value) as OutboxItem;
  const failure = await send(ports, item);
  const completed = await complete(ports, { claimed, item, failure });
  if (failure === undefined) {
    counts.sent += 1;
    if (!completed) counts.repeated += 1;
    return;
  }
  counts.failed += 1;
  const due = clock.now() - (record.openAt ?? clock.now());
  counts.oldestDueUs = Math.max(counts.oldestDueUs, due);
}

async function send(
  { notifiers }: DeliverPorts,
  { channel, notification }: OutboxItem,
): Promise<NotifierError | undefined> {
  const notifier = notifiers.get(channel);
  if (notifier === undefined) {
    const known = [...notifiers.keys()].join(", ");
    return new NotifierError(`no channel ${channel} is configured, only ${known}`, {
      transient: false,
    });
  }
  try {
    await notifier.send(notification);
    return undefined;
  } catch (error) {
    if (error instanceof NotifierError) return error;
    throw error;
  }
}

interface Sent {
  readonly claimed: AlertRecord;
  readonly item: OutboxItem;
  readonly failure: NotifierError | undefined;
}

/** Closes the item, or puts it back; its delivery is told in the same commit. */
async function complete(
  { alerts, clock }: DeliverPorts,
  { claimed, item, failure }: Sent,
): Promise<boolean> {
  const now = clock.now();
  const attempts = item.attempts + 1;
  const delivery: Delivery = {
    notificationId: item.notification.notificationId,
    channel: item.channel,
    kind: item.notification.kind,
    at: now,
    status: failure === undefined ? "sent" : "failed",
    attempts,
    ...(failure === undefined ? {} : { error: failure.message }),
  };
  const { openAt: _claim, ...closed } = claimed;
  const left: AlertRecord = {
    ...closed,
    version: claimed.version + 1,
    ...(failure === undefined ? {} : { openAt: dueAgain(now, attempts, failure) }),
    value: JSON.stringify({
      ...item,
      attempts,
      ...(failure === undefined ? {} : { error: failure.message }),
    } satisfies OutboxItem),
  };
  const told: AlertRecord = {
    type: "delivery",
    id: claimed.id,
    version: attempts,
    parent: claimed.parent,
    time: now,
    value: JSON.stringify(delivery),
  };
  return (await alerts.commit([left, told])).outcome === "committed";
}

function dueAgain(now: number, attempts: number, failure: NotifierError): EpochUs {
  const asked = (failure.retryAfterSeconds ?? 0) * SECOND_US;
  const grown = Math.min(FIRST_WAIT_US * 2 ** (attempts - 1), LONGEST_WAIT_US);
  return (now + Math.max(asked, failure.transient ? grown : LONGEST_WAIT_US)) as EpochUs;
}

/** The outbox records of one notification, one a channel: to be committed with what it tells of. */
export function outboxRecords(
  notification: Notification,
  channels: readonly string[],
  dueAt: EpochUs,
): readonly AlertRecord[] {
  return channels.map((channel) => ({
    type: "outbox",
    id: `${notification.notificationId}/${channel}`,
    version: 1,
    parent: notification.groupId,
    time: dueAt,
    openAt: dueAt,
    value: JSON.stringify({ channel, notification, attempts: 0 } satisfies OutboxItem),
  }));
}
