/** A recording, or a pipe, as a live feed. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Line, readLines } from "../lib/adapters/local/read-lines.ts";
import { isRefusal } from "../lib/core/events/refusal.ts";
import { scanEvent } from "../lib/core/events/scan.ts";
import type { EpochUs } from "../lib/core/units.ts";
import type { PacedClock } from "./paced-clock.ts";

export interface RecordingRun {
  /** A file, or `-` for standard input. */
  readonly file: string;
  /** Lines wait until it reaches their time; without one they are delivered as they come. */
  readonly clock: PacedClock | undefined;
  readonly deliver: (lines: readonly string[]) => Promise<unknown>;
  readonly signal: AbortSignal;
}

const LONGEST_SLEEP_MS = 100;

/** Runs to the end of the recording, or until the signal. */
export async function followRecording(run: RecordingRun): Promise<void> {
  const { file, signal } = run;
  const stopReading = (): void => {
    process.stdin.destroy();
  };
  if (file === "-") signal.addEventListener("abort", stopReading, { once: true });
  for await (const lines of readLines(file)) {
    if (signal.aborted) return;
    await (run.clock === undefined
      ? run.deliver(lines.map(textOf))
      : deliverWhenDue(run, lines, run.clock));
  }
}

/** What is due together is delivered together. */
async function deliverWhenDue(
  { deliver, signal }: RecordingRun,
  lines: readonly Line[],
  clock: PacedClock,
): Promise<void> {
  let due: string[] = [];
  for (const line of lines) {
    const time = timeOf(line);
    if (time > clock.now()) {
      if (due.length > 0) await deliver(due);
      due = [];
      await waitFor(time, clock, signal);
    }
    if (signal.aborted) return;
    due.push(textOf(line));
  }
  if (due.length > 0) await deliver(due);
}

/** When the first event of a recording happened; nothing when it holds none. */
export async function firstEventTime(file: string): Promise<EpochUs | undefined> {
  for await (const lines of readLines(file)) {
    for (const line of lines) {
      const outcome = scanEvent(line.buffer, line.from, line.to);
      if (!isRefusal(outcome)) return outcome.time;
    }
  }
  return undefined;
}

async function waitFor(time: number, clock: PacedClock, signal: AbortSignal): Promise<void> {
  for (let now = clock.now(); now < time && !signal.aborted; now = clock.now()) {
    const ms = Math.min(LONGEST_SLEEP_MS, (time - now) / 1_000 / clock.speed());
    await sleep(Math.max(1, ms), undefined, { signal }).catch(() => undefined);
  }
}

/** A line that is no event is due at once. */
function timeOf({ buffer, from, to, refusal }: Line): number {
  const outcome = refusal ?? scanEvent(buffer, from, to);
  return isRefusal(outcome) ? 0 : outcome.time;
}

function textOf({ buffer, from, to }: Line): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset + from, to - from).toString("utf8");
}
