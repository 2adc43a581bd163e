import { parseArgs } from "node:util";
import { usageError } from "./cli-error.ts";
import type { TypedSettings } from "./deployment-preflight.ts";
import { setting } from "./value-kind.ts";

/** What was typed for CDK, as far as it matters to us too; the rest is CDK's own business. */
export interface TypedForCdk {
  readonly settings: TypedSettings;
  /** Of ~/.aws, as `--profile` names it. */
  readonly profile: string | undefined;
}

/** @throws {CliError} usage, for a setting that is none */
export function typedForCdk(args: readonly string[]): TypedForCdk {
  const { values } = parseArgs({
    args: [...args],
    options: {
      context: { type: "string", short: "c", multiple: true },
      profile: { type: "string" },
    },
    strict: false,
    allowPositionals: true,
  });
  const settings = (values.context ?? []).map((typed) => {
    const read = typeof typed === "string" ? setting.read(typed) : undefined;
    if (read !== undefined) return read;
    const was = typeof typed === "string" ? `"${typed}"` : "nothing";
    throw usageError({ what: `-c expects ${setting.expected}, was ${was}` });
  });
  return {
    settings,
    profile: typeof values.profile === "string" ? values.profile : undefined,
  };
}
