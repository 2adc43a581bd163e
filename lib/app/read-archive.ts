/** The archive as what the fold takes: runs of events that were decided upon alike, and the notes between them. */
import type { BrawlerEvent } from "../core/events/event.ts";
import { isRefusal, type Refusal } from "../core/events/refusal.ts";
import { scanEvent } from "../core/events/scan.ts";
import type { ArchivedLine, RawArchive } from "../ports/raw-archive.ts";
import { type ArchiveNote, decodeNote } from "./archive-note.ts";
import type { Delivery } from "./fold-group.ts";
import { FUTURE_US } from "./process-batch.ts";

/** Some archived lines, in order, up to `last`. */
export interface ArchiveRun {
  readonly lines: readonly ArchivedLine[];
  readonly deliveries: readonly Delivery[];
  /** Quarantines all of them where their times lay too far ahead when they came, and else none. */
  readonly futureLimit: number;
  /** Lines that were refused when they came, and belong to no instrument. */
  readonly refused: readonly ArchivedLine[];
  /** Lines that were accepted when they came, and are no events to this program. */
  readonly unreadable: readonly ArchivedLine[];
  /** Decided after these lines. */
  readonly note: ArchiveNote | undefined;
  /** The position of the last of these lines. */
  readonly last: number;
}

export interface ReadOptions {
  readonly after: number;
  /** The last position that is read; the archive's end when left out. */
  readonly to?: number;
  /** UTF-8 of a text. */
  readonly encode: (text: string) => Uint8Array;
  /** The most lines of a run. */
  readonly lines?: number;
}

const LINES = 16_384;

/** Every line after `after`, once, in order. */
export async function* readArchive(
  archive: Pick<RawArchive, "read">,
  { after, to = Number.POSITIVE_INFINITY, encode, lines: most = LINES }: ReadOptions,
): AsyncGenerator<ArchiveRun> {
  let lines: ArchivedLine[] = [];
  for await (const line of archive.read(after)) {
    if (line.position > to) break;
    lines.push(line);
    if (lines.length < most && line.verdict !== "note") continue;
    yield* runsOf(lines, encode);
    lines = [];
  }
  if (lines.length > 0) yield* runsOf(lines, encode);
}

type Parsed = BrawlerEvent | Refusal | undefined;

/** One run, or more where some events lay too far ahead of the clock when they came. */
function* runsOf(
  lines: readonly ArchivedLine[],
  encode: ReadOptions["encode"],
): Generator<ArchiveRun> {
  const events = parsed(lines, encode);
  let from = 0;
  for (let at = 1; at <= lines.length; at += 1) {
    const isSame = isFuture(lines[at], events[at]) === isFuture(lines[from], events[from]);
    if (at < lines.length && isSame) continue;
    yield runOf(lines.slice(from, at), events.slice(from, at));
    from = at;
  }
}

function runOf(lines: readonly ArchivedLine[], events: readonly Parsed[]): ArchiveRun {
  const deliveries: Delivery[] = [];
  const unreadable: ArchivedLine[] = [];
  lines.forEach((line, index) => {
    const event = events[index];
    if (event === undefined) return;
    if (isRefusal(event)) unreadable.push(line);
    else deliveries.push({ event, line: line.position, position: line.position });
  });
  const final = lines.at(-1);
  return {
    lines,
    deliveries,
    futureLimit: isFuture(lines[0], events[0]) ? -1 : Number.POSITIVE_INFINITY,
    refused: lines.filter(({ verdict }) => verdict === "refused"),
    unreadable,
    note: final?.verdict === "note" ? decodeNote(final.line, final.position) : undefined,
    last: final?.position ?? 0,
  };
}

/** As it was decided when the line came, by the clock of then. */
function isFuture(line: ArchivedLine | undefined, event: Parsed): boolean {
  if (line === undefined || event === undefined || isRefusal(event)) return false;
  return event.time > line.receivedTime + FUTURE_US;
}

const LINE_FEED = 10;

/** What each accepted line says. Encoded at once, because events are scanned from bytes. */
function parsed(lines: readonly ArchivedLine[], encode: ReadOptions["encode"]): readonly Parsed[] {
  const bytes = encode(lines.map(({ verdict, line }) => textOf(verdict, line)).join("\n"));
  let from = 0;
  return lines.map(({ verdict }) => {
    const end = bytes.indexOf(LINE_FEED, from);
    const to = end < 0 ? bytes.length : end;
    const event = verdict === "accepted" ? scanEvent(bytes, from, to) : undefined;
    from = to + 1;
    return event;
  });
}

/** An event is told on one line: another text is none, and must not move those after it. */
function textOf(verdict: ArchivedLine["verdict"], line: string): string {
  return verdict === "accepted" && !line.includes("\n") ? line : "";
}
