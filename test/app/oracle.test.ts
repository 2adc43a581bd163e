/**
 * Goal: the pipeline's report is the specification's, figure by figure.
 * Method: `test/oracle/report.py` computed each report from the design alone, naively and exactly. Money, counts and
 * times must be identical, statistics within 1e-9. Decided deviations, each with its reason in
 * `test/oracle/CHOICES.md`: rolling markouts have no interval here, and `quoting` divides distances more finely.
 */
import { readdirSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { ReportSpan } from "../../lib/app/report.ts";
import { DAY_US, HOUR_US, MINUTE_US } from "../../lib/core/units.ts";
import { folded } from "../fold.ts";
import { differences, type Leaf } from "./differences.ts";

const FIXTURES = new URL("../oracle/fixtures/", import.meta.url);
/** The clock that the expected reports were computed at, and what a clock may lag. */
const FUTURE_LIMIT = 1_790_000_000_000_000 + 15 * MINUTE_US;
const SPANS: Readonly<Record<string, ReportSpan>> = {
  "24h": { kind: "last", lengthUs: 24 * HOUR_US },
  "7d": { kind: "last", lengthUs: 7 * DAY_US },
  all: { kind: "all" },
};

interface Expected {
  readonly header: { readonly file?: string; readonly arguments: readonly string[] };
}

const names = readdirSync(FIXTURES)
  .filter((file) => file.endsWith(".expected.json"))
  .map((file) => file.replace(".expected.json", ""));

describe("the report", () => {
  it.each(names)("of %s.ndjson is what the specification makes of it", async (name) => {
    const { header, ...expected } = JSON.parse(text(`${name}.expected.json`)) as Expected;
    const span = spanOf(header.arguments);
    const lines = text(header.file ?? `${name}.ndjson`).split("\n");
    const seen = lines.filter((line) => line.trim() !== "");
    await folded(
      seen,
      async ({ report }) => {
        const actual = JSON.parse(JSON.stringify(await report({ span })));
        expect(differences(actual, expected).filter((leaf) => !isDecided(leaf))).toEqual([]);
      },
      { futureLimit: FUTURE_LIMIT },
    );
  });

  it("is compared for every fixture there is", () => {
    const inputs = readdirSync(FIXTURES).filter((file) => /\.ndjson(\.gz)?$/.test(file));
    expect(inputs.map((file) => file.split(".")[0]).sort()).toEqual([...names].sort());
  });
});

function text(file: string): string {
  const bytes = readFileSync(new URL(file, FIXTURES));
  return (file.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("utf8");
}

function spanOf(options: readonly string[]): ReportSpan {
  const at = options.indexOf("--window");
  const span = SPANS[at < 0 ? "all" : (options[at + 1] ?? "")];
  if (span === undefined) throw new Error(`no such window in this test: ${options.join(" ")}`);
  return span;
}

function isDecided({ path }: Leaf): boolean {
  if (path.includes("quoting") || path.includes("fifo")) return true;
  return path[0] === "rolling" && path[1] === "markout" && path.includes("interval");
}
