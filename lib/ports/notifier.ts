import type { Notification } from "../core/alerts/notification.ts";

/** Hands a notification to one channel: e-mail, Slack, a terminal. */
export interface Notifier {
  /**
   * Resolves when the channel has taken it; may be called again with the same notification, which a receiver knows by
   * its `notificationId`.
   *
   * @throws {NotifierError} when it was not taken, or when that is not known
   */
  send(notification: Notification): Promise<void>;
}
