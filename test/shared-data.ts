/**
 * Where the reference data lies that several projects share: `../shared`, beside this one. It is read in
 * place and nothing of it is copied. A clone without it runs every other test and says which it left out.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** One reference input with its output, computed or published by someone else. */
export interface Vector {
  readonly id: string;
  readonly metric: string;
  readonly input: unknown;
  readonly params: Readonly<Record<string, unknown>>;
  readonly expected: unknown;
  /** Absolute tolerance. */
  readonly tol: number;
  readonly source: string;
}

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../shared");

/** The path of a file of the shared folder, by its parts: `sharedPath("data", "stats", "x.csv")`. */
export function sharedPath(...parts: readonly string[]): string {
  return resolve(root, ...parts);
}

/** True where the shared folder lies beside the project: then nothing that reads it may be left out. */
export const sharedPresent = existsSync(sharedPath("vectors.json"));

/** Says, loudly, that the tests of `subject` were left out for want of the shared folder. */
export function warnSharedAbsent(subject: string): void {
  console.warn(`LEFT OUT: ${subject}: no shared reference data at ${root}`);
}

/** Every entry of `vectors.json`; empty, with a warning, where the shared folder is absent. */
export function readVectors(): readonly Vector[] {
  if (!sharedPresent) {
    warnSharedAbsent("the reference vectors");
    return [];
  }
  return JSON.parse(readFileSync(sharedPath("vectors.json"), "utf8")) as Vector[];
}
