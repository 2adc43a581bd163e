import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedStore, openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import {
  type Delivery,
  deliverNotifications,
  outboxRecords,
} from "../../lib/app/deliver-notifications.ts";
import type { Notification } from "../../lib/core/alerts/notification.ts";
import { type EpochUs, MINUTE_US, SECOND_US } from "../../lib/core/units.ts";
import type { Notifier } from "../../lib/ports/notifier.ts";
import { NotifierError } from "../../lib/ports/notifier-error.ts";
import { INVENTORY } from "../core/alerts/notifications.ts";

const START = 1_758_240_000_000_000 as EpochUs;

describe("deliverNotifications", () => {
  let store: EmbeddedStore;
  let now: EpochUs;
  let told: Notification[];
  let trouble: NotifierError[];

  const notifier: Notifier = {
    send: async (notification) => {
      const error = trouble.shift();
      if (error !== undefined) throw error;
      told.push(notification);
    },
  };
  const deliver = (channels: readonly string[] = ["email"]) =>
    deliverNotifications({
      alerts: store.alerts,
      clock: { now: () => now },
      notifiers: new Map(channels.map((channel) => [channel, notifier])),
    });
  const put = (notification: Notification, channels = ["email"], dueAt = now) =>
    store.alerts.commit(outboxRecords(notification, channels, dueAt));
  const delivery = async (id: string) => {
    const record = await store.alerts.find({ type: "delivery", id });
    return record === undefined ? undefined : (JSON.parse(record.value) as Delivery);
  };
  const later = (us: number) => {
    now = (now + us) as EpochUs;
  };

  beforeEach(() => {
    store = openEmbedded({ temporary: true });
    now = START;
    told = [];
    trouble = [];
  });
  afterEach(() => store.close());

  it("sends what is due, once, and tells of it", async () => {
    await put(INVENTORY);
    expect(await deliver()).toMatchObject({ sent: 1, failed: 0 });
    expect(await deliver()).toMatchObject({ sent: 0, failed: 0 });
    expect(told).toEqual([INVENTORY]);
    expect(await delivery(`${INVENTORY.notificationId}/email`)).toMatchObject({
      status: "sent",
      attempts: 1,
      channel: "email",
    });
  });

  it("leaves what is not due yet", async () => {
    await put(INVENTORY, ["email"], (now + 30 * SECOND_US) as EpochUs);
    expect(await deliver()).toMatchObject({ sent: 0 });
    later(30 * SECOND_US);
    expect(await deliver()).toMatchObject({ sent: 1 });
  });

  it("sends one copy to each channel, all with one id", async () => {
    await put(INVENTORY, ["email", "slack"]);
    expect(await deliver(["email", "slack"])).toMatchObject({ sent: 2 });
    expect(new Set(told.map(({ notificationId }) => notificationId)).size).toBe(1);
  });

  it("tries again after a wait that grows, and never gives up", async () => {
    trouble = Array.from({ length: 12 }, () => new NotifierError("down", { transient: true }));
    await put(INVENTORY);
    const waits: number[] = [];
    while (told.length === 0) {
      const before = now;
      while ((await deliver()).failed === 0 && told.length === 0) later(SECOND_US * 5);
      if (told.length === 0) waits.push(now - before);
    }
    expect(waits.at(1)).toBe(30 * SECOND_US);
    expect(waits.at(2)).toBe(60 * SECOND_US);
    expect(Math.max(...waits)).toBe(15 * MINUTE_US);
    expect(await delivery(`${INVENTORY.notificationId}/email`)).toMatchObject({
      status: "sent",
      attempts: 13,
    });
  });

  it("waits as long as the channel asks", async () => {
    trouble = [new NotifierError("slow down", { transient: true, retryAfterSeconds: 90 })];
    await put(INVENTORY);
    await deliver();
    later(89 * SECOND_US);
    expect(await deliver()).toMatchObject({ sent: 0 });
    later(SECOND_US);
    expect(await deliver()).toMatchObject({ sent: 1 });
  });

  it("says of a failed one why, and how long it has been due", async () => {
    trouble = [
      new NotifierError("a", { transient: true }),
      new NotifierError("the token was revoked", { transient: false }),
    ];
    await put(INVENTORY);
    await deliver();
    later(MINUTE_US);
    expect((await deliver()).oldestDueUs).toBe(30 * SECOND_US);
    expect(await delivery(`${INVENTORY.notificationId}/email`)).toMatchObject({
      status: "failed",
      error: "the token was revoked",
    });
  });

  it("keeps what no channel takes, and names those there are", async () => {
    await put(INVENTORY, ["pager"]);
    expect(await deliver()).toMatchObject({ sent: 0, failed: 1 });
    const failed = await delivery(`${INVENTORY.notificationId}/pager`);
    expect(failed?.error).toBe("no channel pager is configured, only email");
  });

  it("lets one of many senders have it", async () => {
    await put(INVENTORY);
    const all = await Promise.all(Array.from({ length: 10 }, () => deliver()));
    expect(told).toHaveLength(1);
    expect(all.reduce((sum, { sent }) => sum + sent, 0)).toBe(1);
  });

  it("takes over from a sender that died, with the same id", async () => {
    await put(INVENTORY);
    const dead: Notifier = { send: () => new Promise(() => {}) };
    void deliverNotifications({
      alerts: store.alerts,
      clock: { now: () => now },
      notifiers: new Map([["email", dead]]),
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(await deliver()).toMatchObject({ sent: 0 });
    later(2 * MINUTE_US);
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(told).toEqual([INVENTORY]);
  });

  it("sends hundreds in one go", async () => {
    for (let i = 0; i < 230; i += 1) {
      await put({ ...INVENTORY, notificationId: `n${i}`, groupId: `g${i}` });
    }
    expect(await deliver()).toMatchObject({ sent: 230 });
  });
});
