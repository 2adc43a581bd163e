/**
 * Goal: no text makes a pattern of ours run long. Method: every regular expression in the shipped sources, found by a
 * parser, and every pattern of a schema that runs goes through recheck, which proves that matching is linear or shows an attack. The
 * schema of the events is for others: events are parsed by hand.
 */
import { check } from "recheck";
import { parseSync } from "vite";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { configSchema } from "../../lib/core/api/config-schema.ts";
import { OPERATIONS } from "../../lib/core/api/operations.ts";
import { PLAIN_TEXT_PATTERN } from "../../lib/core/events/plain-text.ts";
import { filesMatching, read } from "../tidy/tree.ts";

interface Pattern {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

/** Of these the text is known to be short; recheck judges them for any. */
const SHORT_TEXTS: Readonly<Record<string, string>> = {
  "bin/instant.ts /0+$/": "six digits that were just made",
  "dashboard/model/exact.ts /0+$/": "the decimals of a sum that was just made",
  "lib/adapters/dynamodb/item-bytes.ts /0+$/": "a number of DynamoDB, 38 digits",
  "lib/infra/prune-sdk.ts /@aws-sdk[/\\\\]client-.*[/\\\\]schemas_0\\.js$/":
    "the path of a file of a package, when bundling",
  "lib/infra/prune-sdk.ts /^export class (\\w+) [\\s\\S]*?^\\}$/gm":
    "a module of a pinned package, when bundling",
  "lib/infra/prune-sdk.ts /^export var (\\w+)\\$ = \\[-3, n0, [\\s\\S]*?^\\];$/gm":
    "a module of a pinned package, when bundling",
};

type Node = Readonly<Record<string, unknown>>;

/** Every object of a tree, however deep. */
function* nodesOf(value: unknown): Generator<Node> {
  if (typeof value !== "object" || value === null) return;
  yield value as Node;
  for (const child of Object.values(value)) yield* nodesOf(child);
}

function patternsIn(path: string): readonly Pattern[] {
  const { program, errors } = parseSync(path, read(path));
  expect(errors).toEqual([]);
  return [...nodesOf(program)].flatMap(({ type, regex }) => {
    if (type !== "Literal" || regex === undefined) return [];
    const { pattern, flags } = regex as { pattern: string; flags: string };
    return [{ at: path, source: pattern, flags }];
  });
}

/** What TypeBox and JSON Schema compile with the flag `u`. */
function schemaPatterns(at: string, schema: unknown): readonly Pattern[] {
  return [...nodesOf(schema)].flatMap(({ pattern, patternProperties = {} }) => {
    const keys = Object.keys(patternProperties as object);
    const sources = typeof pattern === "string" ? [pattern, ...keys] : keys;
    return sources.map((source) => ({ at, source, flags: "u" }));
  });
}

const SHIPPED = filesMatching("{bin,dashboard,lambdas,lib}/**/*.{ts,tsx}");

function allPatterns(): readonly Pattern[] {
  const found = [
    ...SHIPPED.flatMap(patternsIn),
    ...schemaPatterns("the configuration", configSchema),
    ...schemaPatterns("the operations", OPERATIONS),
    { at: "plain text", source: PLAIN_TEXT_PATTERN, flags: "u" },
  ];
  return [...new Map(found.map((one) => [nameOf(one), one])).values()];
}

const nameOf = ({ at, source, flags }: Pattern) => `${at} /${source}/${flags}`;

/** `safe`, or how it can be attacked. */
async function verdictOn({ source, flags }: Pattern): Promise<string> {
  const found = await check(source, flags, { timeout: null });
  if (found.status === "safe") return "safe";
  return found.status === "vulnerable" ? found.complexity.summary : found.error.kind;
}

describe("a regular expression", () => {
  // The one that needs no other program; it reads its choice when it is first asked.
  beforeAll(() => {
    vi.stubEnv("RECHECK_BACKEND", "pure");
  });

  const patterns = allPatterns();

  it("is found wherever there is one", () => {
    expect(patterns.length).toBeGreaterThan(80);
    const made = SHIPPED.filter((path) => /new RegExp\(/.test(read(path)));
    expect(made).toEqual(["lib/core/api/config-schema.ts", "lib/core/events/plain-text.ts"]);
  });

  it("would be caught: (a+)+$ is exponential", async () => {
    const bad = { at: "here", source: "^(a+)+$", flags: "" };
    expect(await verdictOn(bad)).toBe("exponential");
  });

  it("takes linear time, or reads short texts only", async () => {
    const bad: Record<string, string> = {};
    for (const pattern of patterns) {
      const verdict = await verdictOn(pattern);
      if (verdict !== "safe") bad[nameOf(pattern)] = verdict;
    }
    expect(Object.keys(bad).sort()).toEqual(Object.keys(SHORT_TEXTS).sort());
  });
});
