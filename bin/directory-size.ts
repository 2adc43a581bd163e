import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

export interface DirectorySize {
  readonly files: number;
  readonly bytes: number;
}

/** What lies at `path`, a file or a whole directory; nothing where there is nothing. */
export function sizeOf(path: string): DirectorySize {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return { files: 0, bytes: 0 };
  if (!found.isDirectory()) return { files: 1, bytes: found.size };
  let files = 0;
  let bytes = 0;
  for (const name of readdirSync(path)) {
    const inner = sizeOf(join(path, name));
    files += inner.files;
    bytes += inner.bytes;
  }
  return { files, bytes };
}
