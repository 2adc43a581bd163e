/** Runs the real command line as a child process, as a person's shell would. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../../bin/brawler.ts", import.meta.url));

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Waits for the end; the environment of the tests themselves (colours, debug) stays out. */
export function brawler(typed: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [ENTRY, ...typed], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.end(options.stdin ?? "");
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => {
      resolve({
        exitCode,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
  });
}

/** A started product: where its page is, and how to end it. */
export interface Desk {
  readonly url: string;
  readonly stop: (signal: NodeJS.Signals) => Promise<Outcome>;
}

/** Resolves when the page answers; rejects with what was said when the process ends before. */
export function startDesk(typed: readonly string[]): Promise<Desk> {
  const child = spawn(process.execPath, [ENTRY, "start", "--port", "0", "--quiet", ...typed], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Outcome>((resolve) => {
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
  const stop = (signal: NodeJS.Signals): Promise<Outcome> => {
    child.kill(signal);
    return ended;
  };
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      const url = /^http\S+\n/.exec(stdout)?.[0].trim();
      if (url !== undefined) resolve({ url, stop });
    });
    child.once("close", (exitCode) => reject(new Error(`ended with ${exitCode}: ${stderr}`)));
  });
}
