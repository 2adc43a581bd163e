/** The project's own files, as `test/tidy.test.ts` reads them. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { relative, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "../..");

const NOT_OURS = ["node_modules/**", "**/dist/**", "test/planted/**"];

/** Paths relative to the root, sorted; what is built, installed or planted is left out. */
export function filesMatching(...patterns: readonly string[]): string[] {
  return globSync(patterns, { cwd: ROOT, exclude: NOT_OURS, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, resolve(entry.parentPath, entry.name)))
    .sort();
}

export function exists(path: string): boolean {
  return existsSync(resolve(ROOT, path));
}

export function read(path: string): string {
  return readFileSync(resolve(ROOT, path), "utf8");
}

/** Every line of the files that `pattern` matches, with its number. */
export function linesMatching(paths: readonly string[], pattern: RegExp): Hit[] {
  return paths.flatMap((path) =>
    read(path)
      .split("\n")
      .map((text, index) => ({ at: `${path}:${index + 1}`, text: text.trim() }))
      .filter(({ text }) => pattern.test(text)),
  );
}

interface Hit {
  /** `path:line`. */
  readonly at: string;
  readonly text: string;
}
