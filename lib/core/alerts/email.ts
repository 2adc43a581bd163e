/** A notification as an e-mail through SNS: plain text, a subject that no mail system breaks. */
import { headlineOf, leadOf, type Notification } from "./notification.ts";

export interface Email {
  /** Printable ASCII, at most 78 characters, so that it stays one line everywhere. */
  readonly subject: string;
  readonly text: string;
}

const SUBJECT_MAX = 78;
/** SNS takes 256 KB; a mail that long is no message. */
const TEXT_MAX = 16_000;

export function emailOf(notification: Notification): Email {
  const { severity, since, facts, notes, links, reference } = notification;
  const width = Math.max(0, ...facts.map(({ label }) => label.length));
  const lines = [
    `${severity.toUpperCase()} - ${since}        MOCK DATA`,
    "",
    headlineOf(notification),
    ...facts.map(({ label, value }) => `  ${label.padEnd(width)}  ${value}`),
    ...(notes.length === 0 ? [] : ["", ...notes]),
    ...(links.length === 0 ? [] : ["", ...links.map(({ label, url }) => `${label}: ${url}`)]),
    `Ref ${reference}`,
  ];
  return {
    subject: cut(ascii(`[${leadOf(notification)}] ${headlineOf(notification)}`), SUBJECT_MAX),
    text: cut(lines.map(oneLine).join("\n"), TEXT_MAX),
  };
}

const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/[\u2212\u2013\u2014]/g, "-"],
  [/[\u00a0\u2009\u202f]/g, " "],
  [/\u00d7/g, "x"],
  [/\u2026/g, "..."],
];

/** What has a plain spelling gets it; anything else that is not printable ASCII becomes `?`. */
function ascii(text: string): string {
  const spelled = LOOKALIKES.reduce((so, [found, plain]) => so.replace(found, plain), text);
  return spelled.replace(/[^\x20-\x7e]/g, "?");
}

/** A name with a line break must not begin a line, or a header, of its own. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
}
