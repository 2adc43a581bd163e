/** Waiting for a row to be whole: its records are written together, but seen one by one. */
import { setTimeout as sleep } from "node:timers/promises";
import { tornRow } from "./timestream-error.ts";
import type { Assembled } from "./whole-rows.ts";

/** Reads again after each; more than two seconds in all. */
const WAITS_MS = [100, 300, 700, 1_500] as const;

/** Where waiting is done otherwise: a test has no patience. */
export type Wait = (milliseconds: number) => Promise<unknown>;

export const waitOnClock: Wait = (milliseconds) => sleep(milliseconds);

/**
 * Reads until no row is torn.
 *
 * @throws {TimestreamError} `torn`, where one stays so
 */
export async function readWhole<Read extends Assembled>(
  table: string,
  read: () => Promise<Read>,
  wait: Wait,
): Promise<Read> {
  let found = await read();
  for (const milliseconds of WAITS_MS) {
    if (found.torn.length === 0) return found;
    await wait(milliseconds);
    found = await read();
  }
  const [torn] = found.torn;
  if (torn !== undefined) throw tornRow(table, torn);
  return found;
}
