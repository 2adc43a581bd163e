import type { EpochUs } from "../core/units.ts";

/**
 * What became of a line when it arrived; kept so that folding it again decides the same. A `note` never arrived: it says
 * what was decided about the lines after it.
 */
export type ArchiveVerdict = "accepted" | "refused" | "note";

/** One line as it arrived. */
export interface ArchivedLine {
  /** Arrival order within the archive, from 1; assigned by the archive, rising, never given twice. */
  readonly position: number;
  readonly receivedTime: EpochUs;
  readonly verdict: ArchiveVerdict;
  /** For a refused line, why. */
  readonly reason: string | undefined;
  readonly line: string;
}

/** A line that has no position yet. */
export type ArrivedLine = Omit<ArchivedLine, "position">;

/** Every line in arrival order, duplicates included: audit, verify, rebuild, and the log behind the local stream. */
export interface RawArchive {
  /**
   * Durable when it resolves. Returns the position of the last line. After a rejection a first part of the lines may
   * stand: send all again, the fold counts each event once.
   */
  append(lines: readonly ArrivedLine[]): Promise<number>;
  /** Lines with position > `after`, in order, up to the end as it was when reading began. */
  read(after: number): AsyncIterable<ArchivedLine>;
  /** The last position given, 0 when empty. */
  end(): Promise<number>;
}
