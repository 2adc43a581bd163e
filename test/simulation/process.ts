/**
 * A process that can be killed or frozen at any await: each call to a port leaves it, and what comes back may find it dead
 * (nothing goes on), or frozen (all goes on, later, when others have long taken over).
 */
import type { Chaos, Fault, Sometimes } from "./chaos.ts";
import type { Scheduler } from "./scheduler.ts";

export interface Process {
  readonly id: number;
  /** Of its clock against the true time. */
  readonly skewUs: number;
  /** Runs the version of the program before this one. */
  readonly isOlder: boolean;
  isDead: boolean;
  /** The invocation that it worked on was given up by who had asked for it. */
  isAbandoned: boolean;
  frozenUntil: number;
  /** Called once when it dies. */
  onDeath: () => void;
  /** Called when it freezes. */
  onFreeze: () => void;
}

/** What can befall whoever calls, whatever is called. */
export type CallerFault = "kill" | "freeze" | "slow-store";

/** How a store's call can go wrong. */
export interface CallFaults<Name extends string = Fault> {
  readonly throttle: Name;
  /** It happened, and the answer is lost. */
  readonly unknownApplied?: Name;
  /** It happens long after the caller has given up. */
  readonly unknownLater?: Name;
  /** It never happens, and the caller cannot know. */
  readonly unknownNever?: Name;
}

/** Refused before anything happened. */
export class ThrottledError extends Error {
  override readonly name = "ThrottledError";
}

/** Whether it happened is not known. */
export class TimeOutError extends Error {
  override readonly name = "TimeOutError";
}

/** What work on an instrument may fail with; anything else is a mistake of ours. */
const EXPECTED_ERRORS: ReadonlySet<string> = new Set([
  "ThrottledError",
  "TimeOutError",
  "OutOfTimeError",
  "EventFaultError",
  "LostRaceError",
]);

/** Where a state was lost or damaged: it cannot be read, or what began anew has versions that there have been. */
const LOST_ERRORS: ReadonlySet<string> = new Set(["SyntaxError", "NonDeterminismError"]);

export function isExpectedError(name: string, wasLost: boolean): boolean {
  return EXPECTED_ERRORS.has(name) || (wasLost && LOST_ERRORS.has(name));
}

export interface World<Name extends string = Fault, Point extends string = Sometimes> {
  readonly scheduler: Scheduler;
  readonly chaos: Chaos<Name, Point>;
  readonly trace: (line: string) => void;
}

/** A promise of its own each time: one for all would keep whoever has ever waited for it. */
function forEver(): Promise<never> {
  return new Promise(() => {});
}

/** One call of a process to a port, with all that may befall the two. */
export async function call<Result, Name extends string, Point extends string>(
  world: World<Name | CallerFault, Point>,
  process: Process,
  faults: CallFaults<Name | CallerFault>,
  effect: () => Promise<Result>,
): Promise<Result> {
  const { scheduler, chaos } = world;
  const latency = chaos.strikes("slow-store")
    ? chaos.between(3_000_000, 40_000_000)
    : chaos.between(500, 12_000);
  await awake(world, process);
  perhapsEnds(world, process, "before");
  await awake(world, process);
  if (chaos.strikes(faults.throttle)) {
    await scheduler.sleep(latency);
    await awake(world, process);
    throw new ThrottledError(faults.throttle);
  }
  await scheduler.sleep(latency / 2);
  const isNever = faults.unknownNever !== undefined && chaos.strikes(faults.unknownNever);
  const isLater = faults.unknownLater !== undefined && chaos.strikes(faults.unknownLater);
  if (isLater)
    scheduler.after(chaos.between(1_000_000, 30_000_000), () => void effect().catch(ignore));
  const isLost = isNever || isLater;
  // What was sent takes effect, whatever has become of the sender.
  const result = isLost ? undefined : await effect();
  const isUnknown =
    isLost || (faults.unknownApplied !== undefined && chaos.strikes(faults.unknownApplied));
  await scheduler.sleep(latency / 2);
  await awake(world, process);
  perhapsEnds(world, process, "after");
  await awake(world, process);
  if (isUnknown) throw new TimeOutError("no answer in time");
  return result as Result;
}

function ignore(): void {
  // Nobody waits for it.
}

/** Resolves when the process runs; never for a dead one. */
export async function awake(
  { scheduler }: Pick<World, "scheduler">,
  process: Process,
): Promise<void> {
  while (!process.isDead && process.frozenUntil > scheduler.now()) {
    await scheduler.sleep(process.frozenUntil - scheduler.now());
  }
  if (process.isDead) await forEver();
}

function perhapsEnds<Name extends string, Point extends string>(
  world: World<Name | CallerFault, Point>,
  process: Process,
  where: string,
): void {
  const { chaos, scheduler, trace } = world;
  if (chaos.strikes("kill")) {
    trace(`process ${process.id} is killed ${where} a call`);
    process.isDead = true;
    process.onDeath();
  } else if (chaos.strikes("freeze")) {
    const duration = chaos.between(2_000_000, 90_000_000);
    trace(`process ${process.id} is frozen ${where} a call for ${duration / 1e6} s`);
    process.frozenUntil = scheduler.now() + duration;
    process.onFreeze();
  }
}
