/** What a person is told, whatever the channel: written once, so that every channel says the same. */

export const SEVERITIES = ["info", "warning", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

/** `test` is sent by hand, to see that the way out is open. */
export type NotificationKind =
  | "firing"
  | "severity"
  | "repeat"
  | "resolved"
  | "escalated"
  | "summary"
  | "test";

/** One label with its value, as `value: 104 % of hard limit`. */
export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** Opens the page; never changes anything by itself, because mail scanners follow every link. */
export interface NotificationLink {
  readonly label: string;
  readonly url: string;
}

export interface Notification {
  /** The same in every copy and every try: who has it may drop the next. */
  readonly notificationId: string;
  /** Whose message it is: later notifications of a group may replace the earlier ones' text. */
  readonly groupId: string;
  /** Rises within a group: an older one never replaces a newer. */
  readonly seq: number;
  readonly kind: NotificationKind;
  readonly severity: Severity;
  /** Undefined where no rule stands behind it. */
  readonly rule?: string;
  /** Undefined for what concerns the whole desk. */
  readonly instrument?: string;
  /** The deployment's stage, or `local`. */
  readonly environment: string;
  /** `Inventory above hard limit`. */
  readonly title: string;
  /** The figure in a few words: `104 % (limit 100 %)`. */
  readonly summary: string;
  /** `firing since 07:10:02 UTC (4 min)`. */
  readonly since: string;
  readonly facts: readonly Fact[];
  /** What else is so at this time, and what to look at first. */
  readonly notes: readonly string[];
  readonly links: readonly NotificationLink[];
  /** Short, for people to say to each other. */
  readonly reference: string;
}

const SHORT: Readonly<Record<Severity, string>> = {
  info: "INFO",
  warning: "WARN",
  critical: "CRIT",
};

const VERBS: Readonly<Record<NotificationKind, string>> = {
  firing: "",
  severity: "now ",
  repeat: "still ",
  resolved: "RESOLVED ",
  escalated: "UNACKNOWLEDGED ",
  summary: "SUMMARY ",
  test: "TEST ",
};

/** `still CRIT`, `RESOLVED WARN`: what leads every subject and preview. */
export function leadOf({ kind, severity }: Notification): string {
  return `${VERBS[kind]}${SHORT[severity]}`;
}

/** `Inventory above hard limit: SOL-PERP 104 % (limit 100 %)`. */
export function headlineOf({ title, instrument, summary }: Notification): string {
  return `${title}: ${instrument === undefined ? summary : `${instrument} ${summary}`}`;
}
