/** Aligned tables for a terminal: first columns to the left, figures to the right. */

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export type Style = "plain" | "dim" | "strong" | "loss";

export interface Cell {
  readonly text: string;
  readonly style: Style;
}

const CODES: Readonly<Record<Style, string>> = { plain: "", dim: "2", strong: "1", loss: "31" };

/** Wraps `text` in its style; without colours every style is plain. */
export function paint(text: string, style: Style, colour: boolean): string {
  const code = CODES[style];
  return colour && code !== "" ? `\u001b[${code}m${text}\u001b[0m` : text;
}

/** One line for the titles, one a row; no trailing blanks. */
export function drawTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  colour: boolean,
): string {
  const titles = columns.map(({ title }): Cell => ({ text: title, style: "dim" }));
  const widths = columns.map((_, index) =>
    Math.max(...[titles, ...rows].map((row) => displayWidth(row[index]?.text ?? ""))),
  );
  return [titles, ...rows].map((row) => drawRow(row, columns, widths, colour)).join("\n");
}

function drawRow(
  row: readonly Cell[],
  columns: readonly Column[],
  widths: readonly number[],
  colour: boolean,
): string {
  const last = row.findLastIndex(({ text }) => text !== "");
  const cells = row.slice(0, last + 1).map(({ text, style }, index) => {
    const blanks = " ".repeat(Math.max(0, (widths[index] ?? 0) - displayWidth(text)));
    const painted = paint(text, style, colour);
    if (columns[index]?.align === "right") return blanks + painted;
    return index === last ? painted : painted + blanks;
  });
  return cells.join("  ");
}

/** Characters, not code units: our texts hold no wide ones. */
function displayWidth(text: string): number {
  return [...text].length;
}
