/** Mistakes that are easy to make on the way out. Each must be found. */
import type { DeliverPorts } from "../../../lib/app/deliver-notifications.ts";
import type { SlackPorts } from "../../../lib/app/post-to-slack.ts";
import { MINUTE_US } from "../../../lib/core/units.ts";
import type { AlertRecord, AlertStore } from "../../../lib/ports/alert-store.ts";
import type { Notifier } from "../../../lib/ports/notifier.ts";

export interface DeliveryHooks {
  readonly senders?: (ports: DeliverPorts) => DeliverPorts;
  readonly slack?: (ports: SlackPorts) => SlackPorts;
}

export interface DeliveryMutant {
  readonly name: string;
  /** For one run. */
  readonly make: () => DeliveryHooks;
}

export const DELIVERY_MUTANTS: readonly DeliveryMutant[] = [
  { name: "completes before it sends", make: () => ({ senders: completingFirst }) },
  { name: "sends without a claim", make: () => ({ senders: withoutClaim }) },
  { name: "takes what another has claimed", make: () => ({ senders: takingClaimed }) },
  { name: "a new id on each attempt", make: () => ({ senders: renaming() }) },
  { name: "forgets to put back after a failure", make: () => ({ senders: closingFailed }) },
  { name: "Slack ignores seq", make: () => ({ slack: withoutSeq }) },
  { name: "Slack speaks without having the group", make: () => ({ slack: withoutGroup }) },
  { name: "Slack forgets what it has posted", make: () => ({ slack: withoutPlace }) },
];

const isOutbox = ({ type }: AlertRecord) => type === "outbox";
const isResult = (records: readonly AlertRecord[]) =>
  records.some(({ type }) => type === "delivery");

function eachNotifier(
  { notifiers }: DeliverPorts,
  make: (notifier: Notifier) => Notifier,
): ReadonlyMap<string, Notifier> {
  return new Map([...notifiers].map(([channel, notifier]) => [channel, make(notifier)]));
}

function committing(alerts: AlertStore, commit: AlertStore["commit"]): AlertStore {
  return { ...alerts, commit };
}

function completingFirst(ports: DeliverPorts): DeliverPorts {
  const waiting: (() => Promise<void>)[] = [];
  return {
    ...ports,
    notifiers: eachNotifier(ports, (notifier) => ({
      send: async (notification) => void waiting.push(() => notifier.send(notification)),
    })),
    alerts: committing(ports.alerts, async (records) => {
      const result = await ports.alerts.commit(records);
      if (isResult(records)) for (const send of waiting.splice(0)) await send();
      return result;
    }),
  };
}

function withoutClaim(ports: DeliverPorts): DeliverPorts {
  return {
    ...ports,
    alerts: committing(ports.alerts, async (records) => {
      if (!isResult(records)) return { outcome: "committed" };
      return ports.alerts.commit(
        records.map((one) => (isOutbox(one) ? { ...one, version: one.version - 1 } : one)),
      );
    }),
  };
}

function takingClaimed(ports: DeliverPorts): DeliverPorts {
  const { alerts } = ports;
  const open: AlertStore["open"] = (range) =>
    alerts.open({ ...range, to: range.to + MINUTE_US * 2 });
  return { ...ports, alerts: { ...alerts, open } };
}

function renaming(): (ports: DeliverPorts) => DeliverPorts {
  let attempts = 0;
  return (ports) => ({
    ...ports,
    notifiers: eachNotifier(ports, (notifier) => ({
      send: (notification) => {
        attempts += 1;
        const notificationId = `${notification.notificationId} (${attempts})`;
        return notifier.send({ ...notification, notificationId });
      },
    })),
  });
}

function closingFailed(ports: DeliverPorts): DeliverPorts {
  return {
    ...ports,
    alerts: committing(ports.alerts, (records) => {
      if (!isResult(records)) return ports.alerts.commit(records);
      return ports.alerts.commit(records.map(({ openAt: _, ...record }) => record));
    }),
  };
}

/** The place of a group's message, as Slack's function reads it. */
function readingPlace(
  ports: SlackPorts,
  read: (place: Record<string, unknown>) => Record<string, unknown>,
): SlackPorts {
  const { alerts } = ports;
  const find: AlertStore["find"] = async (key) => {
    const found = await alerts.find(key);
    if (found === undefined || !key.id.endsWith("/slack-place")) return found;
    return { ...found, value: JSON.stringify(read(JSON.parse(found.value))) };
  };
  return { ...ports, alerts: { ...alerts, find } };
}

function withoutSeq(ports: SlackPorts): SlackPorts {
  return readingPlace(ports, (place) => ({ ...place, seq: 0 }));
}

function withoutPlace(ports: SlackPorts): SlackPorts {
  return readingPlace(ports, ({ place: _, ...rest }) => rest);
}

function withoutGroup(ports: SlackPorts): SlackPorts {
  const isGroup = ({ id }: AlertRecord) => id.endsWith("/slack-place");
  return {
    ...ports,
    alerts: committing(ports.alerts, async (records) => {
      if (records.every(isGroup)) return { outcome: "committed" };
      return ports.alerts.commit(
        records.map((one) => (isGroup(one) ? { ...one, version: one.version - 1 } : one)),
      );
    }),
  };
}
