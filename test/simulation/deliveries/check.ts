/** At rest: everybody was told of each transition, of nothing else, under one id, and twice only where nobody could know. */
import type { Delivery, OutboxItem } from "../../../lib/app/deliver-notifications.ts";
import type { Notification } from "../../../lib/core/alerts/notification.ts";
import { MINUTE_US } from "../../../lib/core/units.ts";
import type { AlertRecord } from "../../../lib/ports/alert-store.ts";
import type { Receipt, SlackAttempt, Utterance } from "./log.ts";
import { CHANNELS, type DeliveryRun } from "./run.ts";

/** How long one who speaks to Slack has a group for itself, by its own clock. */
const SLACK_CLAIM_US = MINUTE_US;

export function checkDeliveries(run: DeliveryRun): void {
  for (const notification of run.log.committed.values()) {
    for (const channel of CHANNELS) checkChannel(run, `${notification.notificationId}/${channel}`);
  }
  for (const receipt of run.log.receipts) checkKnown(run, receipt.handover.notification);
  for (const { attempt, text } of run.log.utterances) {
    checkKnown(run, attempt.notification);
    if (!text.includes(attempt.notification.summary)) run.log.violated(`Slack says: ${text}`);
  }
  checkWritten(run);
  for (const group of groupsOf(run)) checkGroup(run, group);
}

/** Of a committed transition, and under its id. */
function checkKnown({ log }: DeliveryRun, { summary, notificationId }: Notification): void {
  const committed = log.committed.get(summary);
  if (committed === undefined) log.violated(`received, but never committed: ${summary}`);
  else if (committed.notificationId !== notificationId) {
    log.violated(`received as ${notificationId}, committed as ${committed.notificationId}`);
  }
}

function checkChannel({ log, chaos }: DeliveryRun, id: string): void {
  const receipts = log.receipts
    .filter(({ handover }) => handover.id === id)
    .sort((a, b) => a.handover.claim.at - b.handover.claim.at);
  if (receipts.length === 0) log.violated(`never received: ${id}`);
  for (const [at, receipt] of receipts.entries()) {
    const before = receipts[at - 1];
    if (before === undefined) continue;
    const reason = reasonOfCopy(before, receipt);
    if (reason === undefined) log.violated(`received twice, for no reason: ${id}`);
    else chaos.saw(reason);
  }
  if (Object.keys(chaos.intensities).length > 0) return;
  if (receipts.length === 1) chaos.saw("notification received exactly once, without faults");
  else log.violated(`received ${receipts.length} times, without faults: ${id}`);
}

/** Why a second sender could not know that the first was heard. */
function reasonOfCopy({ handover: first }: Receipt, { handover: second }: Receipt) {
  if (first.outcome === "failed") return "copy after an outcome that was not known";
  const isSettled = first.settledAt < second.claim.at;
  const isOver = second.claim.from >= first.claim.until;
  return isOver && !isSettled ? "copy after a claim that ran out" : undefined;
}

/** Outbox and deliveries say what happened. */
function checkWritten(run: DeliveryRun): void {
  const { store, log } = run;
  const items = [...store.records.values()].filter(({ type }) => type === "outbox");
  for (const item of items) checkItem(run, item);
  if (items.length !== log.committed.size * CHANNELS.length) {
    log.violated(`${items.length} in the outbox of ${log.committed.size} transitions`);
  }
}

function checkItem({ store, log }: DeliveryRun, { id, openAt, value }: AlertRecord): void {
  if (openAt !== undefined) log.violated(`still in the outbox: ${id}`);
  const { attempts } = JSON.parse(value) as OutboxItem;
  const record = store.records.get(`delivery ${id}`);
  const delivery = record === undefined ? undefined : (JSON.parse(record.value) as Delivery);
  const counts = [log.completions.get(id), delivery?.attempts, record?.version];
  if (counts.some((count) => count !== attempts)) {
    log.violated(`attempts of ${id} do not add up: ${attempts} and ${counts}`);
  }
  if (delivery?.status !== "sent") log.violated(`ended as ${delivery?.status}: ${id}`);
  const isTaken = log.receipts.some(
    ({ handover }) => handover.id === id && handover.outcome === "taken",
  );
  if (!isTaken) log.violated(`said to be sent, taken by nobody: ${id}`);
}

function groupsOf({ log }: DeliveryRun): Set<string> {
  return new Set([...log.committed.values()].map(({ groupId }) => groupId));
}

function checkGroup(run: DeliveryRun, group: string): void {
  const { log, isChangeable } = run;
  const said = log.utterances.filter(({ attempt }) => attempt.notification.groupId === group);
  const seqs = [...log.committed.values()]
    .filter(({ groupId }) => groupId === group)
    .map(({ seq }) => seq);
  const newest = Math.max(...seqs);
  if (!said.some(({ attempt }) => attempt.notification.seq === newest)) {
    log.violated(`Slack was never told the newest of ${group}, ${newest}`);
  }
  if (isChangeable) checkPosts(run, said);
  else
    for (const seq of seqs)
      checkPosts(
        run,
        said.filter((one) => seqOf(one) === seq),
      );
  checkLast(run, said, newest);
}

const seqOf = ({ attempt }: Utterance) => attempt.notification.seq;

/** Each after the first because whoever posted before could not say so, and had its time. */
function checkPosts(run: DeliveryRun, said: readonly Utterance[]): void {
  const { log, chaos } = run;
  const posts = said.filter(({ kind }) => kind === "post");
  for (const [at, post] of posts.entries()) {
    for (const before of posts.slice(0, at)) {
      // Who claims first may speak last.
      if (couldNotKnow(run, before.attempt, post) || couldNotKnow(run, post.attempt, before)) {
        chaos.saw("Slack: posted again after a claim that ran out");
      } else {
        const { groupId } = post.attempt.notification;
        log.violated(`Slack has ${groupId} twice, of ${seqOf(before)} and ${seqOf(post)}`);
      }
    }
  }
}

/** An older text over a newer one, by one who had the group no longer. */
function checkLast(run: DeliveryRun, said: readonly Utterance[], newest: number): void {
  const { log, chaos } = run;
  const last = said.at(-1);
  if (last === undefined || seqOf(last) === newest) return;
  const isOverdue = said.some(
    (one) => seqOf(one) === newest && couldNotKnow(run, last.attempt, one),
  );
  if (isOverdue) chaos.saw("Slack: written over by a sender whose claim ran out");
  else
    log.violated(`Slack shows ${seqOf(last)} of ${newest} of ${last.attempt.notification.groupId}`);
}

/**
 * The claim of the one was over before the other spoke, and what the one had said stood nowhere. Where clocks are minutes
 * apart, a third may have taken the group over at any time, and given it back.
 */
function couldNotKnow(run: DeliveryRun, one: SlackAttempt, { attempt: other, at }: Utterance) {
  if (one.settledAt < other.startedAt) return false;
  return run.chaos.injected.has("skewed-clock") || at >= one.startedAt + SLACK_CLAIM_US;
}
