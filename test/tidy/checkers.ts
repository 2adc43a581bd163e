/** Runs the compiler and the linter over a tree and returns what they said, as data. */
import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { ROOT } from "./tree.ts";

export interface Finding {
  readonly path: string;
  /** `TS6307`, `lint/style/noEnum`. */
  readonly code: string;
  readonly message: string;
}

export interface LintRun {
  readonly findings: readonly Finding[];
  readonly filesChecked: number;
}

/** TS6305 only repeats, in a dependent project, that the project it depends on did not build. */
const ECHO = "TS6305";

/** `tsc -b` over the whole tree below `root`. */
export function compile(root: string): Finding[] {
  const { stdout, status } = run("tsc", ["-b", "--pretty", "false"], root);
  const lines = stdout.matchAll(/^(\S[^(\n]*)\(\d+,\d+\): error (TS\d+): (.*)$/gm);
  const findings = Array.from(lines, ([, path = "", code = "", message = ""]) => ({
    path,
    code,
    message,
  }));
  if (status !== 0 && findings.length === 0) throw new Error(`tsc said:\n${stdout}`);
  return findings.filter((finding) => finding.code !== ECHO);
}

/** What one project compiles, relative to the root; declarations that come with packages left out. */
export function compiledFiles(project: string): string[] {
  const { stdout } = run("tsc", ["-p", project, "--listFilesOnly"], ROOT);
  return stdout
    .split("\n")
    .filter((path) => path.startsWith(ROOT) && !path.includes("/node_modules/"))
    .map((path) => path.slice(ROOT.length + 1));
}

/** `biome lint` over the whole tree below `root`, with the configuration found there. */
export function lint(root: string): LintRun {
  const { stdout, stderr } = run(
    "biome",
    ["lint", "--reporter=json", "--max-diagnostics=none"],
    root,
  );
  if (!stdout.startsWith("{")) throw new Error(`biome said:\n${stdout}${stderr}`);
  const { summary, diagnostics } = JSON.parse(stdout) as BiomeReport;
  return {
    filesChecked: summary.changed + summary.unchanged,
    findings: diagnostics.map(({ category, message, location }) => ({
      path: location?.path ?? "",
      code: category,
      message,
    })),
  };
}

interface BiomeReport {
  readonly summary: { readonly changed: number; readonly unchanged: number };
  readonly diagnostics: readonly {
    readonly category: string;
    readonly message: string;
    readonly location?: { readonly path: string };
  }[];
}

function run(tool: string, args: readonly string[], cwd: string): SpawnSyncReturns<string> {
  const bin = resolve(ROOT, "node_modules/.bin", tool);
  const done = spawnSync(bin, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (done.error) throw new Error(`${tool} did not run`, { cause: done.error });
  return done;
}
