/** Producers: they put events into frames and frames into the stream, and some of it goes wrong on the way. */
import { chance } from "../../lib/core/simulator/rng.ts";
import type { SetAsideReason } from "../../lib/ports/quarantine.ts";
import type { Chaos } from "./chaos.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Shards } from "./shards.ts";
import type { Story, Told } from "./story.ts";

export interface Producers {
  isDone(): boolean;
  /** Events that were never sent, by instrument. */
  readonly lost: ReadonlyMap<string, ReadonlySet<number>>;
  /** What must end in the quarantine. */
  readonly poison: readonly Poison[];
}

export interface Poison {
  readonly reason: SetAsideReason;
  /** Of the frame; undefined where a line is meant. */
  readonly sequenceNumber?: string;
  /** What the quarantined line holds. */
  readonly holds: readonly RegExp[];
}

export interface ProducerParts {
  readonly scheduler: Scheduler;
  readonly shards: Shards;
  readonly chaos: Chaos;
  readonly stories: readonly Story[];
  readonly frameEvents: number;
  readonly encode: (ndjson: string) => Uint8Array;
  /** Sequences that are to be applied or to fail for reasons of their own: nothing contradicts them. */
  readonly spared: (instrument: string, sequence: number) => boolean;
}

interface Line {
  readonly text: string;
}

interface Producing extends ProducerParts {
  readonly lost: Map<string, Set<number>>;
  readonly poison: Poison[];
  open: number;
}

/** A frame is sent when it is full, or this long after its first event. */
const LINGER_US = 200_000;

export function startProducers(parts: ProducerParts): Producers {
  const producing: Producing = { ...parts, lost: new Map(), poison: [], open: 0 };
  for (const story of parts.stories) {
    producing.lost.set(story.instrument, new Set());
    for (const frame of framesOf(producing, story)) {
      producing.open += 1;
      const last = frame.at(-1)?.at ?? 0;
      parts.scheduler.after(last - parts.scheduler.now(), () => sendFrame(producing, story, frame));
    }
  }
  return { isDone: () => producing.open === 0, lost: producing.lost, poison: producing.poison };
}

function framesOf({ chaos, frameEvents }: Producing, { events }: Story): Told[][] {
  const frames: Told[][] = [];
  let frame: Told[] = [];
  for (const told of events) {
    const first = frame[0];
    const isFull = frame.length >= frameEvents || chance(chaos.rng, 0.1);
    if (first !== undefined && (isFull || told.at > first.at + LINGER_US)) {
      frames.push(frame);
      frame = [];
    }
    frame.push(told);
  }
  return [...frames, frame];
}

function sendFrame(producing: Producing, { instrument }: Story, frame: readonly Told[]): void {
  const { chaos, scheduler, shards } = producing;
  const lines: Line[] = frame.flatMap((told) => linesOf(producing, instrument, told));
  const data = producing.encode(lines.map(({ text }) => text).join("\n"));
  const put = () => {
    const delay = chaos.strikes("delayed-visibility") ? chaos.between(0, 10_000_000) : 0;
    shards.put(instrument, data, delay);
  };
  const sendLater = (within: number) => {
    producing.open += 1;
    scheduler.after(chaos.between(1_000, within), () => {
      put();
      producing.open -= 1;
    });
  };
  if (chaos.strikes("no-frame")) putNoFrame(producing, instrument);
  if (lines.length > 0) {
    // Not all records of a request were taken: what follows overtakes this one.
    if (chaos.strikes("partial-failure")) sendLater(3_000_000);
    else put();
    // No answer came in time, though the record was taken.
    if (chaos.strikes("producer-duplicate")) sendLater(20_000_000);
  }
  producing.open -= 1;
}

/** The event, unless it is lost, and what somebody says beside it. */
function linesOf(producing: Producing, instrument: string, told: Told): Line[] {
  const { chaos, poison, lost, spared } = producing;
  const line = { text: JSON.stringify(told.event) };
  if (told.sequence < 3) return [line];
  if (!spared(instrument, told.sequence) && chaos.strikes("lost-event")) {
    lost.get(instrument)?.add(told.sequence);
    return [];
  }
  const lines: Line[] = [line];
  const also = (reason: SetAsideReason, text: string, ...holds: readonly RegExp[]) => {
    poison.push({ reason, holds });
    lines.push({ text });
  };
  const mark = `${instrument}-${told.sequence}`;
  if (chaos.strikes("no-event")) {
    also("not-json", `{"type":"trade","what":"${mark}"`, new RegExp(`"${mark}"`));
  }
  if (spared(instrument, told.sequence)) return lines;
  const time = Number(told.event["time"]);
  const twin = (reason: SetAsideReason, fields: object) => {
    const holds = [new RegExp(`"${instrument}"`), new RegExp(`"sequence":${told.sequence}\\b`)];
    also(reason, JSON.stringify({ ...told.event, ...fields }), ...holds);
  };
  if (chaos.strikes("sequence-conflict")) twin("sequence-conflict", { time: time + 1 });
  if (chaos.strikes("second-source")) twin("second-source", { source: "other" });
  if (chaos.strikes("future-event")) twin("future", { time: time + 86_400_000_000 });
  return lines;
}

function putNoFrame({ shards, poison }: Producing, instrument: string): void {
  const record = shards.put(instrument, Buffer.from("neither JSON nor compressed"));
  poison.push({ reason: "unrecognised", sequenceNumber: record.sequenceNumber, holds: [] });
}
