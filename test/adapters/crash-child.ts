/**
 * The process that the crash test kills: archives lines, commits state, flushes rows, acknowledges, again and again.
 * On its way in it does what the product does: continues where the store says, and flushes what the last commit left.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { openEmbedded } from "../../lib/adapters/embedded/open-embedded.ts";
import { openFileArchive } from "../../lib/adapters/local/file-archive.ts";
import type { RowBatch } from "../../lib/ports/metric-store.ts";
import { archivedLine, KEY, rowsOf } from "./crash-model.ts";

const directory = process.argv[2] ?? "";
const store = openEmbedded({ path: join(directory, "store.db") });
const archive = await openFileArchive({
  directory: join(directory, "archive"),
  floor: Number(store.meta.get("position") ?? 0),
  segmentBytes: 4_000,
});
let state = await store.state.load(KEY);
if (state !== undefined) await store.metrics.upsertBatch(rowsOf(state.gen));

for (;;) {
  const gen: number = (state?.gen ?? 0) + 1;
  const from = await archive.end();
  const position = await archive.append(
    Array.from({ length: 1 + (gen % 4) }, (_, i) => archivedLine(from + 1 + i)),
  );
  const next = { epoch: 1, gen, body: `body ${gen}`, summary: `${gen}` };
  const { outcome } = await store.state.commit(KEY, state, next);
  if (outcome !== "committed") throw new Error(`gen ${gen} must be committed, was ${outcome}`);
  state = next;
  const batch: RowBatch = rowsOf(gen);
  store.transaction((writer) => {
    writer.upsertRollups(batch.rollups);
    writer.upsertTrades(batch.trades);
    writer.setMeta("position", String(position));
  });
  writeSync(1, `${JSON.stringify({ gen, position })}\n`);
}
