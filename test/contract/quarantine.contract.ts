/** What every Quarantine promises: each item is kept as it is, and putting it again changes nothing. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Quarantine, QuarantinedItem } from "../../lib/ports/quarantine.ts";

export interface OpenedQuarantine {
  readonly quarantine: Quarantine;
  /** Everything that is kept, in no order. */
  items(): Promise<readonly QuarantinedItem[]>;
  close(): Promise<void>;
}

const item = (n: number, fields: Partial<QuarantinedItem> = {}): QuarantinedItem => ({
  id: `shard-0/${n}/1`,
  shard: "shard-0",
  sequenceNumber: String(n),
  line: 1,
  reason: "not-json",
  detail: "expected an object",
  text: `line ${n}`,
  ...fields,
});

const items = (count: number): QuarantinedItem[] =>
  Array.from({ length: count }, (_, i) => item(i + 1));

export function quarantineContract(name: string, open: () => Promise<OpenedQuarantine>): void {
  describe(`${name} as a Quarantine`, () => {
    let opened: OpenedQuarantine;

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => opened.close());

    const kept = async () => {
      const byId = new Map((await opened.items()).map((one) => [one.id, one]));
      return [...byId.values()].sort((a, b) => Number(a.sequenceNumber) - Number(b.sequenceNumber));
    };

    it("takes nothing", async () => {
      await opened.quarantine.put([]);
      expect(await kept()).toEqual([]);
    });

    it("keeps every item whole", async () => {
      const odd = [
        item(1, { text: "", line: 0, reason: "damaged" }),
        item(2, { text: 'a "quoted"\nline with 日本🚀 and \u0000', reason: "bad-encoding" }),
        item(3, { text: "\ud800", detail: "half a character" }),
        item(4, { text: "x".repeat(4_096), reason: "unknown-type" }),
      ];
      await opened.quarantine.put(odd);
      expect(await kept()).toEqual(odd);
    });

    it("keeps 2,000 items of one call", async () => {
      await opened.quarantine.put(items(2_000));
      expect(await kept()).toEqual(items(2_000));
    });

    it("keeps each once when the same are put again", async () => {
      await opened.quarantine.put(items(3));
      await opened.quarantine.put(items(3));
      expect(await opened.items()).toHaveLength(3);
    });

    it("loses none when they come again in other company", async () => {
      await opened.quarantine.put(items(3));
      await opened.quarantine.put(items(5).slice(1));
      await opened.quarantine.put(items(1));
      expect(await kept()).toEqual(items(5));
    });
  });
}
