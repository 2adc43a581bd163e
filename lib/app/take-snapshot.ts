/**
 * Sets down each day's figures once it is over: a record an instrument, and one for the portfolio. A late event makes a
 * new revision; the ones before stay. Running it again, or twice at once, changes nothing that is right.
 */

import type { DayRecord } from "../core/api/days.ts";
import { instrumentKey } from "../core/events/event.ts";
import { figuresHash } from "../core/history/figures-hash.ts";
import type { PerformanceMetrics, Report } from "../core/metrics/performance-metrics.ts";
import { bucketStart, DAY_US, type EpochUs, HOUR_US } from "../core/units.ts";
import type { AnalysisKey, AnalysisStore } from "../ports/analysis-store.ts";
import {
  type CommittedState,
  loadStates,
  type ReportPorts,
  type ReportSettings,
} from "./committed-state.ts";
import { DAY_KIND, PORTFOLIO, readRecords, recordOf } from "./day-records.ts";
import { reportOf } from "./report.ts";

/** How many days back a late event still makes a new revision. */
const LOOK_BACK_DAYS = 7;
/** So long after a day a feed that has fallen silent is waited for, while others go on. */
const PATIENCE_US = HOUR_US;

export interface SnapshotPorts extends ReportPorts {
  readonly analyses: AnalysisStore;
}

export interface SnapshotSettings extends ReportSettings {
  /** The product's. */
  readonly version: string;
}

export interface SnapshotOutcome {
  /** Records of days that had none. */
  readonly taken: number;
  /** Records that follow another of the same day. */
  readonly revised: number;
  /** Keys at which another writer had set down something else; what it wrote stands. */
  readonly conflicting: readonly string[];
}

/** A record as it stands, and the version of the rows that it was made of. */
interface Standing {
  readonly record: DayRecord;
  readonly version: number;
}

type Day = number;

interface Work {
  readonly ports: SnapshotPorts;
  readonly settings: SnapshotSettings;
  /** The first and the end of the days that are looked at. */
  readonly first: Day;
  readonly end: Day;
  readonly newest: number;
  readonly outcome: { taken: number; revised: number; conflicting: string[] };
}

export async function takeSnapshots(
  ports: SnapshotPorts,
  settings: SnapshotSettings,
): Promise<SnapshotOutcome> {
  const outcome = { taken: 0, revised: 0, conflicting: [] };
  const states = await loadStates(ports);
  if (states.length === 0) return outcome;
  const newest = Math.max(...states.map(({ summary }) => summary.newestTime));
  const end = bucketStart(newest, DAY_US);
  const first = Math.max(0, end - LOOK_BACK_DAYS * DAY_US);
  const work: Work = { ports, settings, first, end, newest, outcome };
  const members = new Map<Day, Member[]>();
  for (const state of states) {
    for (const [day, record] of await takeInstrument(work, state)) {
      members.set(day, [...(members.get(day) ?? []), { state, record }]);
    }
  }
  await takePortfolio(work, members);
  return outcome;
}

interface Member {
  readonly state: CommittedState;
  readonly record: DayRecord;
}

/** The records of an instrument's days as they stand afterwards. */
async function takeInstrument(work: Work, state: CommittedState): Promise<Map<Day, DayRecord>> {
  const { account, instrument } = state.summary;
  const standing = await standingOf(work, { account, instrument });
  const records = new Map([...standing].map(([day, { record }]) => [day, record]));
  for (const [day, version] of await rowVersions(work, state)) {
    const status = statusOf(work, state, day);
    const known = standing.get(day);
    if (status === undefined || isCurrent(known, version, status)) continue;
    const key = instrumentKey(account, instrument);
    const figures = (await reportOfDay(work, [state], day)).instruments[key];
    if (figures === undefined) continue;
    const found = { account, instrument, day, version, known, parts: {} };
    records.set(
      day,
      await setDown(work, { ...found, status, watermark: state.summary.watermark, figures }),
    );
  }
  return records;
}

function isCurrent(
  known: Standing | undefined,
  version: number,
  status: DayRecord["status"],
): boolean {
  return known !== undefined && known.version >= version && known.record.status === status;
}

/** Undefined while the day's last markouts are still open, or events of it are waited for. */
function statusOf(
  { settings, newest }: Work,
  { summary }: CommittedState,
  day: Day,
): DayRecord["status"] | undefined {
  const longest = Math.max(0, ...settings.horizons.map(({ us }) => us));
  if (summary.watermark >= day + DAY_US + longest) return "closed";
  return newest >= day + DAY_US + longest + PATIENCE_US ? "provisional" : undefined;
}

