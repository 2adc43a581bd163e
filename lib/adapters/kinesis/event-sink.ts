import {
  type KinesisClient,
  PutRecordsCommand,
  type PutRecordsResultEntry,
} from "@aws-sdk/client-kinesis";
import { MAX_LINE_LENGTH } from "../../core/events/refusal.ts";
import type { EventSink, OutgoingLine, PublishOutcome } from "../../ports/event-sink.ts";
import { ATTEMPTS_MAX, backOffMs } from "./back-off.ts";
import { type DraftedLine, FrameDraft, Ticket } from "./frame-draft.ts";
import { isTransient, KinesisError, kindOfFailure } from "./kinesis-error.ts";

/** Lines of events → the data of one record, or why there is none. */
export type EncodeFrame = (
  ndjson: Uint8Array,
) =>
  | { readonly outcome: "encoded"; readonly data: Uint8Array }
  | { readonly outcome: "refused"; readonly detail: string };

export interface KinesisSinkOptions {
  /** As `kinesisClient` makes it: it must not send again by itself. */
  readonly client: KinesisClient;
  readonly stream: string;
  readonly encode: EncodeFrame;
  /** How long a frame waits for more lines: 200 ms when left out. */
  readonly lingerMs?: number;
  /** Lines under way before `publish` waits: 65,536 when left out. */
  readonly capacity?: number;
  /** From 0 to 1; `Math.random` when left out. */
  readonly random?: () => number;
}

const LINGER_MS = 200;
const CAPACITY = 65_536;
const INSTRUMENT_CHARACTERS_MAX = 128;
/** Of a request; the service takes 500 records, and more bytes than this. */
const RECORDS_MAX = 500;
const REQUEST_BYTES_MAX = 4 * 1024 * 1024;
const REQUESTS_AT_ONCE = 4;

/**
 * Publishes frames to a stream. The service neither keeps the order of a request's records nor takes all of them, and
 * an answer may be lost after they were taken. So one frame of an instrument is under way at a time, and the very same
 * frame is sent until it is acknowledged.
 */
export function kinesisEventSink(options: KinesisSinkOptions): EventSink {
  return new KinesisEventSink(options);
}

interface Frame {
  readonly data: Uint8Array;
  readonly lines: readonly DraftedLine[];
  attempts: number;
}

/** What one instrument has waiting. */
interface Lane {
  readonly instrument: string;
  draft: FrameDraft | undefined;
  /** In order; the first is the one under way, if any is. */
  readonly frames: Frame[];
  /** Its first frame is under way, or waits to be sent again. */
  isBusy: boolean;
}

class KinesisEventSink implements EventSink {
  private readonly options: KinesisSinkOptions;
  private readonly lanes = new Map<string, Lane>();
  private linesUnderWay = 0;
  private requests = 0;
  private isClosed = false;
  /** Counts from the first line of the oldest draft. */
  private lingering: NodeJS.Timeout | undefined;
  private progress = Promise.withResolvers<void>();
  /** Publishers pass one by one, in the order of their calls. */
  private turn: Promise<void> = Promise.resolve();

  constructor(options: KinesisSinkOptions) {
    this.options = options;
  }

  async publish(lines: readonly OutgoingLine[]): Promise<PublishOutcome> {
    for (const { instrument } of lines) requireInstrument(instrument);
    this.turn = this.turn.then(() => this.waitForRoom());
    await this.turn;
    if (this.isClosed) throw this.error("closed", "publish was called after close");
    const ticket = new Ticket(lines.length);
    for (const line of lines) this.take({ ...line, ticket });
    this.pump();
    return ticket.outcome;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    this.closeDrafts();
    while (this.linesUnderWay > 0) await this.progress.promise;
  }

  private async waitForRoom(): Promise<void> {
    const capacity = this.options.capacity ?? CAPACITY;
    while (this.linesUnderWay >= capacity && !this.isClosed) await this.progress.promise;
  }

  private take(line: DraftedLine): void {
    const { instrument, ticket } = line;
    const detail = faultOf(line.line);
    if (detail !== undefined) {
      ticket.refuse({ instrument, line: line.line, detail });
      return;
    }
    const lane = this.laneOf(line.instrument);
    if (lane.draft?.fits(line.line) === false) this.closeDraft(lane);
    lane.draft ??= new FrameDraft();
    this.lingering ??= setTimeout(() => this.closeDrafts(), this.options.lingerMs ?? LINGER_MS);
    lane.draft.add(line);
    this.linesUnderWay += 1;
    if (lane.draft.isFull) this.closeDraft(lane);
  }

  private laneOf(instrument: string): Lane {
    const known = this.lanes.get(instrument);
    if (known !== undefined) return known;
    const lane = { instrument, draft: undefined, frames: [], isBusy: false };
    this.lanes.set(instrument, lane);
    return lane;
  }

  /** All at once: what becomes ready together travels together. */
  private closeDrafts(): void {
    clearTimeout(this.lingering);
    this.lingering = undefined;
    for (const lane of this.lanes.values()) this.closeDraft(lane);
    this.pump();
  }

