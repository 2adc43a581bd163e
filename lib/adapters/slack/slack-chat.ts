/**
 * Slack by its Web API (a bot token: messages can be changed) or by an incoming webhook (they cannot). Where a request
 * may go is a closed list, because the secret that names it is edited by hand: https, two hosts, no redirect, no port.
 */
import type { SlackMessage } from "../../core/alerts/slack-message.ts";
import type { Chat, ChatPlace } from "../../ports/chat.ts";
import { NotifierError } from "../../ports/notifier-error.ts";
import { type SlackSecret, SlackSecretError, webhookProblem } from "./slack-secret.ts";

export interface SlackSettings {
  readonly secret: SlackSecret;
  /** Instead of `https://slack.com` and of the webhook's host, for tests against a local receiver. */
  readonly baseUrl?: string;
}

const TIMEOUT_MS = 3_000;
/** What Slack answers is a line; more is not Slack. */
const ANSWER_BYTES_MAX = 4_096;
/** Answers of Slack that sending again may change. */
const TRANSIENT = new Set([
  "ratelimited",
  "rate_limited",
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
]);

/** @throws {SlackSecretError} when the secret names a place that is not Slack's */
export function slackChat({ secret, baseUrl }: SlackSettings): Chat {
  return "webhookUrl" in secret ? webhook(secret.webhookUrl, baseUrl) : bot(secret, baseUrl);
}

function bot(
  { botToken, channel }: { readonly botToken: string; readonly channel: string },
  baseUrl = "https://slack.com",
): Chat {
  const call = (method: "chat.postMessage" | "chat.update", body: object) => {
    const headers = { authorization: `Bearer ${botToken}` };
    return send({ url: `${baseUrl}/api/${method}`, headers, hidden: botToken }, body);
  };
  return {
    post: async (message) => placeIn(await call("chat.postMessage", { channel, ...message })),
    update: async ({ channel: at, ts }, message) => {
      placeIn(await call("chat.update", { channel: at, ts, ...message }));
    },
  };
}

function webhook(webhookUrl: string, baseUrl: string | undefined): Chat {
  const problem = webhookProblem(webhookUrl);
  if (problem !== undefined) throw new SlackSecretError(problem);
  const { pathname: hidden } = new URL(webhookUrl);
  const url = baseUrl === undefined ? webhookUrl : `${baseUrl}${hidden}`;
  const post = async (message: SlackMessage): Promise<undefined> => {
    const answer = await send({ url, headers: {}, hidden }, message);
    if (answer.trim() !== "ok") throw refused(answer.slice(0, 100));
  };
  return {
    post,
    update: async (_place, message) => {
      await post(message);
    },
  };
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What of the secret a request shows; an answer may repeat it, and an error may not. */
  readonly hidden: string;
}

/** The body of a 2xx answer, without the secret. */
async function send({ url, headers, hidden }: Target, body: object): Promise<string> {
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { "content-type": "application/json; charset=utf-8", ...headers },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new NotifierError("Slack did not answer: whether it has the message is not known", {
      transient: true,
      cause,
    });
  }
  const answer = (await readBounded(response)).replaceAll(hidden, "(hidden)");
  if (response.ok) return answer;
  const retryAfterSeconds = Number(response.headers.get("retry-after") ?? 0);
  throw new NotifierError(`Slack answered ${response.status}: ${answer.slice(0, 100)}`, {
    transient: response.status === 429 || response.status >= 500,
    ...(retryAfterSeconds > 0 ? { retryAfterSeconds } : {}),
  });
}

async function readBounded(response: Response): Promise<string> {
  if (response.body === null) return "";
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > ANSWER_BYTES_MAX) {
      throw new NotifierError(`Slack answered more than ${ANSWER_BYTES_MAX} bytes`, {
        transient: true,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

interface Answer {
  readonly ok?: boolean;
  readonly error?: string;
  readonly channel?: string;
  readonly ts?: string;
}

function placeIn(text: string): ChatPlace | undefined {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch (cause) {
    throw new NotifierError("Slack answered what is no JSON", { transient: true, cause });
  }
  if (answer.ok !== true) throw refused(answer.error ?? "without a reason");
  const { channel, ts } = answer;
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

function refused(reason: string): NotifierError {
  return new NotifierError(`Slack refused the message: ${reason}`, {
    transient: TRANSIENT.has(reason),
  });
}
