/** Folds on from where the last process ended: what the archive holds beyond it, as it was decided upon then. */
import type { RawArchive } from "../ports/raw-archive.ts";
import type { BatchCounts } from "./fold-group.ts";
import { foldDeliveries } from "./fold-input.ts";
import { advanced, type ProgressStore } from "./fold-progress.ts";
import { type Processor, stateName } from "./instrument-processor.ts";
import { type ArchiveRun, readArchive } from "./read-archive.ts";

export interface CatchUpPorts {
  /** Its `rowsFrom` must be that of `progress`. */
  readonly processor: Processor;
  readonly archive: Pick<RawArchive, "read">;
  readonly progress: ProgressStore;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
}

/** @param onRun hears of each run once it is committed, what became of it, and the instruments (`account/instrument`) */
export async function catchUp(
  { processor, archive, progress, encode }: CatchUpPorts,
  onRun: (run: ArchiveRun, counts: BatchCounts, names: readonly string[]) => void,
): Promise<void> {
  const after = progress.get().position;
  for await (const run of readArchive(archive, { after, encode })) {
    const { deliveries, futureLimit, note } = run;
    const counts = await foldDeliveries(processor, deliveries, { futureLimit });
    if (note?.note === "input-ended") {
      await processor.finish(Number.POSITIVE_INFINITY, note.instruments);
    }
    progress.set(advanced(progress.get(), run));
    const names = new Set(deliveries.map(({ event }) => stateName(event)));
    onRun(run, counts, [...names]);
  }
}
