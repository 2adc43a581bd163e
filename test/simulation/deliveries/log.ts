/** What was committed, handed over and received, as nobody in the run sees it: kept to hold the end against it. */
import type { OutboxItem } from "../../../lib/app/deliver-notifications.ts";
import type { Notification } from "../../../lib/core/alerts/notification.ts";
import type { AlertRecord } from "../../../lib/ports/alert-store.ts";
import type { Violation } from "../ledger-of-commits.ts";
import type { Process } from "../process.ts";

/** When an item was claimed. */
export interface ItemClaim {
  /** By the true time. */
  readonly at: number;
  /** By the clock of who claimed it. */
  readonly from: number;
  /** By the same clock; endless where nothing was claimed. */
  readonly until: number;
}

/** One try to hand a notification to a channel. */
export interface Handover {
  /** Of the outbox record. */
  readonly id: string;
  readonly notification: Notification;
  readonly claim: ItemClaim;
  outcome: "pending" | "taken" | "failed";
  /** When its result was committed. */
  settledAt: number;
}

/** What a sender of a process has claimed, and what it does with it. */
export interface Sending {
  readonly claims: Map<string, ItemClaim>;
  readonly handovers: Map<string, Handover>;
}

export interface Receipt {
  readonly handover: Handover;
  readonly at: number;
}

/** One call of Slack's function. */
export interface SlackAttempt {
  readonly process: Process;
  readonly notification: Notification;
  readonly startedAt: number;
  hasSpoken: boolean;
  /** When what it said was committed. */
  settledAt: number;
}

/** One change of the chat. */
export interface Utterance {
  readonly attempt: SlackAttempt;
  readonly kind: "post" | "update";
  readonly ts: string;
  readonly text: string;
  readonly at: number;
}

export interface DeliveryLog {
  readonly violations: Violation[];
  /** Notifications of committed transitions, by what they tell of. */
  readonly committed: Map<string, Notification>;
  readonly receipts: Receipt[];
  /** How often a result was committed, by the outbox record. */
  readonly completions: Map<string, number>;
  readonly utterances: Utterance[];
  violated(detail: string, invariant?: string): void;
}

export function createDeliveryLog(): DeliveryLog {
  const violations: Violation[] = [];
  return {
    violations,
    committed: new Map(),
    receipts: [],
    completions: new Map(),
    utterances: [],
    violated: (detail, invariant = "I10") => void violations.push({ invariant, detail }),
  };
}

/** What the records of a commit tell people, by what it tells of. */
export function* toldIn(
  records: readonly AlertRecord[],
): Generator<readonly [string, Notification]> {
  if (!records.some(({ type }) => type === "event")) return;
  for (const { type, value } of records) {
    if (type !== "outbox") continue;
    const { notification } = JSON.parse(value) as OutboxItem;
    yield [notification.summary, notification];
  }
}
