import type { EpochUs } from "../core/units.ts";

/** What became of a line when it was first folded; kept so that `verify` repeats it. */
export type ArchiveVerdict = "accepted" | "refused";

/** One line as it arrived. */
export interface ArchivedLine {
  /** Arrival order within the archive, from 1; assigned by the archive. */
  readonly position: number;
  readonly receivedTime: EpochUs;
  readonly verdict: ArchiveVerdict;
  /** For a refused line, why. */
  readonly reason: string | undefined;
  readonly line: string;
}

/** Every line in arrival order, duplicates included: audit, verify, rebuild, and the log behind the local stream. */
export interface RawArchive {
  /** Durable when it resolves. Returns the position of the last line. */
  append(lines: readonly Omit<ArchivedLine, "position">[]): Promise<number>;
  /** Lines with position > `after`, in order. */
  read(after: number): AsyncIterable<ArchivedLine>;
  /** The last position written, 0 when empty. */
  end(): Promise<number>;
}
