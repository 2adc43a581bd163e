import { readFileSync } from "node:fs";

/** A golden file of `test/golden`: figures somebody else computed, with the script that did. */
export function readGolden<Shape>(name: string): Shape {
  return JSON.parse(
    readFileSync(new URL(`../../golden/${name}`, import.meta.url), "utf8"),
  ) as Shape;
}
