import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { environmentError, reasonOf } from "./cli-error.ts";

/** Builds the page where `npm start` has not: with the packages for development, in a second. */
export async function buildPage(directory: string): Promise<string> {
  if (!existsSync(join(directory, "index.html"))) {
    await import("./build-page.ts").catch((cause: unknown) => {
      const complaint = {
        what: "the page cannot be built",
        where: directory,
        why: reasonOf(cause),
        mend: "npm ci, then npm run build",
      };
      throw environmentError(complaint, cause);
    });
  }
  return directory;
}

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
      mend: "npm run build",
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