  private closeDraft(lane: Lane): void {
    const { draft } = lane;
    lane.draft = undefined;
    if (draft === undefined) return;
    const encoded = this.options.encode(draft.ndjson());
    if (encoded.outcome === "encoded") {
      lane.frames.push({ data: encoded.data, lines: draft.lines, attempts: 0 });
      return;
    }
    this.settle(draft.lines, ({ ticket, instrument, line }) =>
      ticket.refuse({ instrument, line, detail: encoded.detail }),
    );
    this.dropIfIdle(lane);
  }

  private pump(): void {
    while (this.requests < REQUESTS_AT_ONCE) {
      const lanes = this.nextRequest();
      if (lanes.length === 0) return;
      this.requests += 1;
      void this.send(lanes).finally(() => {
        this.requests -= 1;
        this.pump();
      });
    }
  }

  /** Lanes whose first frame is ready, up to what a request may hold. */
  private nextRequest(): readonly Lane[] {
    const lanes: Lane[] = [];
    let bytes = 0;
    for (const lane of this.lanes.values()) {
      const [frame] = lane.frames;
      if (lane.isBusy || frame === undefined) continue;
      bytes += frame.data.length;
      if (lanes.length > 0 && bytes > REQUEST_BYTES_MAX) break;
      lane.isBusy = true;
      lanes.push(lane);
      if (lanes.length === RECORDS_MAX) break;
    }
    return lanes;
  }

  private async send(lanes: readonly Lane[]): Promise<void> {
    const Records = lanes.map(({ instrument, frames: [frame] }) => ({
      PartitionKey: instrument,
      Data: frame?.data,
    }));
    let results: readonly PutRecordsResultEntry[] = [];
    let failure: unknown = "no answer of the service";
    try {
      const { stream: StreamName, client } = this.options;
      const answer = await client.send(new PutRecordsCommand({ StreamName, Records }));
      results = answer.Records ?? [];
    } catch (error) {
      failure = error;
    }
    for (const [at, lane] of lanes.entries()) {
      const { SequenceNumber, ErrorCode = failure } = results[at] ?? {};
      if (SequenceNumber !== undefined) this.acknowledged(lane);
      else this.failed(lane, ErrorCode);
    }
  }

  private acknowledged(lane: Lane): void {
    const frame = lane.frames.shift();
    lane.isBusy = false;
    if (frame !== undefined) this.settle(frame.lines, ({ ticket }) => ticket.acknowledge());
    this.dropIfIdle(lane);
  }

  private dropIfIdle({ instrument, draft, frames }: Lane): void {
    if (frames.length === 0 && draft === undefined) this.lanes.delete(instrument);
  }

  private failed(lane: Lane, failure: unknown): void {
    const [frame] = lane.frames;
    if (frame === undefined) return;
    frame.attempts += 1;
    const kind = kindOfFailure(failure);
    if (!isTransient(kind) || frame.attempts >= ATTEMPTS_MAX) {
      const says = failure instanceof Error ? `${failure.name}: ${failure.message}` : `${failure}`;
      this.giveUp(lane, this.error(kind, says, failure));
      return;
    }
    const wait = backOffMs(frame.attempts, (this.options.random ?? Math.random)());
    setTimeout(() => {
      lane.isBusy = false;
      this.pump();
    }, wait);
  }

  /** What follows a frame that was not taken must not arrive before it: all that waits fails with it. */
  private giveUp(lane: Lane, error: KinesisError): void {
    const lines = [...lane.frames.flatMap((frame) => frame.lines), ...(lane.draft?.lines ?? [])];
    this.lanes.delete(lane.instrument);
    this.settle(lines, ({ ticket }) => ticket.fail(error));
  }

  private settle(lines: readonly DraftedLine[], how: (line: DraftedLine) => void): void {
    for (const line of lines) how(line);
    this.linesUnderWay -= lines.length;
    this.progress.resolve();
    this.progress = Promise.withResolvers();
  }

  private error(kind: KinesisError["kind"], says: string, cause?: unknown): KinesisError {
    return new KinesisError(kind, this.options.stream, { says, cause });
  }
}

/** Why no reader would take a line, whatever carried it. */
function faultOf(line: string): string | undefined {
  if (line.includes("\n")) return "expected one event in one line, was text with a line feed in it";
  const bytes = Buffer.byteLength(line);
  if (bytes <= MAX_LINE_LENGTH) return undefined;
  return `expected at most ${MAX_LINE_LENGTH} bytes a line, was ${bytes}`;
}

function requireInstrument(instrument: string): void {
  const isKey = instrument !== "" && instrument.length <= INSTRUMENT_CHARACTERS_MAX;
  if (isKey && instrument.isWellFormed()) return;
  throw new RangeError(
    `an instrument must be text of 1 to ${INSTRUMENT_CHARACTERS_MAX} characters, was ${JSON.stringify(instrument.slice(0, 40))}`,
  );
}
