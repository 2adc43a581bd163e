/** The page of security, and whether what it names exists. */
import { isTest, testsIn } from "./named-tests.ts";
import { read } from "./tree.ts";

export interface SecurityRow {
  readonly line: string;
  readonly promise: string;
  /** Tests that do not exist. */
  readonly dangling: readonly string[];
  /** How many it names. */
  readonly named: number;
  /** What no test proves, in words. */
  readonly notProven: string;
}

export function securityRows(): SecurityRow[] {
  return read("docs/reference/security.md")
    .split("\n")
    .filter((text) => /^\| S\d+ \|/.test(text))
    .map((text) => {
      const [, line = "", promise = "", , tests = "", notProven = ""] = text
        .split("|")
        .map((cell) => cell.trim());
      const named = testsIn(tests);
      const dangling = named.filter((one) => !isTest(one));
      return { line, promise, dangling, named: named.length, notProven };
    });
}
