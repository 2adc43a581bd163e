import { printable } from "./printable.ts";

/** How a command ends: 0 done, 1 a check failed or input was refused, 2 usage, 3 environment. */
export type ExitCode = 0 | 1 | 2 | 3;

/** What a reader of an error needs, in the order in which they need it. */
export interface Complaint {
  readonly what: string;
  /** File and line, flag, setting, address. */
  readonly where?: string;
  readonly why?: string;
  /** What to do about it, as a command or a value to type where possible. */
  readonly mend?: string;
}

/** An error that the person at the terminal can act on; anything else that is thrown is our fault. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly complaint: Complaint;
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, complaint: Complaint, options?: ErrorOptions) {
    super(complaint.what, options);
    this.complaint = complaint;
    this.exitCode = exitCode;
  }
}

/** The command line itself is wrong. */
export function usageError(complaint: Complaint): CliError {
  return new CliError(2, complaint);
}

/** The machine does not offer what is needed: a file, a port, a permission, space. */
export function environmentError(complaint: Complaint, cause?: unknown): CliError {
  return new CliError(3, complaint, cause === undefined ? undefined : { cause });
}

/** The words of an error, one label a line; file names and what servers say may hold anything. */
export function describeComplaint(complaint: Complaint): string {
  const lines = [`brawler: ${complaint.what}`];
  for (const label of ["where", "why", "mend"] as const) {
    const text = complaint[label];
    if (text !== undefined)
      lines.push(`  ${label.padEnd(5)}  ${text.replaceAll("\n", "\n         ")}`);
  }
  return printable(`${lines.join("\n")}\n`);
}

/** What any thrown value says, without its stack. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
