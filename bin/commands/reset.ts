import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { usageError } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import {
  type DataPaths,
  ENTRIES,
  isOurs,
  requireDirectory,
  requireIdle,
} from "../data-directory.ts";
import { dataOption } from "../data-option.ts";
import { sizeOf } from "../directory-size.ts";
import { formatBytes } from "../format-figures.ts";
import { flag } from "../option.ts";

export const reset = defineCommand({
  name: "reset",
  summary: "Delete what is recorded in a data directory, and nothing else in it",
  options: { data: dataOption, yes: flag("do not ask") },
  examples: ["reset", "reset --data /var/lib/desk-a --yes"],
  run: async ({ options, terminal }) => {
    const paths = requireDirectory(options.data);
    requireIdle(paths, "reset");
    const { bytes } = sizeOf(paths.root);
    if (!options.yes && !(await confirmed(paths.root, bytes))) {
      terminal.note("nothing deleted");
      return 1;
    }
    const left = deleteOurs(paths);
    terminal.note(`deleted ${formatBytes(bytes)} in ${paths.root}`);
    if (left.length > 0) terminal.note(`left alone, because not ours: ${left.join(", ")}`);
    return 0;
  },
});

async function confirmed(root: string, bytes: number): Promise<boolean> {
  if (process.stdin.isTTY !== true || process.stderr.isTTY !== true) {
    throw usageError({
      what: "reset asks before it deletes, and there is no terminal to ask on",
      mend: "add --yes",
    });
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(`Delete ${formatBytes(bytes)} in ${root}? Type yes: `);
  prompt.close();
  return answer.trim().toLowerCase() === "yes";
}

/** The marker goes last, so that an interrupted reset can be repeated. Returns what is not ours. */
function deleteOurs({ root }: DataPaths): readonly string[] {
  const ours = readdirSync(root).filter((name) => isOurs(name) && name !== ENTRIES.marker);
  for (const name of [...ours, ENTRIES.marker]) {
    rmSync(join(root, name), { recursive: true, force: true });
  }
  const left = readdirSync(root);
  if (left.length === 0) rmdirSync(root);
  return left;
}
