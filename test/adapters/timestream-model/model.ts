/**
 * Timestream for LiveAnalytics, as far as its documentation tells how it answers: limits of requests and records, versions,
 * rejections by index, the windows of the memory and the magnetic store, eventual reads, pages.
 *
 * Not modelled: throttling, endpoint discovery, cost. Where the documentation leaves room, the model takes the stricter
 * reading; what it forbids, an adapter must not need.
 */

import type { QueryCommandInput, QueryCommandOutput } from "@aws-sdk/client-timestream-query";
import type {
  _Record,
  RejectedRecord,
  WriteRecordsCommandInput,
} from "@aws-sdk/client-timestream-write";
import { RejectedRecordsException } from "@aws-sdk/client-timestream-write";
import { type CellByColumn, runStatement } from "./evaluate.ts";
import { type MergedRecord, mergedRecord, recordFault, requestFault } from "./record-rules.ts";
import { parseStatement } from "./sql-parser.ts";

export interface ModelTable {
  readonly name: string;
  readonly memoryHours: number;
  readonly magneticDays: number;
  /** Whether writes behind the memory store are taken. */
  readonly takesMagneticWrites?: boolean;
}

export interface ModelOptions {
  readonly database: string;
  readonly tables: readonly ModelTable[];
  /** The service's clock, in microseconds. */
  readonly now: () => number;
  /** When reads see a write: at once, or only once `settle` was called. */
  readonly reads?: "at-once" | "eventual";
  /** Rows of a page; a page also ends the service's way, empty, before the first row. */
  readonly pageRows?: number;
}

interface Stored {
  readonly record: MergedRecord;
  readonly cells: CellByColumn;
}

export interface TimestreamModel {
  write(input: WriteRecordsCommandInput): object;
  query(input: QueryCommandInput): Partial<QueryCommandOutput>;
  /** Reads see every write from now on. */
  settle(): void;
  /** What the magnetic store rejected, which a caller never learns. */
  readonly magneticRejections: readonly string[];
  /** Records that stand in a table. */
  count(table: string): number;
}

const HOUR_US = 3_600_000_000;
const FUTURE_US = 15 * 60_000_000;
const QUERY_CHARACTERS_MAX = 262_144;

export function timestreamModel(options: ModelOptions): TimestreamModel {
  return new Model(options);
}

class Model implements TimestreamModel {
  readonly magneticRejections: string[] = [];
  private readonly options: ModelOptions;
  private readonly tables: ReadonlyMap<string, Map<string, Stored>>;
  private visible = new Map<string, readonly CellByColumn[]>();
  private readonly pages = new Map<string, readonly (readonly string[])[]>();
  private tokens = 0;

  constructor(options: ModelOptions) {
    this.options = options;
    this.tables = new Map(options.tables.map(({ name }) => [name, new Map<string, Stored>()]));
  }

  write(input: WriteRecordsCommandInput): object {
    const standing = this.standing(input.DatabaseName, input.TableName);
    const fault = requestFault(input);
    if (fault !== undefined) throw named("ValidationException", fault);
    const rejected: RejectedRecord[] = [];
    for (const [index, record] of (input.Records ?? []).entries()) {
      const found = this.take(standing, record, input);
      if (found !== undefined) rejected.push({ RecordIndex: index, ...found });
    }
    if (rejected.length > 0) {
      throw new RejectedRecordsException({
        $metadata: { httpStatusCode: 419 },
        message: "One or more records have been rejected. See RejectedRecords for details.",
        RejectedRecords: rejected,
      });
    }
    return { RecordsIngested: { Total: input.Records?.length ?? 0 } };
  }

  query({ QueryString = "", NextToken }: QueryCommandInput): Partial<QueryCommandOutput> {
    if (QueryString.length > QUERY_CHARACTERS_MAX) throw named("ValidationException", "too long");
    const statements = parseStatement(QueryString);
    for (const { database, table } of statements) this.standing(database, table);
    const ColumnInfo = statements[0]?.chosen.map(({ name }) => ({ Name: name, Type: {} }));
    const left = NextToken === undefined ? undefined : this.pages.get(NextToken);
    if (NextToken === undefined) {
      const rows = statements.flatMap((one) => runStatement(one, this.seen(one.table)));
      const isPaged = this.options.pageRows !== undefined;
      return { ColumnInfo, ...(isPaged ? this.page([], rows) : this.page(rows, [])) };
    }
    if (left === undefined) throw named("ValidationException", "Invalid pagination token");
    const size = this.options.pageRows ?? left.length;
    return { ColumnInfo, ...this.page(left.slice(0, size), left.slice(size)) };
  }

  settle(): void {
    this.visible = new Map([...this.tables.keys()].map((name) => [name, this.current(name)]));
  }

  count(table: string): number {
    return this.tables.get(table)?.size ?? 0;
  }

  private page(rows: readonly (readonly string[])[], rest: readonly (readonly string[])[]) {
    const Rows = rows.map((row) => ({ Data: row.map((cell) => ({ ScalarValue: cell })) }));
    if (rest.length === 0) return { Rows };
    this.tokens += 1;
    const NextToken = `token-${this.tokens}`;
    this.pages.set(NextToken, rest);
    return { Rows, NextToken };
  }

  private seen(table: string): readonly CellByColumn[] {
    if (this.options.reads !== "eventual") return this.current(table);
    return this.visible.get(table) ?? [];
  }

  private current(table: string): readonly CellByColumn[] {
    return [...(this.tables.get(table)?.values() ?? [])].map(({ cells }) => cells);
  }

  private standing(database: string | undefined, table: string | undefined): Map<string, Stored> {
    const standing = this.tables.get(table ?? "");
    if (database === this.options.database && standing !== undefined) return standing;
    throw named("ResourceNotFoundException", `The table ${table} does not exist`);
  }

  /** @returns why not, where it is rejected */
  private take(
    standing: Map<string, Stored>,
    given: _Record,
    input: WriteRecordsCommandInput,
  ): Omit<RejectedRecord, "RecordIndex"> | undefined {
    const record = mergedRecord(given, input.CommonAttributes);
    const fault = recordFault(record);
    if (fault !== undefined) return { Reason: fault };
    const age = this.options.now() - record.time;
    const place = this.placeOf(age, input.TableName);
    if (place.fault !== undefined) return { Reason: place.fault };
    const met = standing.get(record.key);
    if (met === undefined || met.record.version < record.version) {
      standing.set(record.key, { record, cells: record.cells });
      return undefined;
    }
    if (met.record.measures === record.measures) return undefined;
    const rejection = {
      Reason: "The record version is lower than or equal to the existing version",
      ExistingVersion: met.record.version,
    };
    if (!place.isMagnetic) return rejection;
    this.magneticRejections.push(record.key);
    return undefined;
  }

  private placeOf(age: number, table: string | undefined) {
    const found = this.options.tables.find(({ name }) => name === table);
    const { memoryHours = 0, magneticDays = 0, takesMagneticWrites = true } = found ?? {};
    const isMagnetic = age > memoryHours * HOUR_US;
    let fault: string | undefined;
    if (age < -FUTURE_US) fault = "The record timestamp is more than 15 minutes in the future";
    else if (isMagnetic && !takesMagneticWrites) {
      fault = "The record timestamp is outside the time range of the memory store";
    } else if (age > magneticDays * 24 * HOUR_US) {
      fault = "The record timestamp is outside the time range of the magnetic store";
    }
    return { isMagnetic, fault };
  }
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
