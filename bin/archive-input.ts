/** Lines of an input on their way into the raw archive, before they are folded. */
import type { FileArchive } from "../lib/adapters/local/file-archive.ts";
import type { EpochUs } from "../lib/core/units.ts";
import type { ReadLine } from "./event-input.ts";

/** Durable when it resolves; returns the position of the last line. */
export function archiveLines(
  archive: FileArchive,
  lines: readonly ReadLine[],
  receivedTime: EpochUs,
): Promise<number> {
  const arrived = lines.map((line) => ({
    receivedTime,
    verdict: line.refusal === undefined ? ("accepted" as const) : ("refused" as const),
    reason: line.refusal?.reason,
    line: line.text(),
  }));
  return archive.append(arrived);
}
