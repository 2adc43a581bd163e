/** What the secret may hold: a bot's token with its channel, or an incoming webhook. */
export type SlackSecret =
  | { readonly botToken: string; readonly channel: string }
  | { readonly webhookUrl: string };

/** The secret is not one of the two. Its message never holds what the secret holds. */
export class SlackSecretError extends Error {
  override readonly name = "SlackSecretError";

  constructor(problem: string) {
    super(
      `the Slack secret is refused: ${problem}; it must be {"botToken":"xoxb-…","channel":"C…"} or {"webhookUrl":"https://hooks.slack.com/services/…"}`,
    );
  }
}

const TOKEN = /^xoxb-[A-Za-z0-9-]{10,200}$/;
const CHANNEL = /^[CDG][A-Z0-9]{2,30}$/;
const WEBHOOK_PATH = /^[/]services[/][A-Za-z0-9]+[/][A-Za-z0-9]+[/][A-Za-z0-9]+$/;

/** @throws {SlackSecretError} when the text is none */
export function parseSlackSecret(text: string): SlackSecret {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SlackSecretError("it is no JSON");
  }
  if (typeof value !== "object" || value === null) throw new SlackSecretError("it is no object");
  const fields = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(fields).sort().join(",");
  if (names === "botToken,channel") return botOf(fields);
  if (names !== "webhookUrl") {
    throw new SlackSecretError(
      "it has other fields than botToken and channel, or webhookUrl alone",
    );
  }
  const webhookUrl = String(fields["webhookUrl"]);
  const problem = webhookProblem(webhookUrl);
  if (problem !== undefined) throw new SlackSecretError(problem);
  return { webhookUrl };
}

function botOf(fields: Readonly<Record<string, unknown>>): SlackSecret {
  const botToken = String(fields["botToken"]);
  const channel = String(fields["channel"]);
  if (!TOKEN.test(botToken)) throw new SlackSecretError("botToken must start with xoxb-");
  if (!CHANNEL.test(channel)) throw new SlackSecretError("channel must be an id such as C0123456");
  return { botToken, channel };
}

/** What is wrong with a webhook's address: it may lead to Slack's services and nowhere else. */
export function webhookProblem(text: string): string | undefined {
  if (!URL.canParse(text)) return "webhookUrl is no URL";
  const url = new URL(text);
  if (url.protocol !== "https:") return "webhookUrl must begin with https://";
  if (url.hostname !== "hooks.slack.com") return "webhookUrl must lead to hooks.slack.com";
  if (url.port !== "" || url.username !== "" || url.password !== "") {
    return "webhookUrl must have neither port nor user";
  }
  if (!WEBHOOK_PATH.test(url.pathname) || url.search !== "" || url.hash !== "") {
    return "webhookUrl must end in /services/T…/B…/…";
  }
  return undefined;
}
