/**
 * Alerts that begin, change and end, each written with what is to be told of it in one commit. A writer that does not know
 * what became of a commit reads back; one that dies is followed by another, which goes on from what stands.
 */
import { outboxRecords } from "../../../lib/app/deliver-notifications.ts";
import type { Notification, NotificationKind } from "../../../lib/core/alerts/notification.ts";
import { below, chance, stream } from "../../../lib/core/simulator/rng.ts";
import { type EpochUs, MINUTE_US, SECOND_US } from "../../../lib/core/units.ts";
import type { AlertRecord, AlertRecordType, AlertStore } from "../../../lib/ports/alert-store.ts";
import { clockOf } from "../faulty-ports.ts";
import { awake, type Process } from "../process.ts";
import { alertsFor, isExpected } from "./faulty-channels.ts";
import { CHANNELS, type DeliveryRun, newProcess } from "./run.ts";

interface Transition {
  readonly kind: NotificationKind;
  readonly severity: Notification["severity"];
  readonly atUs: number;
}

export interface Episode {
  readonly name: string;
  readonly group: string;
  /** How long what is told waits, so that more of its group can join it. */
  readonly waitUs: number;
  readonly transitions: readonly Transition[];
}

/** In which all of them happen. */
const SPAN_US = 12 * MINUTE_US;

export function drawEpisodes(seed: number): Episode[] {
  const rng = stream(seed, "episodes");
  const groups = 1 + below(rng, 3);
  return Array.from({ length: 1 + below(rng, 4) }, (_, at) => {
    const kinds: NotificationKind[] = ["firing"];
    for (let more = below(rng, 3); more > 0; more -= 1) kinds.push("severity");
    if (chance(rng, 0.8)) kinds.push("resolved");
    const isSudden = chance(rng, 0.3);
    const start = below(rng, SPAN_US / 2);
    const times = kinds.map(() => start + below(rng, isSudden ? 5 * SECOND_US : SPAN_US / 2));
    times.sort((a, b) => a - b);
    return {
      name: `episode-${at}`,
      group: `group-${below(rng, groups)}`,
      waitUs: chance(rng, 0.5) ? 0 : 30 * SECOND_US,
      transitions: kinds.map((kind, nth) => ({
        kind,
        severity: (["info", "warning", "critical"] as const)[(at + nth) % 3] ?? "info",
        atUs: times[nth] ?? 0,
      })),
    };
  });
}

export interface Writers {
  isDone(): boolean;
}

export function startWriters(run: DeliveryRun): Writers {
  const open = new Set(run.episodes);
  for (const episode of run.episodes) {
    follow(run, episode, () => open.delete(episode));
    if (run.chaos.strikes("second-writer")) follow(run, episode, () => {});
  }
  return { isDone: () => open.size === 0 };
}

function follow(run: DeliveryRun, episode: Episode, done: () => void): void {
  const { chaos, scheduler } = run;
  const process = newProcess(run);
  process.onDeath = () =>
    scheduler.after(chaos.between(SECOND_US, MINUTE_US), () => follow(run, episode, done));
  void writeAll(run, process, episode).then(done);
}

async function writeAll(run: DeliveryRun, process: Process, episode: Episode): Promise<void> {
  const { scheduler, startUs } = run;
  for (const [nth, { atUs }] of episode.transitions.entries()) {
    const wait = startUs + atUs - scheduler.now();
    if (wait > 0) await scheduler.sleep(wait);
    await awake(run, process);
    await writeOne(run, process, { episode, nth });
  }
}

interface Place {
  readonly episode: Episode;
  readonly nth: number;
}

async function writeOne(run: DeliveryRun, process: Process, place: Place): Promise<void> {
  const { chaos, log, scheduler } = run;
  const alerts = alertsFor(run, process);
  for (let tries = 0; ; tries += 1) {
    try {
      const stood = await commitUnlessStood(run, process, { alerts, place });
      if (stood && tries > 0) chaos.saw("transition known by reading it back");
      return;
    } catch (error) {
      if (error instanceof LostRaceError) chaos.saw("transition lost to another writer");
      else if (!isExpected(error)) log.violated(`a writer failed: ${error}`);
    }
    await scheduler.sleep(chaos.between(100_000, SECOND_US));
  }
}

/** Another writer of the same episode or group was faster. */
class LostRaceError extends Error {}

/** @returns whether the transition had been committed before */
async function commitUnlessStood(
  run: DeliveryRun,
  process: Process,
  { alerts, place }: { readonly alerts: AlertStore; readonly place: Place },
): Promise<boolean> {
  const id = eventId(place);
  if ((await alerts.find({ type: "event", id })) !== undefined) return true;
  const records = await recordsOf(alerts, place, clockOf(run, process).now());
  const { outcome } = await alerts.commit(records);
  run.trace(`process ${process.id} tells ${id}: ${outcome}`);
  if (outcome === "stale") throw new LostRaceError(id);
  return false;
}

function eventId({ episode, nth }: Place): string {
  return `${episode.name}/${nth}`;
}

/** Each the next version of what stands now. */
async function recordsOf(
  alerts: AlertStore,
  place: Place,
  now: EpochUs,
): Promise<readonly AlertRecord[]> {
  const { episode, nth } = place;
  const group = await alerts.find({ type: "group", id: episode.group });
  const standing = await alerts.find({ type: "episode", id: episode.name });
  const seq = (group?.version ?? 0) + 1;
  const told = notificationOf(place, seq);
  const isOver = told.kind === "resolved";
  const base = { parent: "rule", time: now, value: JSON.stringify({ kind: told.kind, seq }) };
  const next = (type: AlertRecordType, id: string, stands?: AlertRecord): AlertRecord => ({
    ...base,
    type,
    id,
    version: (stands?.version ?? 0) + 1,
  });
  const began = standing?.time ?? now;
  return [
    {
      ...next("episode", episode.name, standing),
      time: began,
      ...(isOver ? {} : { openAt: began }),
    },
    { ...next("event", eventId({ episode, nth })), parent: episode.name },
    next("group", episode.group, group),
    ...outboxRecords(told, CHANNELS, (now + episode.waitUs) as EpochUs),
  ];
}

/** Its summary says what it tells of, so that a receiver knows it without its id. */
function notificationOf(place: Place, seq: number): Notification {
  const { episode, nth } = place;
  const { kind, severity } = episode.transitions[nth] ?? { kind: "firing", severity: "info" };
  return {
    notificationId: `${eventId(place)}:${kind}`,
    groupId: episode.group,
    seq,
    kind,
    severity,
    environment: "simulation",
    title: "Alert",
    summary: `${eventId(place)} is ${episode.group} seq ${seq}.`,
    since: `${nth}`,
    facts: [],
    notes: [],
    links: [],
    reference: eventId(place),
  };
}
