/** Finds, reads and checks `brawler.config.json`; flags override what it says. */
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Configuration, resolveConfig } from "../lib/core/api/config.ts";
import type { ConfigFile } from "../lib/core/api/config-schema.ts";
import { CliError, environmentError, reasonOf } from "./cli-error.ts";
import { CONFIG_NAME } from "./config-options.ts";

export interface ConfigFlags {
  readonly config: string | undefined;
  readonly capital: string | undefined;
  readonly reporting: string | undefined;
  readonly horizons: readonly string[] | undefined;
}

/**
 * The settings of this run.
 *
 * @throws {CliError} environment, if the named file cannot be read; refused, if what it says cannot be used
 */
export async function loadConfig(flags: ConfigFlags): Promise<Configuration> {
  const file = readConfigFile(flags.config);
  const said = overriddenBy(flags);
  if (file === undefined && Object.keys(said).length === 0) return resolveConfig({});
  return resolveConfig(await checked(file, said));
}

/** What the flags say, in the words of the file. */
function overriddenBy({ capital, reporting, horizons }: ConfigFlags): ConfigFile {
  return {
    ...(capital === undefined ? {} : { capital }),
    ...(reporting === undefined ? {} : { reporting }),
    ...(horizons === undefined ? {} : { horizons: [...horizons] }),
  };
}

/** The validator is loaded only where there is something to validate: it costs a quarter of a second. */
async function checked(file: ReadFile | undefined, said: ConfigFile): Promise<ConfigFile> {
  const { configProblems } = await import("../lib/core/api/config-schema.ts");
  if (file !== undefined) refuse(configProblems(file.content), file.path);
  const whole = { ...(file?.content as ConfigFile | undefined), ...said };
  refuse(configProblems(whole), "the flags");
  return whole;
}

function refuse(problems: readonly { path: string; problem: string }[], where: string): void {
  if (problems.length === 0) return;
  const lines = problems.map(({ path, problem }) => (path === "" ? problem : `${path} ${problem}`));
  throw new CliError(1, {
    what: `${problems.length} ${problems.length === 1 ? "setting" : "settings"} cannot be used`,
    where,
    why: lines.join("\n"),
    mend: "docs/reference/config.md lists every setting with its default",
  });
}

interface ReadFile {
  readonly path: string;
  readonly content: unknown;
}

function readConfigFile(named: string | undefined): ReadFile | undefined {
  const path = resolve(named ?? CONFIG_NAME);
  if (named === undefined && !existsSync(path)) return undefined;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    const what = "cannot read the settings";
    throw environmentError({ what, where: path, why: reasonOf(cause) }, cause);
  }
  try {
    return { path, content: JSON.parse(text) };
  } catch (cause) {
    throw new CliError(1, {
      what: "the settings are not JSON",
      where: path,
      why: reasonOf(cause),
      mend: "commas between settings, none after the last, names in double quotes, no comments",
    });
  }
}
