import type { SlackMessage } from "../core/alerts/slack-message.ts";

/** Where a message stands, so that it can be written anew. */
export interface ChatPlace {
  readonly channel: string;
  readonly ts: string;
}

/** A chat whose messages can be posted, and mostly changed. */
export interface Chat {
  /**
   * Returns where the message stands; `undefined` where the chat does not say, and nothing can be changed later.
   *
   * @throws {NotifierError} when it was not taken, or when that is not known
   */
  post(message: SlackMessage): Promise<ChatPlace | undefined>;
  /** @throws {NotifierError} as `post` */
  update(place: ChatPlace, message: SlackMessage): Promise<void>;
}
