/** The model refuses what the documentation says the service refuses: a model that takes everything would prove nothing. */
import {
  type _Record,
  type RejectedRecord,
  RejectedRecordsException,
} from "@aws-sdk/client-timestream-write";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type ModelOptions,
  type TimestreamModel,
  timestreamModel,
} from "../timestream-model/model.ts";

const NOW_US = 1_758_276_000_000_000;
const HOUR_US = 3_600_000_000;
const MINUTE_US = 60_000_000;

const TABLE = { name: "table", memoryHours: 24, magneticDays: 10 };

const record = (fields: Partial<_Record> & { at?: number; value?: string } = {}): _Record => {
  const { at = NOW_US, value = "one", ...rest } = fields;
  return {
    Dimensions: [{ Name: "instrument", Value: "BTC" }],
    MeasureName: "row",
    MeasureValueType: "MULTI",
    MeasureValues: [{ Name: "value", Value: value, Type: "VARCHAR" }],
    Time: String(at),
    TimeUnit: "MICROSECONDS",
    Version: 1,
    ...rest,
  };
};

describe("the model of Timestream", () => {
  let model: TimestreamModel;
  const open = (options: Partial<ModelOptions> = {}) => {
    model = timestreamModel({
      database: "database",
      tables: [TABLE],
      now: () => NOW_US,
      ...options,
    });
  };
  const write = (...Records: _Record[]) =>
    model.write({ DatabaseName: "database", TableName: "table", Records });
  const rejections = (...records: _Record[]): readonly RejectedRecord[] => {
    try {
      write(...records);
      return [];
    } catch (error) {
      if (error instanceof RejectedRecordsException) return error.RejectedRecords ?? [];
      throw error;
    }
  };
  const read = (columns = '"value"') =>
    model.query({
      QueryString: `SELECT ${columns} FROM "database"."table" WHERE "instrument" <> ''`,
    });
  const values = () => (read().Rows ?? []).map(({ Data }) => Data?.[0]?.ScalarValue);

  beforeEach(() => open());

  it.each([
    { version: 1, value: "one", existing: undefined, stands: "one", when: "the same again" },
    {
      version: 1,
      value: "two",
      existing: 1,
      stands: "one",
      when: "other values at the same version",
    },
    { version: 2, value: "two", existing: undefined, stands: "two", when: "a higher version" },
  ])("answers $when by its version", ({ version, value, existing, stands }) => {
    write(record());
    expect(
      rejections(record({ Version: version, value })).map((one) => one.ExistingVersion),
    ).toEqual(existing === undefined ? [] : [existing]);
    expect(values()).toEqual([stands]);
  });

  it("rejects a lower version only where its values differ", () => {
    write(record({ Version: 5 }));
    expect(rejections(record({ Version: 4 }))).toEqual([]);
    expect(rejections(record({ Version: 4, value: "two" }))).toMatchObject([
      { RecordIndex: 0, ExistingVersion: 5 },
    ]);
  });

  it("writes the good records of a request beside those that it rejects, by index", () => {
    const good = (at: number) => record({ at: NOW_US - at });
    const bad = record({ at: NOW_US + HOUR_US });
    expect(rejections(good(1), bad, good(2), bad).map((one) => one.RecordIndex)).toEqual([1, 3]);
    expect(model.count("table")).toBe(2);
  });

  it.each([
    { at: NOW_US + 15 * MINUTE_US, taken: true, when: "15 minutes ahead" },
    { at: NOW_US + 15 * MINUTE_US + 1, taken: false, when: "more than 15 minutes ahead" },
    { at: NOW_US - 24 * HOUR_US, taken: true, when: "as old as the memory store" },
    {
      at: NOW_US - 24 * HOUR_US - 1,
      taken: true,
      when: "older than the memory store, with magnetic writes",
    },
    { at: NOW_US - 240 * HOUR_US - 1, taken: false, when: "older than the magnetic store" },
  ])("takes a record $when: $taken", ({ at, taken }) => {
    expect(rejections(record({ at }))).toHaveLength(taken ? 0 : 1);
  });

  it("rejects what is older than the memory store where magnetic writes are off", () => {
    open({ tables: [{ ...TABLE, takesMagneticWrites: false }] });
    expect(rejections(record({ at: NOW_US - 24 * HOUR_US - 1 }))).toHaveLength(1);
  });

  it("rejects a version behind the memory store without a word to the caller", () => {
    const old = { at: NOW_US - 48 * HOUR_US };
    write(record({ ...old, Version: 5 }));
    expect(rejections(record({ ...old, Version: 4, value: "two" }))).toEqual([]);
    expect(values()).toEqual(["one"]);
    expect(model.magneticRejections).toHaveLength(1);
  });

  const wide = (bytes: number) => [
    { Name: "value", Value: "x".repeat(bytes), Type: "VARCHAR" as const },
  ];
  it.each([
    { fields: { MeasureValues: wide(2_000) }, taken: true, when: "just under 2 KB" },
    { fields: { MeasureValues: wide(2_048) }, taken: false, when: "a record over 2 KB" },
    { fields: { MeasureValues: wide(0) }, taken: false, when: "an empty value" },
    {
      fields: { Dimensions: [{ Name: "instrument", Value: "" }] },
      taken: false,
      when: "an empty dimension",
    },
    {
      fields: { Dimensions: [{ Name: "n".repeat(61), Value: "x" }] },
      taken: false,
      when: "a dimension with a long name",
    },
    {
      fields: { Dimensions: [{ Name: "instrument", Value: "\ud800" }] },
      taken: false,
      when: "half a character",
    },
    {
      fields: { Dimensions: [{ Name: "value", Value: "x" }] },
      taken: false,
      when: "one name for two columns",
    },
    {
      fields: { MeasureValues: [{ Name: "n", Value: "1.5", Type: "BIGINT" as const }] },
      taken: false,
      when: "a fraction as BIGINT",
    },
    { fields: { Time: "-1" }, taken: false, when: "a negative time" },
  ])("takes a record with $when: $taken", ({ fields, taken }) => {
    expect(rejections(record(fields))).toHaveLength(taken ? 0 : 1);
  });

  it.each([
    { records: [], when: "no record" },
    {
      records: Array.from({ length: 101 }, (_, i) => record({ at: NOW_US - i })),
      when: "101 records",
    },
    { records: [record({ Version: 0 })], when: "version 0" },
    {
      records: [
        record({
          Dimensions: [
            { Name: "a", Value: "x" },
            { Name: "a", Value: "y" },
          ],
        }),
      ],
      when: "a dimension twice",
    },
  ])("takes nothing of a request with $when", ({ records }) => {
    expect(() => write(...records)).toThrow(
      expect.objectContaining({ name: "ValidationException" }),
    );
    expect(model.count("table")).toBe(0);
  });

  it("merges what records share, and refuses a dimension that both name", () => {
    const { Dimensions, Version, ...own } = record();
    const common = {
      Dimensions: [{ Name: "account", Value: "main" }],
      Version: (Version ?? 0) + 6,
    };
    const request = { DatabaseName: "database", TableName: "table", CommonAttributes: common };
    model.write({ ...request, Records: [{ ...own, Dimensions }] });
    expect(read('"account"').Rows).toHaveLength(1);
    const twice = { ...own, Dimensions: common.Dimensions };
    expect(() => model.write({ ...request, Records: [twice] })).toThrow(
      expect.objectContaining({ name: "ValidationException" }),
    );
  });

  it("shows a write to readers only after a while where reads are eventual", () => {
    open({ reads: "eventual" });
    write(record());
    expect(values()).toEqual([]);
    model.settle();
    expect(values()).toEqual(["one"]);
  });

  it("pages, an empty page first", () => {
    open({ pageRows: 2 });
    write(...[1, 2, 3].map((at) => record({ at: NOW_US - at, value: `${at}` })));
    const QueryString = 'SELECT "value" FROM "database"."table" WHERE "instrument" = \'BTC\'';
    const sizes: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = model.query({ QueryString, ...(NextToken && { NextToken }) });
      sizes.push(page.Rows?.length ?? 0);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    expect(sizes).toEqual([0, 2, 1]);
    expect(() => model.query({ QueryString, NextToken: "made up" })).toThrow();
  });

  it("knows no other table, column or type", () => {
    write(record());
    expect(() =>
      model.query({ QueryString: 'SELECT "a" FROM "database"."other" WHERE "a" = \'x\'' }),
    ).toThrow(expect.objectContaining({ name: "ResourceNotFoundException" }));
    expect(() => read('"nothing"')).toThrow(
      expect.objectContaining({ name: "ValidationException" }),
    );
    const mixed = 'SELECT "value" FROM "database"."table" WHERE "time" = \'x\'';
    expect(() => model.query({ QueryString: mixed })).toThrow(
      expect.objectContaining({ name: "ValidationException" }),
    );
  });
});
