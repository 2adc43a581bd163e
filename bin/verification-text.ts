/** What `verify` found, in words. */
import type { Difference } from "../lib/app/differences.ts";
import type { Verification } from "../lib/app/verify.ts";
import { RESOLUTIONS } from "../lib/core/rollup/row.ts";
import { formatCount } from "./format-figures.ts";
import { formatInstant } from "./instant.ts";
import { type Column, drawTable } from "./table.ts";

/** Everything was compared, and nothing differs. */
export function isProven({ differences, notCompared, unreadable, stray }: Verification): boolean {
  const isComplete = notCompared.length === 0 && unreadable === 0;
  return isComplete && differences.count === 0 && stray.stored === stray.expected;
}

export function verificationText(root: string, found: Verification, colour: boolean): string {
  return [
    ...verdictLines(root, found),
    ...scopeLines(found),
    ...remarkLines(found),
    ...differenceLines(found, colour),
  ].join("\n");
}

function verdictLines(root: string, found: Verification): readonly string[] {
  const { count } = found.differences;
  if (isProven(found)) return [`Proven: what ${root} holds is what its raw archive says`];
  if (count === 0) return [`Not proven: ${root} could not be compared in full`];
  const what = count === 1 ? "1 difference" : `${formatCount(count)} differences`;
  return [
    `${what} between what ${root} holds and what its raw archive says`,
    "  mend       npx brawler rebuild, and please report it: this should not happen",
  ];
}

function scopeLines({ lines, rows, instruments, span }: Verification): readonly string[] {
  const rollups = RESOLUTIONS.map(
    (resolution) => `${formatCount(rows[resolution])} of ${resolution}`,
  );
  const states = `${formatCount(instruments.length)} committed states`;
  return [
    `  folded     ${formatCount(lines)} archived lines, from the first on`,
    `  compared   rollups: ${rollups.join(", ")}; ${formatCount(rows.trades)} trades; ${states}`,
    ...(span === undefined
      ? []
      : [
          `  covers     ${formatInstant(span.from)} to ${formatInstant(span.to)}, within retention`,
        ]),
  ];
}

function remarkLines({ notCompared, unreadable, lost, stray }: Verification): readonly string[] {
  const lines = notCompared.map(({ instrument, why }) => {
    return `  skipped    ${instrument}: ${why}; run verify again in a moment`;
  });
  if (unreadable > 0) {
    lines.push(
      `  unreadable ${formatCount(unreadable)} lines that were accepted when they came: this program reads less than the one that took them`,
    );
  }
  if (lost > 0) {
    lines.push(
      `  lost       ${formatCount(lost)} lines are missing from the archive: figures that rest on them cannot be proven`,
    );
  }
  if (stray.stored !== stray.expected) {
    lines.push(
      `  refused    ${formatCount(stray.stored)} lines were counted as refused, the archive holds ${formatCount(stray.expected)}`,
    );
  }
  return lines;
}

const COLUMNS: readonly Column[] = [
  { title: "instrument", align: "left" },
  { title: "of", align: "left" },
  { title: "time", align: "left" },
  { title: "part", align: "left" },
  { title: "field", align: "left" },
  { title: "stored", align: "left" },
  { title: "expected", align: "left" },
];

function differenceLines({ differences }: Verification, colour: boolean): readonly string[] {
  if (differences.count === 0) return [];
  const rows = differences.first.map((difference) =>
    cellsOf(difference).map((text) => ({ text, style: "plain" as const })),
  );
  const groups = differences.groups.map(({ instrument, of, part, count }) => {
    return `  and ${formatCount(count)} more of ${[instrument, of, part].filter(Boolean).join(" ")}`;
  });
  return ["", drawTable(COLUMNS, rows, colour), ...groups];
}

function cellsOf({ instrument, of, time, part, field, stored, expected }: Difference) {
  return [
    instrument,
    of,
    time === undefined ? "" : formatInstant(time),
    part,
    field === "" ? "(row)" : field,
    shownValue(stored),
    shownValue(expected),
  ];
}

const SHOWN_CHARACTERS = 40;

function shownValue(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
