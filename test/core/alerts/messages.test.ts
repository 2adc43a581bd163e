import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emailOf } from "../../../lib/core/alerts/email.ts";
import { headlineOf, leadOf } from "../../../lib/core/alerts/notification.ts";
import { type SlackBlock, slackMessageOf } from "../../../lib/core/alerts/slack-message.ts";
import { anyNotification, INVENTORY } from "./notifications.ts";

describe("a notification", () => {
  it.each([
    { kind: "firing", severity: "critical", lead: "CRIT" },
    { kind: "repeat", severity: "warning", lead: "still WARN" },
    { kind: "resolved", severity: "critical", lead: "RESOLVED CRIT" },
    { kind: "escalated", severity: "critical", lead: "UNACKNOWLEDGED CRIT" },
    { kind: "test", severity: "info", lead: "TEST INFO" },
  ] as const)("leads with $lead when it is $kind", ({ kind, severity, lead }) => {
    expect(leadOf({ ...INVENTORY, kind, severity })).toBe(lead);
  });

  it("names its instrument where it has one", () => {
    expect(headlineOf(INVENTORY)).toBe("Inventory above hard limit: SOL-PERP 104 % (limit 100 %)");
    const { instrument: _, ...desk } = INVENTORY;
    expect(headlineOf(desk)).toBe("Inventory above hard limit: 104 % (limit 100 %)");
  });
});

describe("an e-mail", () => {
  it("says what, where, how much, since when, and where to look", () => {
    expect(emailOf(INVENTORY)).toEqual({
      subject: "[CRIT] Inventory above hard limit: SOL-PERP 104 % (limit 100 %)",
      text: [
        "CRITICAL - firing since 07:10:02 UTC (4 min)        MOCK DATA",
        "",
        "Inventory above hard limit: SOL-PERP 104 % (limit 100 %)",
        "  value     104 % of hard limit",
        "  fires at  > 100 % for 1 min",
        "",
        "Also now: markout 5 s SOL −0.92 bps.",
        "",
        "Open the moment: http://127.0.0.1:4173/instruments/SOL-PERP?a=7f3c.7",
        "Ref 7f3c.7",
      ].join("\n"),
    });
  });

  it("spells a minus sign and a long dash plainly in its subject", () => {
    const { subject } = emailOf({ ...INVENTORY, summary: "−0.92 bps – was +0.4 …" });
    expect(subject).toBe("[CRIT] Inventory above hard limit: SOL-PERP -0.92 bps - was +0.4 ...");
  });

  it("has a subject of one printable line, whatever the names hold", () => {
    fc.assert(
      fc.property(anyNotification, (notification) => {
        const { subject, text } = emailOf(notification);
        expect(subject).toMatch(/^[\x20-\x7e]{1,78}$/);
        expect(text.length).toBeLessThanOrEqual(16_000);
      }),
    );
  });

  it("lets no name begin a line of its own", () => {
    const hostile = { ...INVENTORY, title: "x\r\nBcc: all@example.com\u2028y" };
    const { text } = emailOf(hostile);
    expect(text.split("\n")).toHaveLength(emailOf(INVENTORY).text.split("\n").length);
    expect(text).toContain("x Bcc: all@example.com y");
  });
});

describe("a Slack message", () => {
  it("carries severity, fields, context and buttons", () => {
    const message = slackMessageOf(INVENTORY);
    expect(message.text).toBe("CRIT Inventory above hard limit: SOL-PERP 104 % (limit 100 %)");
    expect(message.blocks.map(({ type }) => type)).toEqual([
      "header",
      "section",
      "section",
      "context",
      "actions",
    ]);
    expect(JSON.stringify(message)).toContain("MOCK DATA");
  });

  it("is a resolved one with a mark of its own", () => {
    const [header] = slackMessageOf({ ...INVENTORY, kind: "resolved" }).blocks;
    expect(JSON.stringify(header)).toContain("✓ RESOLVED");
  });

  it("mentions nobody and links nowhere because of a name", () => {
    const hostile = { ...INVENTORY, instrument: "<!channel> <http://evil.test|BTC>" };
    const text = JSON.stringify(slackMessageOf(hostile));
    expect(text).toContain("&lt;!channel&gt;");
    expect(text).not.toContain("<!channel>");
  });

  it("opens nothing but pages", () => {
    const links = [{ label: "run", url: "javascript:alert(1)" }, ...INVENTORY.links];
    const text = JSON.stringify(slackMessageOf({ ...INVENTORY, links }));
    expect(text).not.toContain("javascript:");
  });

  it("stays within Slack's bounds, whatever the texts hold", () => {
    fc.assert(
      fc.property(anyNotification, (notification) => {
        const message = slackMessageOf(notification);
        const lengths = message.blocks.map(lengthsOf);
        expect(message.blocks.length).toBeLessThanOrEqual(50);
        message.blocks.forEach(({ type }, index) => {
          const longest = Math.max(0, ...(lengths[index] ?? []));
          expect(longest).toBeLessThanOrEqual(LONGEST[type]);
          expect(lengths[index]?.length).toBeLessThanOrEqual(10);
        });
        const all = lengths.flat().reduce((sum, length) => sum + length, message.text.length);
        expect(all).toBeLessThan(12_000);
      }),
    );
  });
});

const LONGEST = { header: 150, section: 2_000, context: 2_000, actions: 3_000 } as const;

/** Of every text and address in a block. */
function lengthsOf(block: SlackBlock): readonly number[] {
  if (block.type === "actions") {
    return block.elements.flatMap(({ text, url }) => [text.text.length, url.length]);
  }
  if (block.type === "context") return block.elements.map(({ text }) => text.length);
  if (block.type === "section" && "fields" in block) {
    return block.fields.map(({ text }) => text.length);
  }
  return [block.text.text.length];
}
