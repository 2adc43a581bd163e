/** What the parts of one run share. */
import { MINUTE_US } from "../../../lib/core/units.ts";
import type { MemoryAlertStore } from "../memory-alert-store.ts";
import type { Process, World } from "../process.ts";
import type { DeliveryFault, DeliveryPoint } from "./faults.ts";
import type { DeliveryLog, Sending } from "./log.ts";
import type { DeliveryHooks } from "./mutants.ts";
import type { Topic } from "./topic.ts";
import type { Episode } from "./transitions.ts";

/** One that hears what it is told, one that has a topic and Slack behind it. */
export const CHANNELS = ["email", "slack"] as const;

export interface DeliveryRun extends World<DeliveryFault, DeliveryPoint> {
  readonly startUs: number;
  readonly store: MemoryAlertStore;
  readonly log: DeliveryLog;
  readonly episodes: readonly Episode[];
  readonly topic: Topic;
  readonly mutant: DeliveryHooks;
  /** Messages of the chat can be changed; where they cannot, each is a new one. */
  readonly isChangeable: boolean;
  readonly sendings: Map<Process, Sending>;
  processes: number;
}

export function newProcess(run: DeliveryRun): Process {
  const { chaos } = run;
  run.processes += 1;
  return {
    id: run.processes,
    skewUs: chaos.strikes("skewed-clock") ? chaos.between(-5 * MINUTE_US, 5 * MINUTE_US) : 0,
    isOlder: false,
    isDead: false,
    isAbandoned: false,
    frozenUntil: 0,
    onDeath: () => {},
    onFreeze: () => {},
  };
}
