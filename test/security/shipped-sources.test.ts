/**
 * Goal: what the product can do to its surroundings is a short list. Method: the shipped sources are searched for the ways
 * out of a page, a process and a machine; each may stand where it is listed and nowhere else.
 */
import { describe, expect, it } from "vitest";
import { filesMatching, linesMatching } from "../tidy/tree.ts";

const ALL = filesMatching("{bin,dashboard,lambdas,lib}/**/*.{ts,tsx}");
const PAGE = ALL.filter((path) => path.startsWith("dashboard/"));
/** Where the page may connect the browser enforces, by the content security policy. */
const MACHINE = ALL.filter((path) => !path.startsWith("dashboard/"));

interface Way {
  readonly what: string;
  readonly pattern: RegExp;
  /** What the pattern has to find; it is a way out. */
  readonly caught: string;
  readonly within: readonly string[];
  readonly standsIn: readonly string[];
}

const WAYS: readonly Way[] = [
  {
    what: "makes markup of text",
    pattern: /\b(?:innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc)\b/,
    caught: "element.innerHTML = name;",
    within: PAGE,
    standsIn: [],
  },
  {
    what: "makes code of text",
    pattern: /\beval\(|\bnew Function\(|\bdocument\.write|\bjavascript:|node:vm/,
    caught: "new Function(text)",
    within: ALL,
    standsIn: [],
  },
  {
    what: "asks another machine for something, but through a client of AWS or PostgreSQL",
    pattern: /(?<!function |\w)fetch\((?!bucket)|\bXMLHttpRequest\b|\bWebSocket\(|\bsendBeacon\b/,
    caught: "await fetch(url)",
    within: MACHINE,
    standsIn: [
      // CloudFormation's own address, which comes with its call.
      "lambdas/cloudformation-answer.ts",
      // Slack, from a closed list of addresses.
      "lib/adapters/slack/slack-chat.ts",
    ],
  },
  {
    what: "opens a socket of its own",
    pattern: /from "node:(?:net|tls|dgram|http2|dns)"/,
    caught: 'import { connect } from "node:net";',
    within: ALL,
    standsIn: ["bin/loopback.ts"],
  },
  {
    what: "starts another program",
    pattern: /from "node:child_process"/,
    caught: 'import { exec } from "node:child_process";',
    within: ALL,
    standsIn: [
      // CDK's command line, a person's browser, and esbuild's process, each by its arguments.
      "bin/cdk-command.ts",
      "bin/open-browser.ts",
      "lib/infra/brawler-function.ts",
    ],
  },
  {
    what: "hands a program's arguments to a shell",
    pattern: /(?<![.\w])exec(?:Sync)?\(|\bshell: true/,
    caught: 'execSync("ls " + name)',
    within: ALL,
    standsIn: [],
  },
];

describe("nothing that is shipped", () => {
  it.each(WAYS)("$what, except where it is listed", ({ pattern, caught, within, standsIn }) => {
    expect(caught).toMatch(pattern);
    expect(within.length).toBeGreaterThan(0);
    const found = linesMatching(within, pattern)
      .filter(({ text }) => !/^(?:[*]|[/]{2}|[/][*])/.test(text))
      .map(({ at }) => at.replace(/:\d+$/, ""));
    expect([...new Set(found)]).toEqual(standsIn);
  });
});
