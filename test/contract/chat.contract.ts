/** What every Chat promises: a message is posted, and written anew where the chat says where it stands. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SlackMessage } from "../../lib/core/alerts/slack-message.ts";
import type { Chat, ChatPlace } from "../../lib/ports/chat.ts";
import { NotifierError } from "../../lib/ports/notifier-error.ts";

export interface ChatCapabilities {
  /** Whether a message can be changed; where it cannot, an update is a message of its own. */
  readonly updates: "in-place" | "as-new-message";
}

/** A chat under test, and what its other end shows. */
export interface OpenedChat {
  readonly chat: Chat;
  /** The texts that stand there now, oldest first. */
  standing(): readonly string[];
  breakDown(kind: "transient" | "final"): void;
  close(): Promise<void>;
}

const message = (text: string): SlackMessage => ({ text, blocks: [] });
const ELSEWHERE: ChatPlace = { channel: "C0", ts: "0.0" };

export function chatContract(
  name: string,
  open: () => Promise<OpenedChat>,
  { updates }: ChatCapabilities,
): void {
  describe(`${name} as a Chat`, () => {
    let opened: OpenedChat;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    it("shows what was posted", async () => {
      await opened.chat.post(message("one"));
      await opened.chat.post(message("two"));
      expect(opened.standing()).toEqual(["one", "two"]);
    });

    it(`writes a message anew: ${updates}`, async () => {
      const place = await opened.chat.post(message("firing"));
      expect(place === undefined).toBe(updates === "as-new-message");
      await opened.chat.update(place ?? ELSEWHERE, message("resolved"));
      const expected = updates === "in-place" ? ["resolved"] : ["firing", "resolved"];
      expect(opened.standing()).toEqual(expected);
    });

    it.each(["transient", "final"] as const)("says so when a failure is %s", async (kind) => {
      opened.breakDown(kind);
      for (const said of [
        opened.chat.post(message("one")),
        opened.chat.update(ELSEWHERE, message("two")),
      ]) {
        await expect(said).rejects.toBeInstanceOf(NotifierError);
        await expect(said).rejects.toMatchObject({ transient: kind === "transient" });
      }
      expect(opened.standing()).toEqual([]);
    });
  });
}
