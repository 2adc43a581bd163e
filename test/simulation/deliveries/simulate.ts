/**
 * Goal: whoever is to be told of a transition is told: at least once, with one id, and more often only where nobody can know.
 * Method: writers commit transitions, senders empty the outbox, a topic hands on to Slack; the real use cases run on virtual
 * time, with faults at every await. When all has come to rest, what was received is held against what was committed.
 */
import { deliverNotifications } from "../../../lib/app/deliver-notifications.ts";
import { chance, stream } from "../../../lib/core/simulator/rng.ts";
import { MINUTE_US, SECOND_US } from "../../../lib/core/units.ts";
import type { Notifier } from "../../../lib/ports/notifier.ts";
import { createChaos, drawOf, type Intensities } from "../chaos.ts";
import { clockOf } from "../faulty-ports.ts";
import type { Violation } from "../ledger-of-commits.ts";
import { memoryAlertStore } from "../memory-alert-store.ts";
import { createScheduler } from "../scheduler.ts";
import { checkDeliveries } from "./check.ts";
import {
  DELIVERY_FAULTS,
  type DeliveryChaos,
  type DeliveryFault,
  type DeliveryPoint,
} from "./faults.ts";
import { alertsFor, isExpected, notifierFor, notingClaims } from "./faulty-channels.ts";
import { createDeliveryLog } from "./log.ts";
import type { DeliveryMutant } from "./mutants.ts";
import { CHANNELS, type DeliveryRun, newProcess } from "./run.ts";
import { createTopic } from "./topic.ts";
import { drawEpisodes, startWriters } from "./transitions.ts";

export interface DeliveryOptions {
  readonly seed: number;
  /** Instead of those that the seed draws. */
  readonly intensities?: Intensities<DeliveryFault>;
  readonly mutant?: DeliveryMutant;
  readonly trace?: (line: string) => void;
}

export interface DeliveryResult {
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualUs: number;
  readonly chaos: DeliveryChaos;
}

const START_US = 1_767_225_600_000_000;
/** How long faults last at most, however far the writers are. */
const FAULTS_US = 30 * MINUTE_US;
/** T: after the last fault everybody is told within it. A wait after a failure is at most 15 min, an operator's 8. */
const REST_US = 45 * MINUTE_US;
/** In which whatever was still on its way, or frozen, comes in. */
const ECHO_US = 3 * MINUTE_US;
const STEPS_MAX = 50_000;

export async function simulateDeliveries(options: DeliveryOptions): Promise<DeliveryResult> {
  const { seed } = options;
  const run = setUp(options);
  const { scheduler, chaos, log, trace } = run;
  const writers = startWriters(run);
  const period = chance(stream(seed, "period"), 0.5) ? MINUTE_US : 30 * SECOND_US;
  startSenders(run, period);
  const limits = { steps: STEPS_MAX };
  await scheduler.run(() => writers.isDone(), { ...limits, untilUs: START_US + FAULTS_US });
  await scheduler.run(() => false, { ...limits, untilUs: scheduler.now() + 2 * MINUTE_US });
  trace("no more faults");
  chaos.isOn = false;
  const isAtRest = () => writers.isDone() && run.topic.isDrained() && isEmpty(run);
  const untilUs = scheduler.now() + REST_US;
  const end = await scheduler.run(isAtRest, { ...limits, untilUs });
  if (end !== "done") log.violated(`not told ${REST_US / MINUTE_US} min after: ${end}`);
  await scheduler.run(() => false, { ...limits, untilUs: scheduler.now() + ECHO_US });
  checkDeliveries(run);
  return {
    violations: log.violations,
    steps: scheduler.steps(),
    virtualUs: scheduler.now() - START_US,
    chaos,
  };
}

function setUp({ seed, intensities, mutant, trace = () => {} }: DeliveryOptions): DeliveryRun {
  const scheduler = createScheduler(START_US);
  const chaos = createChaos<DeliveryFault, DeliveryPoint>(
    seed,
    intensities ?? drawOf(DELIVERY_FAULTS, seed),
  );
  const run: DeliveryRun = {
    scheduler,
    chaos,
    trace: (line) => trace(`${((scheduler.now() - START_US) / SECOND_US).toFixed(3)} ${line}`),
    startUs: START_US,
    store: memoryAlertStore((catchUp) => {
      if (!chaos.strikes("alerts-lag")) catchUp();
      else scheduler.after(chaos.between(100_000, 20 * SECOND_US), catchUp);
    }),
    log: createDeliveryLog(),
    episodes: drawEpisodes(seed),
    topic: createTopic(() => run),
    mutant: mutant?.make() ?? {},
    isChangeable: chance(stream(seed, "chat"), 0.85),
    sendings: new Map(),
    processes: 0,
  };
  return run;
}

function isEmpty({ store }: DeliveryRun): boolean {
  for (const { type, openAt } of store.records.values()) {
    if (type === "outbox" && openAt !== undefined) return false;
  }
  return true;
}

/** One each period, whatever has become of those before. */
function startSenders(run: DeliveryRun, period: number): void {
  run.scheduler.after(period, () => {
    send(run);
    startSenders(run, period);
  });
}

function send(run: DeliveryRun): void {
  const { chaos, log, trace } = run;
  const process = newProcess(run);
  const notifiers = new Map<string, Notifier>(
    CHANNELS.map((channel) => [channel, notifierFor(run, process, channel)]),
  );
  const alerts = alertsFor(run, process, notingClaims(run, process));
  const ports = { alerts, clock: clockOf(run, process), notifiers };
  void deliverNotifications(run.mutant.senders?.(ports) ?? ports).then(
    ({ sent, failed, lost, repeated }) => {
      if (sent + failed + lost === 0) return;
      trace(`process ${process.id}: sent ${sent}, failed ${failed}, lost ${lost}`);
      chaos.saw("notification claimed by another sender", lost);
      chaos.saw("notification put back after a failure", failed);
      chaos.saw("notification sent, and completed by nobody or another", repeated);
    },
    (error: Error) => {
      trace(`process ${process.id}: ${error.message}`);
      if (!isExpected(error)) log.violated(`a sender failed: ${error}`);
    },
  );
}
