import { exists, read } from "./tree.ts";

/** The tests that a cell of a table names, one a line. */
export function testsIn(cell: string): string[] {
  return cell === "" ? [] : cell.split("<br>");
}

/** `[file](path): the test's name, or its beginning`, where there is such a file and such a name in it. */
export function isTest(text: string): boolean {
  const [, path = "", name = ""] = /\]\(\.\.\/\.\.\/([^)]+)\): (.+)$/.exec(text) ?? [];
  return (
    path !== "" && exists(path) && OPENINGS.some((open) => read(path).includes(`${open}${name}`))
  );
}

/** A name begins where its text does. */
const OPENINGS = ['"', "'", "`"];