/** The highest version among the rows of each day that has any. */
async function rowVersions(work: Work, state: CommittedState): Promise<Map<Day, number>> {
  const { account, instrument } = state.summary;
  const { first: from, end: to } = work;
  const versions = new Map<Day, number>();
  const range = { account, instrument, resolution: "1d", from, to } as const;
  for (const { bucket, version } of await work.ports.metrics.readRollups(range)) {
    if (version >= state.minVersion)
      versions.set(bucket, Math.max(version, versions.get(bucket) ?? 0));
  }
  return versions;
}

/** The portfolio is made of whoever has a record of the day, and made again when one of these is. */
async function takePortfolio(
  work: Work,
  members: ReadonlyMap<Day, readonly Member[]>,
): Promise<void> {
  const standing = await standingOf(work, PORTFOLIO);
  for (const [day, ofDay] of [...members].sort(([a], [b]) => a - b)) {
    const known = standing.get(day);
    const parts = Object.fromEntries(
      ofDay.map(({ state: { summary }, record }) => [
        instrumentKey(summary.account, summary.instrument),
        record.hash,
      ]),
    );
    const status = ofDay.every(({ record }) => record.status === "closed")
      ? "closed"
      : "provisional";
    const same =
      known !== undefined && JSON.stringify(known.record.parts) === JSON.stringify(parts);
    if (same && known.record.status === status) continue;
    const states = ofDay.map(({ state }) => state);
    const watermark = Math.min(...ofDay.map(({ record }) => record.watermark));
    const figures = (await reportOfDay(work, states, day)).portfolio;
    const version = (known?.version ?? 0) + 1;
    await setDown(work, { ...PORTFOLIO, day, version, known, status, watermark, parts, figures });
  }
}

/** What a day's report says of these instruments together. */
async function reportOfDay(
  { ports, settings }: Work,
  states: readonly CommittedState[],
  day: Day,
): Promise<Report> {
  const span = { kind: "range", from: day, to: day + DAY_US } as const;
  const stray = { events: 0, quarantined: 0 };
  return reportOf(ports, settings, { span }, { states, stray });
}

/** The newest record of each day that is looked at. */
async function standingOf(
  { ports, first, end }: Work,
  of: Omit<AnalysisKey, "kind">,
): Promise<Map<Day, Standing>> {
  const found = new Map<Day, Standing>();
  for (const document of await readRecords(ports.analyses, of, { from: first, to: end })) {
    const record = recordOf(document);
    found.set(record.from, { record, version: document.version });
  }
  return found;
}

interface Draft extends Omit<AnalysisKey, "kind"> {
  readonly day: Day;
  readonly version: number;
  readonly known: Standing | undefined;
  readonly status: DayRecord["status"];
  readonly watermark: number;
  readonly parts: DayRecord["parts"];
  readonly figures: PerformanceMetrics;
}

/** The same figures again are the same record, now known to hold for newer rows. */
async function setDown(work: Work, draft: Draft): Promise<DayRecord> {
  const { outcome, ports } = work;
  const known = draft.known?.record;
  const record = recordFrom(work, draft);
  const stays = known !== undefined && known.hash === record.hash && known.status === draft.status;
  const kept = stays ? { ...known, parts: record.parts } : record;
  const { account, instrument, day, version } = draft;
  const time = (day + kept.revision) as EpochUs;
  const key = { kind: DAY_KIND, account, instrument, time };
  const answer = await ports.analyses.put([{ ...key, version, value: JSON.stringify(kept) }]);
  outcome.conflicting.push(...answer.conflicting);
  if (known === undefined) outcome.taken += 1;
  else if (!stays) outcome.revised += 1;
  return kept;
}

function recordFrom({ settings }: Work, draft: Draft): DayRecord {
  const { account, instrument, day, known, status, watermark, parts, figures } = draft;
  return {
    schema: "brawler.day/1",
    instrument: account === PORTFOLIO.account ? null : instrumentKey(account, instrument),
    from: day,
    to: day + DAY_US,
    status,
    revision: (known?.record.revision ?? 0) + 1,
    supersedes: known?.record.hash ?? null,
    hash: figuresHash(figures),
    watermark,
    version: settings.version,
    parts,
    figures,
  };
}
