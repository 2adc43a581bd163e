/** What a stream's archive holds, as an archive of lines that can be folded. */
import type { ArchivedStream, StreamRange } from "../ports/archived-stream.ts";
import type { ArchivedLine, RawArchive } from "../ports/raw-archive.ts";

/**
 * Positions count the lines of this range as they are read: the same range gives the same positions as long as nothing
 * that came before is added to it.
 */
export function numberedLines(
  stream: ArchivedStream,
  range: StreamRange,
): Pick<RawArchive, "read"> {
  return { read: (after) => readAfter(stream, range, after) };
}

async function* readAfter(
  stream: ArchivedStream,
  range: StreamRange,
  after: number,
): AsyncGenerator<ArchivedLine> {
  let position = 0;
  for await (const { receivedTime, verdict, reason, line } of stream.read(range)) {
    position += 1;
    if (position > after) yield { position, receivedTime, verdict, reason, line };
  }
}
