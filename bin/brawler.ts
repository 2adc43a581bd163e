#!/usr/bin/env node
/** The entry point: asks for a Node.js that runs TypeScript as it stands, then hands over. */
import { enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

const NEEDED_MAJOR = 24;

const major = Number(process.versions.node.split(".")[0]);
if (major < NEEDED_MAJOR) {
  process.stderr.write(
    `brawler: needs Node.js ${NEEDED_MAJOR} or newer, this is ${process.version} (${process.execPath}).\n` +
      "  mend   npm ci installs the right one beside the project; then use npx brawler, or npm run brawler --\n",
  );
  process.exitCode = 3;
} else {
  // Without the types stripped anew each time, a command starts in a quarter of the time.
  enableCompileCache(fileURLToPath(new URL("../node_modules/.cache/brawler", import.meta.url)));
  const { runCommandLine } = await import("./run.ts");
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
