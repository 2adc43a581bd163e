/** What the documentation says a record may be; see "Quotas" and "API_Record" of the developer guide. */
import type {
  _Record,
  Dimension,
  MeasureValue,
  WriteRecordsCommandInput,
} from "@aws-sdk/client-timestream-write";
import type { Cell } from "./evaluate.ts";

export interface MergedRecord {
  /** Dimensions, name of the measure, time. */
  readonly key: string;
  /** Microseconds. */
  readonly time: number;
  readonly version: number;
  /** All values, as one text. */
  readonly measures: string;
  readonly cells: ReadonlyMap<string, Cell>;
  readonly dimensions: readonly Dimension[];
  readonly measured: readonly MeasureValue[];
  readonly given: _Record;
}

const RECORDS_MAX = 100;
const RECORD_BYTES_MAX = 2_048;
const SERIES_BYTES_MAX = 2_048;
const DIMENSIONS_MAX = 128;
const DIMENSION_NAME_BYTES_MAX = 60;
const MEASURE_NAME_BYTES_MAX = 256;
const MEASURES_MAX = 256;
const BIGINT = /^-?\d{1,19}$/;
const TIME = /^\d{1,20}$/;

type Rule<Of> = readonly [fault: string, isBroken: (of: Of) => boolean];

const namesOf = (record: _Record) => (record.Dimensions ?? []).map(({ Name }) => Name);

/** Of a record with what it shares with the others of its request. */
const REQUEST_RULES: readonly Rule<_Record>[] = [
  ["a dimension stands twice", (of) => new Set(namesOf(of)).size < namesOf(of).length],
  [`at most ${DIMENSIONS_MAX} dimensions`, (of) => namesOf(of).length > DIMENSIONS_MAX],
  ["this model knows multi-measure records only", (of) => of.MeasureValueType !== "MULTI"],
  ["this model knows microseconds only", (of) => of.TimeUnit !== "MICROSECONDS"],
  ["a measure has a name", (of) => !isWithin(of.MeasureName, 1, MEASURE_NAME_BYTES_MAX)],
  [
    "a record has measures",
    (of) => of.MeasureValues === undefined || of.MeasureValue !== undefined,
  ],
  ["a version is at least 1", (of) => !Number.isSafeInteger(of.Version) || (of.Version ?? 0) < 1],
];

/** What makes the whole request invalid. */
export function requestFault(input: WriteRecordsCommandInput): string | undefined {
  const records = input.Records ?? [];
  if (records.length === 0) return "at least one record";
  if (records.length > RECORDS_MAX) return `at most ${RECORDS_MAX} records`;
  const merged = records.map((record) => mergedRecord(record, input.CommonAttributes).given);
  return REQUEST_RULES.find(([, isBroken]) => merged.some(isBroken))?.[0];
}

const RECORD_RULES: readonly Rule<MergedRecord>[] = [
  ["a dimension exceeds the limits", ({ dimensions }) => !dimensions.every(isSoundDimension)],
  ["a measure exceeds the limits", ({ measured }) => !measured.every(isSoundMeasure)],
  ["too many measures", ({ measured }) => measured.length > MEASURES_MAX],
  ["the time is no number", ({ given }) => !TIME.test(given.Time ?? "")],
  ["the dimensions exceed 2 KB", ({ dimensions }) => bytesOf(dimensions) > SERIES_BYTES_MAX],
  [`the record exceeds ${RECORD_BYTES_MAX} bytes`, (of) => recordBytes(of) > RECORD_BYTES_MAX],
  [
    "a name is used for a dimension and a measure",
    // Time and the name of the measure are columns too.
    ({ cells, dimensions, measured }) => cells.size < dimensions.length + measured.length + 2,
  ],
];

/** What makes one record be rejected. */
export function recordFault(record: MergedRecord): string | undefined {
  return RECORD_RULES.find(([, isBroken]) => isBroken(record))?.[0];
}

function recordBytes({ dimensions, measured, given }: MergedRecord): number {
  return bytesOf(dimensions) + bytesOf(measured) + Buffer.byteLength(given.MeasureName ?? "") + 8;
}

export function mergedRecord(record: _Record, common: _Record = {}): MergedRecord {
  const Dimensions = dimensionsOf(record, common);
  const given: _Record = { Version: 1, ...common, ...record, Dimensions };
  const { Time = "", MeasureName = "", MeasureValues = [], Version = 1 } = given;
  const sorted = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).sort();
  const time = TIME.test(Time) ? BigInt(Time) : 0n;
  return {
    key: JSON.stringify([sorted, MeasureName, String(time)]),
    time: Number(time),
    version: Version,
    measures: JSON.stringify(MeasureValues.map(({ Name, Value }) => [Name, Value]).sort()),
    cells: new Map<string, Cell>([
      ["time", { nanoseconds: time * 1_000n }],
      ["measure_name", MeasureName],
      ...Dimensions.map(({ Name, Value }) => [Name ?? "", Value ?? ""] as const),
      ...MeasureValues.map(({ Name, Value, Type }) => [Name ?? "", cellOf(Value, Type)] as const),
    ]),
    dimensions: Dimensions,
    measured: MeasureValues,
    given,
  };
}

function dimensionsOf(record: _Record, common: _Record): Dimension[] {
  return [...(common.Dimensions ?? []), ...(record.Dimensions ?? [])];
}

function cellOf(value: string | undefined, type: string | undefined): Cell {
  return type === "BIGINT" && BIGINT.test(value ?? "") ? BigInt(value ?? "") : (value ?? "");
}

function isSoundDimension({ Name, Value }: Dimension): boolean {
  return (
    isWithin(Name, 1, DIMENSION_NAME_BYTES_MAX) &&
    /^[a-zA-Z_][a-zA-Z0-9_-]*$/.test(Name ?? "") &&
    isWithin(Value, 1, SERIES_BYTES_MAX)
  );
}

function isSoundMeasure({ Name, Value, Type }: MeasureValue): boolean {
  if (!isWithin(Name, 1, MEASURE_NAME_BYTES_MAX)) return false;
  if (Type === "BIGINT") return BIGINT.test(Value ?? "");
  return Type === "VARCHAR" && isWithin(Value, 1, RECORD_BYTES_MAX);
}

/** Text that has a UTF-8 form of so many bytes, without NUL. */
function isWithin(text: string | undefined, least: number, most: number): boolean {
  if (text === undefined || !text.isWellFormed() || text.includes("\0")) return false;
  const bytes = Buffer.byteLength(text);
  return bytes >= least && bytes <= most;
}

function bytesOf(pairs: readonly (Dimension | MeasureValue)[]): number {
  return pairs.reduce(
    (sum, { Name = "", Value = "" }) => sum + Buffer.byteLength(Name) + Buffer.byteLength(Value),
    0,
  );
}
