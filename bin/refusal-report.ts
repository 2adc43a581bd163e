/** What was wrong with a file: every bad line, the first ones singly, then counted by reason. */
import { formatCount } from "./format-figures.ts";
import { printableLine } from "./printable.ts";

const SINGLE_LINES = 20;

/** A line of an input that was not applied. */
export interface RefusedLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly reason: string;
  readonly field: string | undefined;
  readonly detail: string;
}

interface Group {
  count: number;
  readonly first: string;
  last: string;
}

/** Collects refusals in bounded memory, whatever their number. */
export interface RefusalReport {
  readonly add: (refused: RefusedLine) => void;
  readonly count: () => number;
  /** Nothing when nothing was refused. */
  readonly text: () => string;
  readonly json: () => RefusalSummary;
}

export interface RefusalSummary {
  readonly count: number;
  readonly lines: readonly RefusedLine[];
  /** Beyond `lines`. */
  readonly groups: readonly { readonly reason: string; readonly count: number }[];
}

export function openRefusalReport(): RefusalReport {
  const lines: RefusedLine[] = [];
  const groups = new Map<string, Group>();
  let count = 0;
  return {
    add: (refused) => {
      count += 1;
      if (lines.length < SINGLE_LINES) lines.push(refused);
      else addToGroup(groups, refused);
    },
    count: () => count,
    text: () => refusalText(count, lines, groups),
    json: () => ({
      count,
      lines: [...lines],
      groups: [...groups].map(([reason, group]) => ({ reason, count: group.count })),
    }),
  };
}

function addToGroup(groups: Map<string, Group>, refused: RefusedLine): void {
  const name = refused.field === undefined ? refused.reason : `${refused.reason} ${refused.field}`;
  const at = `${refused.file}:${refused.line}`;
  const group = groups.get(name);
  if (group === undefined) groups.set(name, { count: 1, first: at, last: at });
  else {
    group.count += 1;
    group.last = at;
  }
}

function refusalText(
  count: number,
  lines: readonly RefusedLine[],
  groups: ReadonlyMap<string, Group>,
): string {
  if (count === 0) return "";
  const single = lines.map(({ file, line, reason, field, detail }) =>
    printableLine(
      `  ${file}:${line}  ${reason}${field === undefined ? "" : ` ${field}`}: ${detail}`,
    ),
  );
  const grouped = [...groups].map(([name, group]) =>
    printableLine(
      group.count === 1
        ? `  and 1 × ${name} (${group.first})`
        : `  and ${formatCount(group.count)} × ${name} (${group.first} to ${group.last})`,
    ),
  );
  const refused = `${formatCount(count)} ${count === 1 ? "line was" : "lines were"} refused`;
  return [`${refused}; the others were applied:`, ...single, ...grouped].join("\n");
}
