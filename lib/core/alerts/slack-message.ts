/** A notification as a Slack message in Block Kit, within Slack's bounds whatever the texts hold. */
import { headlineOf, leadOf, type Notification } from "./notification.ts";

interface PlainText {
  readonly type: "plain_text";
  readonly text: string;
}

interface MarkdownText {
  readonly type: "mrkdwn";
  readonly text: string;
}

export type SlackBlock =
  | { readonly type: "header"; readonly text: PlainText }
  | { readonly type: "section"; readonly text: MarkdownText }
  | { readonly type: "section"; readonly fields: readonly MarkdownText[] }
  | { readonly type: "context"; readonly elements: readonly MarkdownText[] }
  | { readonly type: "actions"; readonly elements: readonly SlackButton[] };

export interface SlackButton {
  readonly type: "button";
  readonly text: PlainText;
  readonly url: string;
}

export interface SlackMessage {
  /** What a phone and a screen reader say. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

// Slack takes 50 blocks, 2,000 characters a field and 3,000 a section, but refuses a whole message beyond some 12,000.
const HEADER_MAX = 150;
const FIELDS_MAX = 10;
const FIELD_MAX = 400;
const NOTES_MAX = 2_000;
const BUTTON_MAX = 75;
const BUTTONS_MAX = 3;
const URL_MAX = 600;
/** The line that a phone shows. */
const TEXT_MAX = 1_000;

export function slackMessageOf(notification: Notification): SlackMessage {
  const { kind, severity, title, since, facts, notes, links } = notification;
  const mark = kind === "resolved" ? "✓ RESOLVED" : `■ ${severity.toUpperCase()}`;
  const lead = kind === "test" ? "TEST" : mark;
  const fields = [
    ...(notification.instrument === undefined
      ? []
      : [{ label: "Instrument", value: notification.instrument }]),
    { label: "Since", value: since },
    ...facts,
  ];
  const buttons = links
    .filter(({ url }) => url.length <= URL_MAX && /^https?:[/][/]/.test(url))
    .slice(0, BUTTONS_MAX)
    .map(({ label, url }) => ({ type: "button" as const, text: plain(label, BUTTON_MAX), url }));
  return {
    text: cut(escaped(`${leadOf(notification)} ${headlineOf(notification)}`), TEXT_MAX),
    blocks: [
      { type: "header", text: plain(`${lead} · ${title}`, HEADER_MAX) },
      {
        type: "section",
        fields: fields.slice(0, FIELDS_MAX).map(({ label, value }) => ({
          type: "mrkdwn",
          text: cut(`*${escaped(label)}*\n${escaped(value)}`, FIELD_MAX),
        })),
      },
      ...(notes.length === 0 ? [] : [section(notes.map(escaped).join("\n"))]),
      { type: "context", elements: [{ type: "mrkdwn", text: contextOf(notification) }] },
      ...(buttons.length === 0 ? [] : [{ type: "actions" as const, elements: buttons }]),
    ],
  };
}

function contextOf({ rule, environment, reference }: Notification): string {
  const from = rule === undefined ? "" : `rule ${escaped(rule)} · `;
  return cut(`${from}${escaped(environment)} · ref ${escaped(reference)} · MOCK DATA`, FIELD_MAX);
}

function section(text: string): SlackBlock {
  return { type: "section", text: { type: "mrkdwn", text: cut(text, NOTES_MAX) } };
}

function plain(text: string, max: number): PlainText {
  return { type: "plain_text", text: cut(text, max) };
}

/** Slack's own three, so that a name can neither mention a channel nor make a link; its quoting of code goes too. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** By code points, so that no half character is left; `…` where something is missing. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${[...text.slice(0, max - 1)].filter(isWhole).join("")}…`;
}

function isWhole(character: string): boolean {
  return !/^[\ud800-\udfff]$/.test(character);
}
