import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A fresh directory, and how to remove it. */
export function scratchDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "brawler-test-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
