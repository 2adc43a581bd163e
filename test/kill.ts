/** Starts processes that are killed at drawn moments, and hears what they acknowledged until then. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";

type Child = ChildProcessByStdio<null, Readable, null>;

/** When a child dies: after so many acknowledgements, and so many turns of our own event loop. */
export interface Moment {
  readonly acknowledgements: number;
  readonly turns: number;
}

/**
 * Runs a program that prints a line of JSON for each thing that it has made durable, and kills it with `kill -9`.
 *
 * @returns the last line that it had printed whole
 * @throws when it ended by itself
 */
export async function killed<Acknowledged>(
  program: string,
  typed: readonly string[],
  moment: Moment,
): Promise<Acknowledged> {
  const child = spawn(process.execPath, [program, ...typed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // `once` rejects when the child cannot be started, so that this is said instead of waited for.
  const [[exitCode, signal], told] = await Promise.all([
    once(child, "exit"),
    readAndKill(child, moment),
  ]);
  if (signal !== "SIGKILL") throw new Error(`expected to be killed, ended with ${exitCode}`);
  const lines = told.split("\n").slice(0, -1); // After the last line feed: cut by the kill.
  return JSON.parse(lines.at(-1) ?? "") as Acknowledged;
}

async function readAndKill(child: Child, { acknowledgements, turns }: Moment): Promise<string> {
  let told = "";
  let isDue = false;
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    told += chunk;
    if (isDue || told.split("\n").length <= acknowledgements) continue;
    isDue = true;
    for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
    child.kill("SIGKILL");
  }
  return told;
}

/** Whole numbers from 0, the same for the same seed. */
export function xorshift(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

/** How often tests kill; `npm run kills` asks for more. */
export const KILLS = Number(process.env["BRAWLER_KILLS"] ?? 20);
export const SEED = Number(process.env["BRAWLER_SEED"] ?? 20_260_101);
