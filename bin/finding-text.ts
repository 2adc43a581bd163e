import type { Finding } from "../lib/app/finding.ts";
import { type Column, drawTable, type Style } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "check", align: "left" },
  { title: "", align: "left" },
  { title: "found", align: "left" },
];

const STYLES: Readonly<Record<Finding["verdict"], Style>> = {
  ok: "dim",
  warn: "strong",
  fail: "loss",
};

export function findingsJson(findings: readonly Finding[]): string {
  return JSON.stringify({ schema: "brawler.doctor/1", findings }, null, 2);
}

/**
 * A line for each finding, and below them what is wrong with each that is not as it should be.
 *
 * @param next what a reader can do when nothing failed
 */
export function findingsText(
  findings: readonly Finding[],
  { colour, next }: { readonly colour: boolean; readonly next: string },
): string {
  const rows = findings.map((finding) => [
    { text: finding.check, style: "plain" as const },
    { text: finding.verdict, style: STYLES[finding.verdict] },
    { text: lineOf(finding), style: "plain" as const },
  ]);
  const failed = findings.filter(({ verdict }) => verdict === "fail").length;
  const conclusion =
    failed === 0
      ? `Ready. Next: ${next}`
      : `${failed} of ${findings.length} checks failed; mend these first.`;
  const explained = findings.flatMap(explanationOf);
  return [drawTable(COLUMNS, rows, colour), ...explained, conclusion].join("\n\n");
}

/** What needs no explanation stands on its line, way out included. */
function lineOf({ detail, why, mend }: Finding): string {
  return why === undefined && mend !== undefined ? `${detail}; ${mend}` : detail;
}

function explanationOf({ check, detail, where, why, mend }: Finding): readonly string[] {
  if (why === undefined) return [];
  const labelled = Object.entries({ where, why, mend })
    .filter(([, text]) => text !== undefined)
    .map(([label, text]) => `  ${label.padEnd(5)}  ${text}`);
  return [[`${check}: ${detail}`, ...labelled].join("\n")];
}
