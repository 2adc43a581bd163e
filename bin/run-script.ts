import { StageConfigError } from "../lib/infra/settings.ts";
import { CliError, describeComplaint, reasonOf } from "./cli-error.ts";

/** Runs a script of package.json on what was typed after it; an error becomes a few lines on stderr. */
export async function runScript(
  script: (typed: readonly string[]) => Promise<number>,
): Promise<void> {
  try {
    process.exitCode = await script(process.argv.slice(2));
  } catch (error) {
    const complaint = error instanceof CliError ? error.complaint : { what: reasonOf(error) };
    process.stderr.write(describeComplaint(complaint));
    if (error instanceof CliError) process.exitCode = error.exitCode;
    else process.exitCode = error instanceof StageConfigError ? 2 : 3;
  }
}
