import { appendFileSync, closeSync, mkdirSync, openSync } from "node:fs";
import { basename, join } from "node:path";
import type { RefusedLine } from "./refusal-report.ts";

/** Keeps refused lines with the reason, one JSON object a line, so that they can be mended and sent again. */
export interface Quarantine {
  readonly add: (refused: RefusedLine, text: string) => void;
  /** Closes the files and says where they are. */
  readonly close: () => readonly string[];
}

/**
 * One file an input, named after it, in `directory`; made when the first line is refused and replaced by the next run
 * over an input of that name.
 */
export function openQuarantine(directory: string): Quarantine {
  const handles = new Map<string, number>();
  const open = (path: string): number => {
    mkdirSync(directory, { recursive: true });
    const handle = openSync(path, "w");
    handles.set(path, handle);
    return handle;
  };
  return {
    add: (refused, text) => {
      const path = join(directory, `${inputName(refused.file)}.refused.ndjson`);
      appendFileSync(handles.get(path) ?? open(path), `${JSON.stringify({ ...refused, text })}\n`);
    },
    close: () => {
      for (const handle of handles.values()) closeSync(handle);
      return [...handles.keys()];
    },
  };
}

function inputName(file: string): string {
  return file === "-" ? "stdin" : basename(file);
}
