/** Rows as records of Timestream, and records as requests. */
import type { _Record, Dimension, WriteRecordsRequest } from "@aws-sdk/client-timestream-write";
import type { RollupRow, TradeRow } from "../../core/rollup/row.ts";
import { dimensionText } from "./dimension-text.ts";
import { type Names, type Piece, toPieces } from "./packed-value.ts";
import { rollupTable, TRADES } from "./tables.ts";

/** One row's records, which are sent together. */
export interface RowRecords {
  /** As errors and outcomes name it. */
  readonly name: string;
  readonly version: number;
  readonly table: string;
  /** The names that tell this row from others, without the piece. */
  readonly dimensions: readonly Dimension[];
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly pieces: readonly Piece[];
}

/** A record, and which of the rows of the call it belongs to. */
export interface SentRecord {
  readonly row: number;
  readonly version: number;
}

export interface WriteRequest {
  readonly input: Pick<WriteRecordsRequest, "TableName" | "CommonAttributes" | "Records">;
  /** In the order of the records. */
  readonly sent: readonly SentRecord[];
}

/** Of a request. */
const RECORDS_MAX = 100;
/** Of a record: names and values of dimensions and measures, and the time. 48 are left over for what we cannot see. */
const RECORD_BYTES_MAX = 2_000;
/** All of a record but its dimensions and its text: names of measures, two numbers, the time, the piece. */
const FIXED_BYTES = 120;
const ROLLUP = "rollup";
const TRADE = "trade";
/** Sequences as texts that sort as they count. */
const SEQUENCE_DIGITS = 16;

export function rollupRecords(row: RollupRow): RowRecords {
  const { account, instrument, resolution, bucket, part, version, value } = row;
  return rowRecords({
    name: JSON.stringify([account, instrument, resolution, bucket, part]),
    table: rollupTable(resolution),
    names: [account, instrument, part],
    id: "part",
    more: [],
    time: bucket,
    version,
    value,
  });
}

export function tradeRecords(row: TradeRow): RowRecords {
  const { account, instrument, tradeId, sequence, time, version, value } = row;
  return rowRecords({
    name: JSON.stringify([account, instrument, tradeId]),
    table: TRADES,
    names: [account, instrument, tradeId],
    id: "trade_id",
    more: [{ Name: "sequence", Value: sequenceText(sequence) }],
    time,
    version,
    value,
  });
}

export function sequenceText(sequence: number): string {
  return String(sequence).padStart(SEQUENCE_DIGITS, "0");
}

interface RowParts {
  readonly name: string;
  readonly table: string;
  readonly names: Names;
  readonly id: "part" | "trade_id";
  readonly more: readonly Dimension[];
  readonly time: number;
  readonly version: number;
  readonly value: string;
}

function rowRecords({ names, id, more, value, ...row }: RowParts): RowRecords {
  const [account, instrument, last] = names;
  const dimensions: readonly Dimension[] = [
    { Name: "account", Value: dimensionText(account) },
    { Name: "instrument", Value: dimensionText(instrument) },
    { Name: id, Value: dimensionText(last) },
    ...more,
  ];
  const taken = dimensions.reduce(
    (sum, { Name, Value }) => sum + bytesOf(Name) + bytesOf(Value),
    0,
  );
  const room = RECORD_BYTES_MAX - FIXED_BYTES - taken;
  const isNamed = names.every((name, at) => dimensions[at]?.Value === name);
  return { ...row, dimensions, pieces: toPieces(value, names, { room, isNamed }) };
}

function bytesOf(text: string | undefined): number {
  return Buffer.byteLength(text ?? "");
}

/** Rows of one table and instrument side by side, so that a request says what they share once. */
export function toRequests(rows: readonly RowRecords[]): readonly WriteRequest[] {
  const order = rows.map((row, at) => ({ row, at, group: groupOf(row) }));
  order.sort((a, b) => (a.group === b.group ? a.at - b.at : a.group < b.group ? -1 : 1));
  const requests: WriteRequest[] = [];
  let table = "";
  let waiting: Waiting[] = [];
  const close = () => {
    if (waiting.length > 0) requests.push(toRequest(table, waiting));
    waiting = [];
  };
  for (const { row, at } of order) {
    const isFull = waiting.length + row.pieces.length > RECORDS_MAX;
    if (row.table !== table || isFull) close();
    table = row.table;
    for (const piece of row.pieces) {
      // Only a row of more pieces than a request can hold is cut apart.
      if (waiting.length === RECORDS_MAX) close();
      waiting.push({ row, at, piece });
    }
  }
  close();
  return requests;
}

interface Waiting {
  readonly row: RowRecords;
  readonly at: number;
  readonly piece: Piece;
}

function groupOf({ table, dimensions, version }: RowRecords): string {
  const [account, instrument] = dimensions;
  return JSON.stringify([table, account?.Value, instrument?.Value, version]);
}

function toRequest(table: string, waiting: readonly Waiting[]): WriteRequest {
  const common = sharedBy(waiting.map(({ row }) => row));
  const names = new Set(common.dimensions.map(({ Name }) => Name));
  return {
    input: {
      TableName: table,
      CommonAttributes: {
        ...(common.dimensions.length === 0 ? {} : { Dimensions: [...common.dimensions] }),
        MeasureName: table === TRADES ? TRADE : ROLLUP,
        MeasureValueType: "MULTI",
        TimeUnit: "MICROSECONDS",
        ...(common.version === undefined ? {} : { Version: common.version }),
      },
      Records: waiting.map(({ row, piece }) => toRecord(row, piece, names, common.version)),
    },
    sent: waiting.map(({ row, at }) => ({ row: at, version: row.version })),
  };
}

function sharedBy(rows: readonly RowRecords[]): {
  readonly dimensions: readonly Dimension[];
  readonly version: number | undefined;
} {
  const [first] = rows;
  const dimensions = (first?.dimensions ?? []).filter(({ Value }, place) =>
    rows.every((row) => row.dimensions[place]?.Value === Value),
  );
  const isOfOneVersion = rows.every(({ version }) => version === first?.version);
  return { dimensions, version: isOfOneVersion ? first?.version : undefined };
}

/** The version is a measure too: SQL cannot see a record's own, and so a lower one never equals what stands. */
function toRecord(
  row: RowRecords,
  { piece, pieces, value }: Piece,
  shared: ReadonlySet<string | undefined>,
  sharedVersion: number | undefined,
): _Record {
  const own = row.dimensions.filter(({ Name }) => !shared.has(Name));
  return {
    Dimensions: [...own, { Name: "piece", Value: String(piece) }],
    Time: String(row.time),
    MeasureValues: [
      { Name: "version", Value: String(row.version), Type: "BIGINT" },
      { Name: "pieces", Value: String(pieces), Type: "BIGINT" },
      { Name: "value", Value: value, Type: "VARCHAR" },
    ],
    ...(sharedVersion === undefined ? { Version: row.version } : {}),
  };
}
