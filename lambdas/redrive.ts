/** Takes every batch that the mapping gave up on through the pipeline again; called by hand with `{}`. */
import { redrive } from "../lib/app/redrive.ts";
import { failedBatches } from "./archive.ts";
import { observed, observers } from "./observed.ts";
import { pipeline } from "./pipeline.ts";

const ports = pipeline();

export const handler = observed(async () => {
  const unreadable: string[] = [];
  const waiting = failedBatches(({ name, detail }) => {
    unreadable.push(name);
    observers.logger.warn("no failed batch, left where it is", { name, detail });
  });
  const { settled, failed, counts } = await redrive(ports, waiting);
  for (const { name, failures } of failed)
    observers.logger.error("failed again", { name, failures });
  return { settled, failed: failed.map(({ name }) => name), unreadable, counts };
});
