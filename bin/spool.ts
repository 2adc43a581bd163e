import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Keeps a stream that passes by in a temporary file, because standard input cannot be read twice. */
export interface Spool {
  /** Passes `chunks` on, byte for byte. */
  readonly keeping: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** The file with what has passed by, once it has; nothing before. */
  readonly path: () => string | undefined;
  readonly remove: () => void;
}

export function openSpool(): Spool {
  let directory: string | undefined;
  let whole: string | undefined;
  return {
    keeping: async function* (chunks) {
      directory = mkdtempSync(join(tmpdir(), "brawler-stdin-"));
      const path = join(directory, "stdin");
      const handle = openSync(path, "wx", 0o600);
      try {
        for await (const chunk of chunks) {
          appendFileSync(handle, chunk);
          yield chunk;
        }
      } finally {
        closeSync(handle);
      }
      whole = path;
    },
    path: () => whole,
    remove: () => {
      if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}
