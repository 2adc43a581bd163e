/** A process of its own for the store's tests: it opens, holds or fills a store, and may die on purpose. */
import { EmbeddedStoreError } from "../../lib/adapters/embedded/embedded-store-error.ts";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import type { EpochUs } from "../../lib/core/units.ts";

const [role, path = ""] = process.argv.slice(2);

function openAndTell(): void {
  try {
    openEmbedded({ path }).close();
    console.log(JSON.stringify({ opened: true }));
  } catch (error) {
    if (!(error instanceof EmbeddedStoreError)) throw error;
    console.log(JSON.stringify({ kind: error.kind, holder: error.holder }));
  }
}

function holdAndDie(): void {
  openEmbedded({ path }).meta.set("written-by", "the one that died");
  process.kill(process.pid, "SIGKILL");
}

async function spillAndDie(): Promise<void> {
  const store = openEmbedded({ temporary: true });
  const before = process.memoryUsage.rss();
  const text = "x".repeat(4_000);
  const total = 60_000;
  for (let from = 0; from < total; from += 500) {
    await store.metrics.upsertRollups(
      Array.from({ length: 500 }, (_, i) => ({
        account: "main",
        instrument: "BTC-PERP",
        resolution: "5s",
        bucket: (from + i) as EpochUs,
        part: "core",
        version: 1,
        value: text,
      })),
    );
  }
  const key = { account: "main", instrument: "BTC-PERP", resolution: "5s" } as const;
  const last = await store.metrics.lastRollupBefore({ ...key, part: "core" }, total);
  const rows = (last?.bucket ?? 0) + 1;
  console.log(JSON.stringify({ rows, residentGrowth: process.memoryUsage.rss() - before }));
  process.kill(process.pid, "SIGKILL");
}

if (role === "open") openAndTell();
else if (role === "hold-and-die") holdAndDie();
else if (role === "spill-and-die") await spillAndDie();
else throw new Error(`role must be open, hold-and-die or spill-and-die, was ${role}`);
