/**
 * Virtual time: a heap of what is to happen, in order of time, then of insertion. After each step all micro-tasks run to
 * their end, so that one seed gives one order of everything.
 */
import { setImmediate } from "node:timers/promises";

export interface Scheduler {
  /** Microseconds. */
  now(): number;
  /** Things that happened so far. */
  steps(): number;
  after(delayUs: number, work: () => void): void;
  sleep(delayUs: number): Promise<void>;
  /** Runs until `isDone`, or until nothing is left to happen, or past one of the limits. */
  run(isDone: () => boolean, limits?: RunLimits): Promise<"done" | "idle" | "limit">;
}

export interface RunLimits {
  readonly untilUs?: number;
  readonly steps?: number;
  /** After each step. */
  readonly onStep?: () => void;
}

interface Entry {
  readonly time: number;
  readonly order: number;
  readonly work: () => void;
}

export function createScheduler(startUs: number): Scheduler {
  const heap: Entry[] = [];
  let [now, steps, order] = [startUs, 0, 0];
  const after = (delayUs: number, work: () => void) => {
    order += 1;
    push(heap, { time: now + Math.max(0, Math.round(delayUs)), order, work });
  };
  return {
    now: () => now,
    steps: () => steps,
    after,
    sleep: (delayUs) => new Promise((resolve) => after(delayUs, resolve)),
    run: async (isDone, { untilUs = Infinity, steps: most = Infinity, onStep } = {}) => {
      const last = steps + most;
      // Once a run: what Node keeps of rejected promises it lets go of between turns only.
      await setImmediate();
      while (!isDone()) {
        if (steps >= last) return "limit";
        const next = heap[0];
        if (next === undefined) return "idle";
        if (next.time > untilUs) return "limit";
        pop(heap);
        now = next.time;
        steps += 1;
        next.work();
        await settled();
        onStep?.();
      }
      return "done";
    },
  };
}

/** The tick queue comes after the micro-tasks, without a turn of the event loop, which would cost a system call a step. */
function settled(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time === b.time ? a.order < b.order : a.time < b.time;
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length;
  heap.push(entry);
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !isBefore(entry, parent)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = entry;
}

function pop(heap: Entry[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let at = 0;
  for (;;) {
    const left = heap[2 * at + 1];
    const right = heap[2 * at + 2];
    if (left === undefined) break;
    const isRight = right !== undefined && isBefore(right, left);
    const child = isRight ? right : left;
    if (!isBefore(child, last)) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = last;
}
