import { describe, expect, it } from "vitest";
import { notificationOf } from "../../lib/app/notification-of.ts";
import { INVENTORY } from "../core/alerts/notifications.ts";

const message = (Message: string) => ({
  MessageId: "0a1b2c3d-0000",
  Subject: "A subject",
  Message,
  Timestamp: "2026-01-01T00:00:00.000Z",
});

describe("notificationOf", () => {
  it("gives back a notification of ours as it was", () => {
    expect(notificationOf(message(JSON.stringify(INVENTORY)), "test")).toEqual(INVENTORY);
  });

  it.each([
    { state: "ALARM", kind: "firing", summary: "sounds" },
    { state: "OK", kind: "resolved", summary: "is over" },
    { state: "INSUFFICIENT_DATA", kind: "firing", summary: "sounds" },
  ])("makes an alarm in $state one that is $kind", ({ state, kind, summary }) => {
    const alarm = {
      AlarmName: "brawler-test-iterator-age",
      AlarmDescription: "Events wait. docs/runbook/alarms.md#iterator-age",
      NewStateValue: state,
      NewStateReason: "Threshold crossed",
      StateChangeTime: "2026-01-01T00:00:00Z",
    };
    expect(notificationOf(message(JSON.stringify(alarm)), "test")).toMatchObject({
      kind,
      summary,
      severity: "critical",
      title: "brawler-test-iterator-age",
      notificationId: "0a1b2c3d-0000",
      environment: "test",
      notes: ["Events wait. docs/runbook/alarms.md#iterator-age", "Threshold crossed"],
    });
  });

  it.each(["AWS Budget notification", "null", "[]", "{}", '{"seq":1}'])(
    "passes on what is neither, in its own words: %s",
    (text) => {
      expect(notificationOf(message(text), "test")).toMatchObject({
        title: "A subject",
        summary: text,
        kind: "firing",
      });
    },
  );
});
