import { usageError } from "./cli-error.ts";

const LIVE_FLAG = /^--(live|live-trading|mode=live)(=.*)?$/;
const LIVE_VARIABLES = ["BRAWLER_LIVE", "BRAWLER_LIVE_TRADING"];

/**
 * Live trading is out of this product for good: there is no code behind such a flag, and a person who types one must
 * learn it before anything starts.
 *
 * @throws {CliError} usage, for a live flag or variable
 */
export function refuseLive(
  typed: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const asked =
    typed.find((word) => LIVE_FLAG.test(word)) ??
    LIVE_VARIABLES.find((name) => !["", "0", "false"].includes(environment[name] ?? ""));
  if (asked === undefined) return;
  throw usageError({
    what: "brawler never trades live",
    where: asked,
    why: "it analyses simulated and recorded events only, and holds no connection to any venue",
    mend: `leave ${asked} out; npx brawler start runs the simulated market maker`,
  });
}
