import {
  type RejectedRecord,
  RejectedRecordsException,
  type TimestreamWriteClient,
  WriteRecordsCommand,
} from "@aws-sdk/client-timestream-write";
import type { UpsertOutcome } from "../../ports/metric-store.ts";
import { type RowRecords, toRequests, type WriteRequest } from "./records.ts";
import { explainTimestreamError } from "./timestream-error.ts";

/** Requests of one call that are under way at once. */
const CONCURRENCY = 4;

/** What became of a row, the worst of its records last. */
const FATES = ["written", "stale", "conflicting", "refused"] as const;

interface RowFate {
  readonly fate: (typeof FATES)[number];
  /** Of a refused row, in the service's words. */
  readonly reason: string | undefined;
}

/**
 * Writes rows of different keys. A request that fails leaves the others written; all may be sent again.
 *
 * @returns what became of each row: the same version with the same values counts as written, because the service does
 *   not tell the two apart
 * @throws {TimestreamError} unless every request was answered
 */
export async function writeRows(
  client: TimestreamWriteClient,
  database: string,
  rows: readonly RowRecords[],
): Promise<UpsertOutcome> {
  const fates = new Map<number, RowFate>();
  const waiting = toRequests(rows).values();
  const worker = async () => {
    for (const request of waiting) {
      for (const rejected of await send(client, database, request)) {
        const { row, ...found } = judge(rejected, request);
        if (isWorse(found, fates.get(row))) fates.set(row, found);
      }
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: CONCURRENCY }, worker));
  for (const result of workers) if (result.status === "rejected") throw result.reason;
  return outcomeOf(rows, fates);
}

function judge(
  { RecordIndex, ...rejected }: RejectedRecord,
  request: WriteRequest,
): RowFate & { readonly row: number } {
  const sent = RecordIndex === undefined ? undefined : request.sent[RecordIndex];
  if (sent === undefined) throw new RangeError(unknownRecord(RecordIndex, request));
  return { row: sent.row, ...fateOf(rejected, sent.version) };
}

async function send(
  client: TimestreamWriteClient,
  database: string,
  { input }: WriteRequest,
): Promise<readonly RejectedRecord[]> {
  try {
    await client.send(new WriteRecordsCommand({ DatabaseName: database, ...input }));
    return [];
  } catch (error) {
    const rejected = error instanceof RejectedRecordsException ? error.RejectedRecords : undefined;
    // The other records of the request were written.
    if (rejected !== undefined && rejected.length > 0) return rejected;
    throw explainTimestreamError(error, `write to ${input.TableName}`);
  }
}

/** A record with a version was met by one that stands; without one, the service will never take it. */
function fateOf({ ExistingVersion, Reason }: RejectedRecord, version: number): RowFate {
  const reason = Reason ?? "no reason was given";
  if (ExistingVersion === undefined) return { fate: "refused", reason };
  if (ExistingVersion > version) return { fate: "stale", reason: undefined };
  if (ExistingVersion === version) return { fate: "conflicting", reason: undefined };
  return { fate: "refused", reason: `${reason} (version ${ExistingVersion} stands)` };
}

function isWorse(found: RowFate, known: RowFate | undefined): boolean {
  return known === undefined || FATES.indexOf(found.fate) > FATES.indexOf(known.fate);
}

function outcomeOf(
  rows: readonly RowRecords[],
  fates: ReadonlyMap<number, RowFate>,
): UpsertOutcome {
  const named = (fate: RowFate["fate"]) =>
    rows.flatMap(({ name }, at) => {
      const found = fates.get(at);
      return found?.fate === fate ? [{ row: name, reason: found.reason ?? "" }] : [];
    });
  const refused = named("refused");
  return {
    written: rows.length - fates.size,
    stale: named("stale").length,
    conflicting: named("conflicting").map(({ row }) => row),
    ...(refused.length === 0 ? {} : { refused }),
  };
}

function unknownRecord(index: number | undefined, { input, sent }: WriteRequest): string {
  return `Timestream rejected record ${index} of a request of ${sent.length} to ${input.TableName}: what became of its rows is unknown, send them again`;
}
