/** Against a receiver on this machine that answers as Slack does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slackChat } from "../../../lib/adapters/slack/slack-chat.ts";
import { parseSlackSecret, webhookProblem } from "../../../lib/adapters/slack/slack-secret.ts";
import { slackMessageOf } from "../../../lib/core/alerts/slack-message.ts";
import { NotifierError } from "../../../lib/ports/notifier-error.ts";
import { chatContract, type OpenedChat } from "../../contract/chat.contract.ts";
import { INVENTORY } from "../../core/alerts/notifications.ts";

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const BOT = { botToken: "xoxb-1234567890-abc", channel: "C0123" };
const WEBHOOK = { webhookUrl: "https://hooks.slack.com/services/T1/B2/abc" };
const MESSAGE = slackMessageOf(INVENTORY);

describe("slackChat", () => {
  let server: Server;
  let baseUrl: string;
  let asked: Asked[];
  let answer: Answer;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        asked.push({
          path: request.url ?? "",
          authorization: request.headers.authorization,
          body: JSON.parse(Buffer.concat(chunks).toString()) as Asked["body"],
        });
        response.writeHead(answer.status, answer.headers);
        response.end(answer.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: '{"ok":true,"channel":"C0123","ts":"17.5"}' };
  });

  const failure = async (work: Promise<unknown>): Promise<NotifierError> => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(NotifierError);
    return error as NotifierError;
  };

  it("posts with the bot's token and says where the message stands", async () => {
    const place = await slackChat({ secret: BOT, baseUrl }).post(MESSAGE);
    expect(place).toEqual({ channel: "C0123", ts: "17.5" });
    expect(asked[0]).toMatchObject({
      path: "/api/chat.postMessage",
      authorization: `Bearer ${BOT.botToken}`,
      body: { channel: "C0123", text: MESSAGE.text },
    });
  });

  it("writes a message anew where it stands", async () => {
    await slackChat({ secret: BOT, baseUrl }).update({ channel: "C9", ts: "3.1" }, MESSAGE);
    expect(asked[0]).toMatchObject({
      path: "/api/chat.update",
      body: { channel: "C9", ts: "3.1", text: MESSAGE.text },
    });
  });

  it("posts by webhook to the same path, and cannot say where", async () => {
    answer = { status: 200, body: "ok" };
    expect(await slackChat({ secret: WEBHOOK, baseUrl }).post(MESSAGE)).toBeUndefined();
    expect(asked[0]).toMatchObject({ path: "/services/T1/B2/abc", authorization: undefined });
  });

  it.each([
    {
      given: { status: 429, body: "", headers: { "retry-after": "7" } },
      transient: true,
      retry: 7,
      when: "it is asked to slow down",
    },
    {
      given: { status: 500, body: "oops" },
      transient: true,
      retry: undefined,
      when: "Slack fails",
    },
    {
      given: { status: 403, body: "invalid_token" },
      transient: false,
      retry: undefined,
      when: "the webhook was removed",
    },
    {
      given: { status: 200, body: '{"ok":false,"error":"invalid_auth"}' },
      transient: false,
      retry: undefined,
      when: "the token was revoked",
    },
    {
      given: { status: 200, body: '{"ok":false,"error":"ratelimited"}' },
      transient: true,
      retry: undefined,
      when: "Slack limits its rate in a 200",
    },
    {
      given: { status: 200, body: "<html>" },
      transient: true,
      retry: undefined,
      when: "a proxy answers instead",
    },
    {
      given: { status: 302, body: "", headers: { location: "http://169.254.169.254/" } },
      transient: true,
      retry: undefined,
      when: "it is sent elsewhere: it does not follow",
    },
    {
      given: { status: 200, body: "x".repeat(10_000) },
      transient: true,
      retry: undefined,
      when: "the answer is long",
    },
  ])("says whether trying again can help when $when", async ({ given, transient, retry }) => {
    answer = given;
    const error = await failure(slackChat({ secret: BOT, baseUrl }).post(MESSAGE));
    expect(error.transient).toBe(transient);
    expect(error.retryAfterSeconds).toBe(retry);
    expect(error.message).not.toContain(BOT.botToken);
    expect(asked).toHaveLength(1);
  });

  it.each([
    { what: "a refusal", status: 400 },
    { what: "a failure", status: 500 },
    { what: "what is no answer of Slack's", status: 200 },
  ])("tells nobody its secret where $what repeats it", async ({ status }) => {
    const { pathname } = new URL(WEBHOOK.webhookUrl);
    answer = { status, body: `no ${BOT.botToken} for ${WEBHOOK.webhookUrl}` };
    const byToken = await failure(slackChat({ secret: BOT, baseUrl }).post(MESSAGE));
    const byHook = await failure(slackChat({ secret: WEBHOOK, baseUrl }).post(MESSAGE));
    expect(inspect(byToken, { depth: 10 })).not.toContain(BOT.botToken);
    expect(inspect(byHook, { depth: 10 })).not.toContain(pathname);
  });

  it("tells nobody its secret where a refusal in a 200 repeats it", async () => {
    answer = { status: 200, body: JSON.stringify({ ok: false, error: `no ${BOT.botToken}` }) };
    const error = await failure(slackChat({ secret: BOT, baseUrl }).post(MESSAGE));
    expect(error.message).toBe("Slack refused the message: no (hidden)");
  });

  it("does not know what became of a message when nobody answers", async () => {
    const error = await failure(
      slackChat({ secret: BOT, baseUrl: "http://127.0.0.1:1" }).post(MESSAGE),
    );
    expect(error).toMatchObject({ transient: true });
  });
});

describe("the Slack secret", () => {
  it.each([
    { text: JSON.stringify(BOT), expected: BOT },
    { text: JSON.stringify(WEBHOOK), expected: WEBHOOK },
  ])("may be $text", ({ text, expected }) => {
    expect(parseSlackSecret(text)).toEqual(expected);
  });

  it.each([
    { text: "", when: "it is empty" },
    { text: "xoxb-123", when: "it is the bare token" },
    { text: "[]", when: "it is a list" },
    { text: '{"botToken":"xoxb-1234567890"}', when: "the channel is missing" },
    { text: '{"botToken":"xoxp-1234567890","channel":"C012"}', when: "it is a person's token" },
    { text: '{"botToken":"xoxb-1234567890","channel":"#desk"}', when: "the channel is a name" },
    {
      text: '{"webhookUrl":"https://hooks.slack.com/services/T1/B2/x","channel":"C1"}',
      when: "it is both",
    },
  ])("is refused when $when, without being shown", ({ text }) => {
    expect(() => parseSlackSecret(text)).toThrow("the Slack secret is refused");
    expect(() => parseSlackSecret(text)).not.toThrow("1234567890");
  });

  it.each([
    "http://hooks.slack.com/services/T1/B2/x",
    "https://hooks.slack.com.evil.test/services/T1/B2/x",
    "https://evil.test/services/T1/B2/x",
    "https://hooks.slack.com@evil.test/services/T1/B2/x",
    "https://hooks.slack.com:8443/services/T1/B2/x",
    "https://user:pw@hooks.slack.com/services/T1/B2/x",
    "https://127.0.0.1/services/T1/B2/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/services/T1/B2/x",
    "https://2130706433/services/T1/B2/x",
    "https://hooks.slack.com/services/T1/B2/x?to=http://evil.test",
    "https://hooks.slack.com/services/../api/T1",
    "https://hooks.sla\u0441k.com/services/T1/B2/x",
    "file:///etc/passwd",
    "not a url",
  ])("leads nowhere but to Slack: %s", (text) => {
    expect(webhookProblem(text)).toBeDefined();
  });
});

/** A workspace of one channel, as far as the two ways of posting see it. */
async function openWorkspace(secret: typeof BOT | typeof WEBHOOK): Promise<OpenedChat> {
  const texts = new Map<string, string>();
  let status = 200;
  const workspace = createServer(async (request, response) => {
    const body = (await json(request)) as { text: string; ts?: string };
    response.statusCode = status;
    if (status !== 200) return void response.end("no");
    const ts = body.ts ?? `${texts.size + 1}.0`;
    texts.set(ts, body.text);
    response.end("botToken" in secret ? JSON.stringify({ ok: true, channel: "C0123", ts }) : "ok");
  });
  await new Promise<void>((resolve) => workspace.listen(0, "127.0.0.1", resolve));
  const { port } = workspace.address() as AddressInfo;
  return {
    chat: slackChat({ secret, baseUrl: `http://127.0.0.1:${port}` }),
    standing: () => [...texts.values()],
    breakDown: (kind) => {
      status = kind === "transient" ? 503 : 404;
    },
    close: async () => {
      workspace.closeAllConnections();
      workspace.close();
    },
  };
}

chatContract("Slack with a bot", () => openWorkspace(BOT), { updates: "in-place" });
chatContract("Slack with a webhook", () => openWorkspace(WEBHOOK), { updates: "as-new-message" });
