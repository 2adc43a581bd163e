/** Builds the page when what it is made of has changed since the last build; `npm start` runs it first. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { PAGE_DIRECTORY } from "./page-directory.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const STAMP = join(PAGE_DIRECTORY, "sources.sha256");

/** What the page is made of: its own sources, the two folders it sees, and the versions of its packages. */
const SOURCES = ["dashboard", "lib/core/units.ts", "lib/core/api", "package-lock.json"];

const found = fingerprint(SOURCES.map((source) => join(ROOT, source)));
if (!existsSync(STAMP) || readFileSync(STAMP, "utf8") !== found) {
  const { build } = await import("vite");
  await build({ root: join(ROOT, "dashboard"), logLevel: "warn" });
  writeFileSync(STAMP, found);
}

/** By content: a checkout sets every file's time, and changes few of them. */
function fingerprint(paths: readonly string[]): string {
  const hash = createHash("sha256");
  for (const path of paths.flatMap(filesBelow)) {
    hash
      .update(`${relative(ROOT, path)}\0`)
      .update(readFileSync(path))
      .update("\0");
  }
  return hash.digest("hex");
}

function filesBelow(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesBelow(join(path, name)));
}
