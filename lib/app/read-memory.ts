/** What one process learns from its reads, so that each question reads only what is new. */
import { createKnownBlocks, type KnownBlocks } from "./known-blocks.ts";
import { createSettledRows, type SettledRows } from "./settled-rows.ts";

/** Of one store, and one configuration. */
export interface ReadMemory {
  readonly rows: SettledRows;
  readonly blocks: KnownBlocks;
}

/** A memory in which nothing is known yet. */
export function createReadMemory(): ReadMemory {
  return { rows: createSettledRows(), blocks: createKnownBlocks() };
}
