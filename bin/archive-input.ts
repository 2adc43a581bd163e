/** The raw archive of a data directory: what arrives is in it before it is folded, and can be folded again from it. */
import type { FileArchive } from "../lib/adapters/local/file-archive.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import type { InputBatch, RefusedLine } from "../lib/app/fold-input.ts";
import { parseEvent } from "../lib/core/events/parse.ts";
import type { Clock } from "../lib/ports/clock.ts";
import type { ReadLine } from "./event-input.ts";

/** Durable when it resolves. */
export async function archiveLines(
  archive: FileArchive,
  lines: readonly ReadLine[],
  clock: Clock,
): Promise<void> {
  const receivedTime = clock.now();
  const arrived = lines.map((line) => ({
    receivedTime,
    verdict: line.refusal === undefined ? ("accepted" as const) : ("refused" as const),
    reason: line.refusal?.reason,
    line: line.text(),
  }));
  await archive.append(arrived);
}

/** Accepted lines after a position, as they came; their numbers are their positions. */
export async function* archivedBatches(
  archive: FileArchive,
  after: number,
): AsyncGenerator<InputBatch> {
  for await (const lines of archive.batches(after)) {
    const deliveries: Delivery[] = [];
    const refused: RefusedLine[] = [];
    for (const { position, line } of lines) {
      const outcome = parseEvent(line);
      if ("type" in outcome) deliveries.push({ event: outcome, line: position });
      else refused.push({ line: position, ...outcome });
    }
    yield { deliveries, refused };
  }
}
