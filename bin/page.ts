import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { environmentError } from "./cli-error.ts";

/** Where `npm run build` puts the page. */
export const PAGE_DIRECTORY = fileURLToPath(new URL("../dist/dashboard", import.meta.url));

/**
 * The built page, from disk to memory, so that a request can only name what is in it.
 *
 * @throws {CliError} environment, if it was never built
 */
export function readPage(directory: string): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  if (!existsSync(join(directory, "index.html"))) {
    throw environmentError({
      what: "the page has not been built",
      where: directory,
      why: "npx brawler start leaves that to npm",
      mend: "npm run build, or start with npm start",
    });
  }
  const entries = readdirSync(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(directory, path).split(sep).join("/"), new Uint8Array(readFileSync(path))];
    }),
  );
}
