/** Store, channels and chat as one process sees them: whatever it asks of them may be refused, late, lost or not answered. */
import type { OutboxItem } from "../../../lib/app/deliver-notifications.ts";
import { MINUTE_US } from "../../../lib/core/units.ts";
import type { AlertRecord, AlertStore } from "../../../lib/ports/alert-store.ts";
import type { Chat } from "../../../lib/ports/chat.ts";
import type { Notifier } from "../../../lib/ports/notifier.ts";
import { NotifierError } from "../../../lib/ports/notifier-error.ts";
import { clockOf } from "../faulty-ports.ts";
import {
  awake,
  type CallFaults,
  call,
  type Process,
  ThrottledError,
  TimeOutError,
} from "../process.ts";
import type { DeliveryFault } from "./faults.ts";
import { type Handover, type Sending, type SlackAttempt, toldIn } from "./log.ts";
import type { CHANNELS, DeliveryRun } from "./run.ts";

const READ: CallFaults<DeliveryFault> = { throttle: "alerts-throttle" };
const COMMIT: CallFaults<DeliveryFault> = {
  throttle: "alerts-throttle",
  unknownApplied: "alerts-unknown-applied",
  unknownLater: "alerts-unknown-later",
  unknownNever: "alerts-unknown-never",
};
const SEND: CallFaults<DeliveryFault> = {
  throttle: "channel-refusal",
  unknownApplied: "channel-unknown-applied",
  unknownLater: "channel-unknown-later",
  unknownNever: "channel-unknown-never",
};
const SAY: CallFaults<DeliveryFault> = {
  throttle: "chat-throttle",
  unknownApplied: "chat-unknown-applied",
  unknownLater: "chat-unknown-later",
  unknownNever: "chat-unknown-never",
};

/** What a store answers when it is not well, or a channel. */
export function isExpected(error: unknown): boolean {
  return (
    error instanceof ThrottledError ||
    error instanceof TimeOutError ||
    error instanceof NotifierError
  );
}

/** @param committed hears of each commit when it takes effect */
export function alertsFor(
  run: DeliveryRun,
  process: Process,
  committed: (records: readonly AlertRecord[]) => void = () => {},
): AlertStore {
  const { store, log } = run;
  const through = <Result>(faults: CallFaults<DeliveryFault>, effect: () => Promise<Result>) =>
    call(run, process, faults, effect);
  return {
    commit: (records) =>
      through(COMMIT, async () => {
        const result = await store.commit(records);
        if (result.outcome !== "committed") return result;
        for (const [about, notification] of toldIn(records)) log.committed.set(about, notification);
        committed(records);
        return result;
      }),
    find: (key) => through(READ, () => store.find(key)),
    list: (range) => through(READ, () => store.list(range)),
    open: (range) => through(READ, () => store.open(range)),
    deleteBefore: (...asked) => through(READ, () => store.deleteBefore(...asked)),
  };
}

/** Notes which items a sender claims, and when their results stand. */
export function notingClaims(
  run: DeliveryRun,
  process: Process,
): (records: readonly AlertRecord[]) => void {
  const { completions } = run.log;
  const clock = clockOf(run, process);
  const { claims, handovers } = sendingOf(run, process);
  const settle = (id: string) => {
    completions.set(id, (completions.get(id) ?? 0) + 1);
    const handover = handovers.get(id);
    if (handover !== undefined) handover.settledAt = run.scheduler.now();
  };
  return (records) => {
    const isResult = records.some(({ type }) => type === "delivery");
    for (const { id, openAt } of records.filter(({ type }) => type === "outbox")) {
      if (isResult) settle(id);
      else claims.set(id, { at: run.scheduler.now(), from: clock.now(), until: openAt ?? 0 });
    }
  };
}

function sendingOf({ sendings }: DeliveryRun, process: Process): Sending {
  const known = sendings.get(process);
  if (known !== undefined) return known;
  const sending: Sending = { claims: new Map(), handovers: new Map() };
  sendings.set(process, sending);
  return sending;
}

export function notifierFor(
  run: DeliveryRun,
  process: Process,
  channel: (typeof CHANNELS)[number],
): Notifier {
  const { chaos, log, scheduler, topic } = run;
  return {
    send: async (notification) => {
      await awake(run, process);
      const handover = handoverOf(run, process, { channel, notification, attempts: 0 });
      try {
        if (chaos.strikes("channel-slow")) {
          await scheduler.sleep(chaos.between(MINUTE_US, 5 * MINUTE_US));
        }
        refusals(run);
        await call(run, process, SEND, async () => {
          log.receipts.push({ handover, at: scheduler.now() });
          if (channel === "slack") topic.publish(notification);
        });
        handover.outcome = "taken";
      } catch (error) {
        handover.outcome = "failed";
        throw told(error);
      }
    },
  };
}

function handoverOf(
  run: DeliveryRun,
  process: Process,
  { channel, notification }: OutboxItem,
): Handover {
  const { claims, handovers } = sendingOf(run, process);
  const id = `${notification.notificationId}/${channel}`;
  const unclaimed = {
    at: run.scheduler.now(),
    from: clockOf(run, process).now(),
    until: Infinity,
  };
  const handover: Handover = {
    id,
    notification,
    claim: claims.get(id) ?? unclaimed,
    outcome: "pending",
    settledAt: Infinity,
  };
  handovers.set(id, handover);
  return handover;
}

function refusals({ chaos }: DeliveryRun): void {
  if (chaos.strikes("channel-retry-after")) {
    const retryAfterSeconds = Math.round(chaos.between(1, 600));
    throw new NotifierError("too many", { transient: true, retryAfterSeconds });
  }
  if (chaos.strikes("channel-revoked")) {
    throw new NotifierError("the token was revoked", { transient: false });
  }
}

/** As the adapters say it. */
function told(error: unknown): unknown {
  if (error instanceof NotifierError || !isExpected(error)) return error;
  return new NotifierError((error as Error).message, { transient: true, cause: error });
}

export function chatFor(run: DeliveryRun, attempt: SlackAttempt): Chat {
  const { chaos, log, scheduler, isChangeable } = run;
  const say = async <Result>(effect: () => Promise<Result>): Promise<Result> => {
    try {
      if (chaos.strikes("chat-slow")) {
        await scheduler.sleep(chaos.between(MINUTE_US / 2, 3 * MINUTE_US));
      }
      return await call(run, attempt.process, SAY, effect);
    } catch (error) {
      throw told(error);
    }
  };
  const utter = (kind: "post" | "update", ts: string, text: string) => {
    attempt.hasSpoken = true;
    log.utterances.push({ attempt, kind, ts, text, at: scheduler.now() });
  };
  return {
    post: ({ text }) =>
      say(async () => {
        const ts = `${log.utterances.length}.0`;
        utter("post", ts, text);
        return isChangeable ? { channel: "C1", ts } : undefined;
      }),
    update: ({ ts }, { text }) => say(async () => utter("update", ts, text)),
  };
}
