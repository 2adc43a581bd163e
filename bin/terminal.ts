/** Where a command speaks: results on stdout, everything else on stderr. */
import { once } from "node:events";
import type { Writable } from "node:stream";

export interface Terminal {
  /** Nothing on stderr but errors. */
  readonly quiet: boolean;
  /** stdout understands colours, and nobody asked to leave them out. */
  readonly colour: boolean;
  /** stdout is a person's terminal, not a file or another program. */
  readonly isShown: boolean;
  /** stderr is a person's terminal: progress bars and questions make sense. */
  readonly interactive: boolean;
  /** Result bytes; resolves when more may be written, so that a slow reader slows us down. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** Result text, a line feed after it. */
  readonly print: (text: string) => Promise<void>;
  /** A remark for the person; silent under `--quiet`. */
  readonly note: (text: string) => void;
  /** A transient line, such as a progress bar; terminals only. */
  readonly overwrite: (line: string) => void;
}

export function openTerminal(quiet: boolean): Terminal {
  endQuietlyWhenNobodyReads(process.stdout);
  endQuietlyWhenNobodyReads(process.stderr);
  const interactive = process.stderr.isTTY === true && process.env["TERM"] !== "dumb";
  return {
    quiet,
    colour: wantsColour(process.stdout.isTTY === true),
    isShown: process.stdout.isTTY === true,
    interactive: interactive && !quiet,
    write: (chunk) => writeTo(process.stdout, chunk),
    print: (text) => writeTo(process.stdout, `${text}\n`),
    note: (text) => {
      if (!quiet) process.stderr.write(`${text}\n`);
    },
    overwrite: (line) => {
      if (interactive && !quiet) process.stderr.write(`\r\u001b[2K${line}`);
    },
  };
}

/** https://no-color.org: any non-empty value. */
function wantsColour(isTerminal: boolean): boolean {
  const refused = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb";
  return isTerminal && !refused;
}

async function writeTo(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (!stream.write(chunk)) await once(stream, "drain");
}

/** `brawler simulate | head`: the reader has seen enough, which is no error of ours. */
function endQuietlyWhenNobodyReads(stream: Writable): void {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}
