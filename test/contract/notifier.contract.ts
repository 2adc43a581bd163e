/** What every Notifier promises: taken, or a NotifierError that says whether trying again can help. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Notification } from "../../lib/core/alerts/notification.ts";
import type { Notifier } from "../../lib/ports/notifier.ts";
import { NotifierError } from "../../lib/ports/notifier-error.ts";
import { INVENTORY } from "../core/alerts/notifications.ts";

/** A channel under test, and what its other end has seen. */
export interface OpenedNotifier {
  readonly notifier: Notifier;
  /** The ids of what arrived, in order. */
  received(): readonly string[];
  /** The other end refuses everything from now on. */
  breakDown(kind: "transient" | "final"): void;
  close(): Promise<void>;
}

const HOSTILE: Notification = {
  ...INVENTORY,
  notificationId: "hostile",
  title: "<!channel>\r\nBcc: all@example.com",
  instrument: "__proto__",
  summary: "\u202e🚀\u0000".repeat(500),
  facts: Array.from({ length: 40 }, (_, i) => ({ label: `f${i}`, value: "x".repeat(2_000) })),
};

export function notifierContract(name: string, open: () => Promise<OpenedNotifier>): void {
  describe(`${name} as a Notifier`, () => {
    let opened: OpenedNotifier;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it("hands a notification over with its id", async () => {
      await opened.notifier.send(INVENTORY);
      expect(opened.received()).toEqual([INVENTORY.notificationId]);
    });

    it("hands the same over again when told to, with the same id", async () => {
      await opened.notifier.send(INVENTORY);
      await opened.notifier.send(INVENTORY);
      expect(opened.received()).toEqual([INVENTORY.notificationId, INVENTORY.notificationId]);
    });

    it("takes whatever names and texts hold", async () => {
      await opened.notifier.send(HOSTILE);
      expect(opened.received()).toEqual(["hostile"]);
    });

    it.each(["transient", "final"] as const)("says so when a failure is %s", async (kind) => {
      opened.breakDown(kind);
      const sent = opened.notifier.send(INVENTORY);
      await expect(sent).rejects.toBeInstanceOf(NotifierError);
      await expect(sent).rejects.toMatchObject({ transient: kind === "transient" });
      expect(opened.received()).toEqual([]);
    });
  });
}
