/** A virtual environment with exactly what requirements-e2e.txt pins, made once and kept beside the packages. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const REQUIREMENTS = join(ROOT, "requirements-e2e.txt");
const CANDIDATES = ["python3", "python", "python3.13", "python3.12", "python3.11", "python3.10"];
const IS_NEW_ENOUGH = "import sys; raise SystemExit(sys.version_info < (3, 10))";
const NEEDED =
  "npm run test:aws needs Python 3.10 or newer, for the AWS emulator; `npm test` does not. " +
  "Install it (Debian: apt-get install python3 python3-venv), or name one: BRAWLER_PYTHON=/path/to/python3";

/**
 * The environment's own interpreter, with everything installed.
 *
 * @throws {Error} with what to do, where Python is missing or the packages cannot be installed
 */
export function emulatorPython(): string {
  const digest = createHash("sha256").update(readFileSync(REQUIREMENTS)).digest("hex").slice(0, 12);
  const folder = join(ROOT, "node_modules", ".cache", `aws-emulator-${digest}`);
  const python = join(folder, ...(process.platform === "win32" ? ["Scripts"] : ["bin"]), "python");
  const complete = join(folder, "complete");
  if (existsSync(complete)) return python;
  rmSync(folder, { recursive: true, force: true });
  run(findPython(), ["-m", "venv", folder], `${NEEDED}. Making a virtual environment failed`);
  run(
    python,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS],
    "Installing requirements-e2e.txt failed; check that pip reaches its index",
  );
  writeFileSync(complete, "");
  return python;
}

/** Exported for its test: what is found depends on the machine. */
export function findPython(
  candidates: readonly string[] = candidatesHere(),
  isNewEnough: (python: string) => boolean = runsNewEnough,
): string {
  const found = candidates.find(isNewEnough);
  if (found === undefined) throw new Error(`${NEEDED}. Tried: ${candidates.join(", ")}`);
  return found;
}

function candidatesHere(): readonly string[] {
  const given = process.env["BRAWLER_PYTHON"] ?? "";
  return given === "" ? CANDIDATES : [given];
}

function runsNewEnough(python: string): boolean {
  return spawnSync(python, ["-c", IS_NEW_ENOUGH], { stdio: "ignore" }).status === 0;
}

function run(command: string, args: readonly string[], failed: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return;
  throw new Error(`${failed}:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
}
