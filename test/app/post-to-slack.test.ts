import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { postToSlack } from "../../lib/app/post-to-slack.ts";
import type { Notification } from "../../lib/core/alerts/notification.ts";
import { type EpochUs, MINUTE_US } from "../../lib/core/units.ts";
import type { Chat, ChatPlace } from "../../lib/ports/chat.ts";
import { NotifierError } from "../../lib/ports/notifier-error.ts";
import { INVENTORY } from "../core/alerts/notifications.ts";

describe("postToSlack", () => {
  let store: EmbeddedStore;
  let now: EpochUs;
  let said: string[];
  let chat: Chat;

  const numbered: Chat = {
    post: async ({ text }) => {
      said.push(`post ${text}`);
      return { channel: "C1", ts: `${said.length}.0` };
    },
    update: async ({ ts }, { text }) => {
      said.push(`update ${ts} ${text}`);
    },
  };
  const post = (notification: Notification) =>
    postToSlack({ alerts: store.alerts, chat, clock: { now: () => now } }, notification);
  const next = (seq: number, fields: Partial<Notification> = {}): Notification => ({
    ...INVENTORY,
    notificationId: `n${seq}`,
    seq,
    ...fields,
  });

  beforeEach(() => {
    store = openEmbedded({ temporary: true });
    now = 1_758_240_000_000_000 as EpochUs;
    said = [];
    chat = numbered;
  });
  afterEach(() => store.close());

  it("posts a group's first message and writes it anew afterwards", async () => {
    expect(await post(next(1))).toBe("posted");
    expect(await post(next(2, { kind: "resolved" }))).toBe("updated");
    expect(said.map((line) => line.slice(0, 12))).toEqual(["post CRIT In", "update 1.0 R"]);
  });

  it("does nothing for a copy of what it has posted", async () => {
    await post(next(1));
    expect(await post(next(1))).toBe("duplicate");
    expect(said).toHaveLength(1);
  });

  it("lets an older message of the group replace nothing", async () => {
    await post(next(1));
    await post(next(3));
    expect(await post(next(2))).toBe("superseded");
    expect(await post(next(2))).toBe("duplicate");
    expect(said).toHaveLength(2);
  });

  it("keeps groups apart", async () => {
    await post(next(1));
    expect(await post(next(2, { groupId: "other" }))).toBe("posted");
  });

  it("posts every message anew where the chat cannot change any", async () => {
    chat = {
      ...numbered,
      post: async (message) => void (await numbered.post(message)) as ChatPlace | undefined,
    };
    expect(await post(next(1))).toBe("posted");
    expect(await post(next(2))).toBe("posted");
  });

  it("refuses a copy that comes while another is being sent, so that it is sent again later", async () => {
    const waiting = Promise.withResolvers<ChatPlace>();
    chat = { ...numbered, post: () => waiting.promise };
    const first = post(next(1));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(post(next(1))).rejects.toThrow("another sender");
    waiting.resolve({ channel: "C1", ts: "1.0" });
    expect(await first).toBe("posted");
    expect(await post(next(1))).toBe("duplicate");
  });

  it("lets one notification of a group wait for another, so that neither is posted beside it", async () => {
    const waiting = Promise.withResolvers<ChatPlace>();
    chat = { ...numbered, post: () => waiting.promise };
    const first = post(next(1));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(post(next(2))).rejects.toThrow("another sender speaks for group");
    waiting.resolve({ channel: "C1", ts: "1.0" });
    expect(await first).toBe("posted");
    expect(await post(next(2))).toBe("updated");
    expect(said.map((line) => line.slice(0, 10))).toEqual(["update 1.0"]);
  });

  it("is called again when it took longer than its claim, and finds what has been said since", async () => {
    const waiting = Promise.withResolvers<ChatPlace>();
    chat = { ...numbered, post: () => waiting.promise };
    const slow = post(next(1));
    await new Promise((resolve) => setImmediate(resolve));
    chat = numbered;
    now = (now + MINUTE_US) as EpochUs;
    expect(await post(next(2))).toBe("posted");
    waiting.resolve({ channel: "C1", ts: "9.0" });
    await expect(slow).rejects.toThrow("took longer than its claim");
    expect(await post(next(1))).toBe("superseded");
    expect(await post(next(3))).toBe("updated");
    expect(said.at(-1)).toContain("update 1.0");
  });

  it("takes over what the version before had claimed", async () => {
    await store.alerts.commit([
      {
        type: "delivery",
        id: "n1/slack-post",
        version: 1,
        parent: INVENTORY.groupId,
        time: now,
        value: JSON.stringify({ status: "claimed" }),
      },
    ]);
    expect(await post(next(1))).toBe("posted");
    expect(await post(next(1))).toBe("duplicate");
  });

  it("sends what a sender that died had claimed, after a minute", async () => {
    chat = {
      ...numbered,
      post: () => Promise.reject(new NotifierError("lost", { transient: true })),
    };
    await expect(post(next(1))).rejects.toThrow("lost");
    chat = numbered;
    await expect(post(next(1))).rejects.toThrow("another sender");
    now = (now + MINUTE_US) as EpochUs;
    expect(await post(next(1))).toBe("posted");
    expect(said).toHaveLength(1);
  });
});
