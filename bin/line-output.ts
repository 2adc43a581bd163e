import type { Terminal } from "./terminal.ts";

/** Large enough that the cost of a write does not show, small enough that `| head` ends at once. */
const CHUNK_CHARACTERS = 1 << 17;

/** Writes lines to stdout in large chunks, at the pace of whoever reads them. */
export interface LineOutput {
  /** Resolves at once, but for the line that fills a chunk. */
  readonly add: (line: string) => Promise<void> | undefined;
  readonly end: () => Promise<void>;
}

export function openLineOutput(terminal: Terminal): LineOutput {
  let chunk = "";
  const flush = async (): Promise<void> => {
    const full = chunk;
    chunk = "";
    await terminal.write(full);
  };
  return {
    add: (line) => {
      chunk += line;
      chunk += "\n";
      return chunk.length < CHUNK_CHARACTERS ? undefined : flush();
    },
    end: flush,
  };
}
