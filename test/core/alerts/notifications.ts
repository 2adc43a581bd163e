import fc from "fast-check";
import { type Notification, SEVERITIES } from "../../../lib/core/alerts/notification.ts";

/** An alert as a desk would get it. */
export const INVENTORY: Notification = {
  notificationId: "inventory-hard|instrument=SOL-PERP:7:firing:1",
  groupId: "inventory-hard:critical",
  seq: 1,
  kind: "firing",
  severity: "critical",
  rule: "inventory-hard",
  instrument: "SOL-PERP",
  environment: "local",
  title: "Inventory above hard limit",
  summary: "104 % (limit 100 %)",
  since: "firing since 07:10:02 UTC (4 min)",
  facts: [
    { label: "value", value: "104 % of hard limit" },
    { label: "fires at", value: "> 100 % for 1 min" },
  ],
  notes: ["Also now: markout 5 s SOL −0.92 bps."],
  links: [{ label: "Open the moment", url: "http://127.0.0.1:4173/instruments/SOL-PERP?a=7f3c.7" }],
  reference: "7f3c.7",
};

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("x".repeat(5_000), "🚀".repeat(2_000), "", "<!here>", "a\r\nb", "\u202e"),
);

/** Whatever rules and instruments may be called. */
export const anyNotification: fc.Arbitrary<Notification> = fc
  .record({
    title: text,
    summary: text,
    since: text,
    reference: text,
    instrument: text,
    kind: fc.constantFrom("firing", "resolved", "summary", "test" as const),
    severity: fc.constantFrom(...SEVERITIES),
    facts: fc.array(fc.record({ label: text, value: text }), { maxLength: 20 }),
    notes: fc.array(text, { maxLength: 5 }),
    links: fc.array(fc.record({ label: text, url: fc.oneof(fc.webUrl(), text) }), { maxLength: 8 }),
  })
  .map((fields) => ({ ...INVENTORY, ...fields }) as Notification);
