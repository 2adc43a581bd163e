/** `POST /events`: what became of the lines. events = applied + duplicates + quarantined + buffered. */
import type { Static } from "typebox";
import { closed, countSchema } from "./schema.ts";

const countsProperties = {
  events: countSchema,
  applied: countSchema,
  duplicates: countSchema,
  quarantined: countSchema,
  buffered: countSchema,
};

export const publishedSchema = closed(
  countsProperties,
  "Lines read, and what became of them. Answered once they are durable.",
);

export type PublishCounts = Static<typeof publishedSchema>;

/** A line that was not applied, and why. */
export interface RefusedLine {
  /** From 1, as the body counts lines. */
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

export interface Published {
  readonly counts: PublishCounts;
  /** At most the first 100; `counts.quarantined` is the whole number. */
  readonly refused: readonly RefusedLine[];
}
