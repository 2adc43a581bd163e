/** The process that the kill test kills: the live pipeline under load, from a line on, acknowledging each delivery. */
import { writeSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CONFIG, lineAt } from "./kill-feed.ts";
import { openDesk } from "./pipeline-desk.ts";

const [directory = "", protocol = "", from = "0", until = "Infinity"] = process.argv.slice(2);

const { pipeline, close } = await openDesk(directory, {
  retention: CONFIG.retention,
  ...(protocol === "commit-then-flush" ? { ports: ({ atomic: _, ...ports }) => ports } : {}),
});

let at = Number(from);
while (at < Number(until)) {
  const end = at + 1 + ((at * 7_919) % 300);
  const lines = Array.from({ length: end - at }, (_, index) => lineAt(at + index));
  await pipeline.deliver(lines);
  at = end;
  writeSync(1, `${JSON.stringify({ at })}\n`);
  // As the feed does: what is folded beside the deliveries has its turn.
  await nextTurn();
}
await pipeline.settled();
await close();
