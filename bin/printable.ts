/**
 * What others wrote, before it reaches a terminal: a control character there may clear the screen, set the window's title
 * or type for the reader. Line feeds stay where whole texts are printed.
 */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]|\p{Cf}/gu, "\ufffd");
}

/** As one line. */
export function printableLine(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cf}/gu, "\ufffd");
}
