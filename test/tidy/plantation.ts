/** A copy of `test/planted/` that stands alone, under the project's own configuration. */
import {
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "./checkers.ts";
import { projects } from "./settings.ts";
import { ROOT } from "./tree.ts";

/** A file and what its first lines say it is refused for: codes in order, or `allowed`. */
export interface Plant {
  readonly path: string;
  readonly verdict: string;
}

const PLANTED = join(ROOT, "test/planted");

/** Lays the planted files out as a project of their own; the caller removes it. */
export function layOut(): string {
  const root = mkdtempSync(join(tmpdir(), "planted-"));
  cpSync(PLANTED, root, { recursive: true });
  for (const file of ["biome.json", "package.json", "tsconfig.base.json", ".gitignore"]) {
    copyFileSync(join(ROOT, file), join(root, file));
  }
  const references = projects().filter((path) => existsSync(join(PLANTED, path)));
  for (const path of references) {
    copyFileSync(join(ROOT, path, "tsconfig.json"), join(root, path, "tsconfig.json"));
  }
  const project = { files: [], references: references.map((path) => ({ path })) };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify(project));
  symlinkSync(join(ROOT, "node_modules"), join(root, "node_modules"));
  return root;
}

/** What stands planted below `root`. */
export function plantsIn(root: string): Plant[] {
  return globSync("{lib,dashboard}/**/*.{ts,tsx}", { cwd: root })
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      const announced = Array.from(
        text.matchAll(/^\/\/ planted: (\S+)$/gm),
        ([, code = ""]) => code,
      );
      return { path, verdict: announced.sort().join(" ") };
    });
}

/** What the checkers found in one file, in the words of a `Plant`. */
export function verdictOn(path: string, findings: readonly Finding[]): string {
  const codes = findings.filter((finding) => finding.path === path).map(({ code }) => code);
  return codes.length === 0 ? "allowed" : [...new Set(codes)].sort().join(" ");
}
