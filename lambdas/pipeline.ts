/** What the processor and the redrive run: one use case over the stack's stores and its archive. */
import { metricWriter } from "#metric-store";
import { systemClock } from "../lib/adapters/local/system-clock.ts";
import { createProcessor } from "../lib/app/instrument-processor.ts";
import type { BatchAnswer, BatchPorts } from "../lib/app/process-batch.ts";
import { frames, quarantine, recordArchive } from "./archive.ts";
import { deskConfig } from "./desk.ts";
import { count, observers } from "./observed.ts";
import { refusedRows } from "./refused-rows.ts";
import { stateStore } from "./stores.ts";

export function pipeline(): BatchPorts<string> {
  const { horizons, maxAgeUs, retention } = deskConfig();
  const processor = createProcessor({
    state: stateStore({ onSize: ({ bytes }) => count({ StateBytes: bytes }) }),
    metrics: metricWriter(retention),
    clock: systemClock,
    settings: { horizons, maxAgeUs },
    onQuarantine: () => {},
    ...refusedRows,
  });
  return {
    processor,
    decode: (data) => frames.decodeBase64(data),
    archive: recordArchive(),
    quarantine: quarantine(),
    clock: systemClock,
  };
}

/** Counts what became of a batch, and tells of each failure once. */
export function report({ counts, failures }: BatchAnswer): void {
  const { applied, duplicates, quarantined, buffered } = counts;
  count({ Applied: applied, Duplicates: duplicates, Quarantined: quarantined, Buffered: buffered });
  for (const { record, instrument, cause } of failures) {
    if ((cause as Error).name === "NonDeterminismError") count({ ConflictingRows: 1 });
    observers.logger.error("a record is delivered again", { record, instrument, cause });
  }
}
