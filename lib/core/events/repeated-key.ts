/** JSON.parse keeps the last of two equal keys and says nothing; this tells. */

import { BACKSLASH, COLON, QUOTE } from "./ascii.ts";

/**
 * The first key that stands twice in a flat JSON object.
 *
 * @param line valid JSON: one object whose values are no objects
 * @param distinct how many different keys the object has; with as many colons outside of texts none stands twice
 * Cost: one pass over the line, a second one only where a key is repeated.
 */
export function repeatedKey(line: string, distinct: number): string | undefined {
  let colons = 0;
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) at = textEnd(line, at);
    else if (code === COLON) colons++;
  }
  return colons === distinct ? undefined : firstRepeated(line);
}

/** Where the text that starts at `from` has its closing quote. */
function textEnd(line: string, from: number): number {
  let at = from + 1;
  while (at < line.length) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) break;
    at += code === BACKSLASH ? 2 : 1;
  }
  return at;
}

function firstRepeated(line: string): string | undefined {
  const seen = new Set<string>();
  let text = "";
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === QUOTE) {
      const end = textEnd(line, at);
      text = line.slice(at, end + 1);
      at = end;
    } else if (code === COLON) {
      const key = String(JSON.parse(text));
      if (seen.has(key)) return key;
      seen.add(key);
    }
  }
  return undefined;
}
