/**
 * What stands between the outbox and Slack: a topic that hands each message to a function at least once, in no order,
 * three times if it fails, and then to a queue from which an operator puts it back.
 */
import { postToSlack, type SlackPorts } from "../../../lib/app/post-to-slack.ts";
import type { Notification } from "../../../lib/core/alerts/notification.ts";
import { MINUTE_US, SECOND_US } from "../../../lib/core/units.ts";
import { clockOf } from "../faulty-ports.ts";
import { alertsFor, chatFor, isExpected } from "./faulty-channels.ts";
import type { SlackAttempt } from "./log.ts";
import { type DeliveryRun, newProcess } from "./run.ts";

export interface Topic {
  publish(notification: Notification): void;
  isDrained(): boolean;
}

const TRIES = 3;
/** How long an invocation may take before it is given up. It may go on. */
const TIMEOUT_US = 30 * SECOND_US;
const OPERATOR_US = 8 * MINUTE_US;

/** @param run is asked for when a message comes, since a run holds its topic */
export function createTopic(run: () => DeliveryRun): Topic {
  let underway = 0;
  return {
    publish: (notification) => {
      const { chaos, scheduler } = run();
      const copies = chaos.strikes("topic-duplicate") ? 2 : 1;
      for (let copy = 0; copy < copies; copy += 1) {
        underway += 1;
        const delay = chaos.strikes("topic-late")
          ? chaos.between(SECOND_US, 10 * MINUTE_US)
          : chaos.between(10_000, 2 * SECOND_US);
        const done = () => {
          underway -= 1;
        };
        scheduler.after(delay, () => invoke(run(), { notification, tries: 1, done }));
      }
    },
    isDrained: () => underway === 0,
  };
}

interface Message {
  readonly notification: Notification;
  readonly tries: number;
  readonly done: () => void;
}

function invoke(run: DeliveryRun, message: Message): void {
  const { scheduler, log, trace } = run;
  const { notification } = message;
  const process = newProcess(run);
  const startedAt = scheduler.now();
  const attempt: SlackAttempt = {
    process,
    notification,
    startedAt,
    hasSpoken: false,
    settledAt: Infinity,
  };
  let isOver = false;
  const end = (why: string | undefined) => {
    if (isOver) return;
    isOver = true;
    if (why === undefined) message.done();
    else again(run, message, `${notification.notificationId}: ${why}`);
  };
  process.onDeath = () => end("killed");
  scheduler.after(TIMEOUT_US, () => end("timed out"));
  const ports = run.mutant.slack?.(portsFor(run, attempt)) ?? portsFor(run, attempt);
  void postToSlack(ports, notification).then(
    (outcome) => {
      trace(`process ${process.id} to Slack: ${notification.notificationId} ${outcome}`);
      if (outcome === "duplicate") run.chaos.saw("Slack: copy known by its id");
      if (outcome === "superseded") run.chaos.saw("Slack: older than what is shown");
      end(undefined);
    },
    (error: Error) => {
      if (!isExpected(error)) log.violated(`Slack's function failed: ${error}`);
      if (/another sender/.test(error.message))
        run.chaos.saw("Slack: group in hand of another sender");
      end(error.message);
    },
  );
}

function portsFor(run: DeliveryRun, attempt: SlackAttempt): SlackPorts {
  const { process } = attempt;
  const alerts = alertsFor(run, process, () => {
    if (attempt.hasSpoken) attempt.settledAt = Math.min(attempt.settledAt, run.scheduler.now());
  });
  return { alerts, chat: chatFor(run, attempt), clock: clockOf(run, process) };
}

/** After a minute, after two more, and then when an operator has looked. */
function again(run: DeliveryRun, message: Message, why: string): void {
  const { chaos, log, scheduler, trace } = run;
  trace(`the topic tries again: ${why}`);
  const isGivenUp = message.tries === TRIES;
  if (isGivenUp) {
    chaos.saw("Slack: given up by the topic, and put back");
    if (Object.keys(chaos.intensities).length === 0)
      log.violated(`given up without a fault: ${why}`);
  }
  const delay = isGivenUp ? OPERATOR_US : message.tries * MINUTE_US;
  const tries = isGivenUp ? 1 : message.tries + 1;
  scheduler.after(delay, () => invoke(run, { ...message, tries }));
}
