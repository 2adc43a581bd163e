/** What the restate function says of the instruments that it tried. */
import type { Restated, RestateOutcome } from "../lib/app/restate-stream.ts";
import { count, observers } from "./observed.ts";

/** What the next run, an hour later, may do better at without anybody's help. */
const PUT_OFF: ReadonlySet<RestateOutcome> = new Set(["behind", "overtaken"]);

/**
 * Logs and counts each outcome.
 *
 * @returns how many are done with, and how many are tried again by themselves
 * @throws {AggregateError} where a person has to look; the others are done with all the same
 */
export function reportRestated(all: readonly Restated[]): {
  readonly restated: number;
  readonly putOff: number;
} {
  const done = all.filter(({ outcome }) => outcome === "restated");
  const putOff = all.filter(({ outcome }) => PUT_OFF.has(outcome));
  const failed = all.filter((one) => !done.includes(one) && !putOff.includes(one));
  const counts = { restated: done.length, putOff: putOff.length };
  count({
    Restated: counts.restated,
    RestatesPutOff: counts.putOff,
    RestateFailures: failed.length,
  });
  for (const { key } of done) observers.logger.info("restated", { ...key });
  for (const { key, outcome } of putOff) {
    observers.logger.warn("tried again in an hour", { ...key, outcome });
  }
  for (const { key, outcome, cause } of failed) {
    observers.logger.error("not restated", { ...key, outcome, cause });
  }
  if (failed.length === 0) return counts;
  const names = failed.map(({ key, outcome }) => `${key.account}/${key.instrument} (${outcome})`);
  throw new AggregateError(
    failed.map(({ cause }) => cause),
    `not restated: ${names.join(", ")}`,
  );
}
