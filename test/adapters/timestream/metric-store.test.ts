/**
 * Goal: every request is one that the service takes, and every answer of its is understood; nothing is lost in between.
 * Method: the SDK's clients with their `send` replaced, by written answers or by the model of the documentation.
 */
import { QueryCommand, TimestreamQueryClient } from "@aws-sdk/client-timestream-query";
import {
  RejectedRecordsException,
  TimestreamWriteClient,
  WriteRecordsCommand,
  type WriteRecordsCommandInput,
} from "@aws-sdk/client-timestream-write";
import { mockClient } from "aws-sdk-client-mock";
import { allCustomMatcher } from "aws-sdk-client-mock-vitest";
import { beforeEach, describe, expect, it } from "vitest";
import {
  requireTimestream,
  timestreamMetricStore,
} from "../../../lib/adapters/timestream/metric-store.ts";
import { TIMESTREAM_TABLES } from "../../../lib/adapters/timestream/tables.ts";
import { TimestreamError } from "../../../lib/adapters/timestream/timestream-error.ts";
import type { Resolution, RollupRow, TradeRow } from "../../../lib/core/rollup/row.ts";
import type { EpochUs } from "../../../lib/core/units.ts";
import { timestreamModel } from "../timestream-model/model.ts";
import { modelledClients } from "../timestream-model/modelled-clients.ts";

expect.extend(allCustomMatcher);

const T0 = 1_758_240_000_000_000;
const MINUTE_US = 60_000_000;
const HOUR_US = 60 * MINUTE_US;
const DAY_US = 24 * HOUR_US;
const VERSION = 3 * 2 ** 40 + 17;

const rollup = (
  fields: Partial<Omit<RollupRow, "bucket">> & { bucket?: number } = {},
): RollupRow => ({
  account: "main",
  instrument: "BTC-PERP",
  resolution: "1m",
  part: "core",
  version: VERSION,
  value: '{"trades":1}',
  ...fields,
  bucket: (fields.bucket ?? T0) as EpochUs,
});

const trade = (fields: Partial<Omit<TradeRow, "time">> & { time?: number } = {}): TradeRow => ({
  account: "main",
  instrument: "BTC-PERP",
  sequence: 7,
  tradeId: "T7",
  version: VERSION,
  value: '{"price":"100.5"}',
  ...fields,
  time: (fields.time ?? T0) as EpochUs,
});

const LONG_NAME = JSON.stringify(["main", "BTC-PERP", "1m", T0, "core"]);

const minutes = (count: number): RollupRow[] =>
  Array.from({ length: count }, (_, i) => rollup({ bucket: T0 + i * MINUTE_US }));

describe("a store with answers written by hand", () => {
  const write = mockClient(new TimestreamWriteClient({ region: "eu-west-1" }));
  const query = mockClient(new TimestreamQueryClient({ region: "eu-west-1" }));
  const clients = {
    write: write as unknown as TimestreamWriteClient,
    query: query as unknown as TimestreamQueryClient,
  };
  const store = timestreamMetricStore({ clients, database: "brawler", wait: async () => {} });
  const sent = (): WriteRecordsCommandInput[] =>
    write.commandCalls(WriteRecordsCommand).map((call) => call.args[0].input);
  const reject = (...RejectedRecords: NonNullable<RejectedRecordsException["RejectedRecords"]>) =>
    write
      .on(WriteRecordsCommand)
      .rejects(
        new RejectedRecordsException({ $metadata: {}, message: "rejected", RejectedRecords }),
      );

  beforeEach(() => {
    write.reset();
    query.reset();
    write.on(WriteRecordsCommand).resolves({});
    query.on(QueryCommand).resolves({ Rows: [], ColumnInfo: [] });
  });

  it("says what a commit's rows share once", async () => {
    await store.upsertRollups([rollup(), rollup({ part: "markout.5s", bucket: T0 + MINUTE_US })]);
    const measures = [
      { Name: "version", Value: String(VERSION), Type: "BIGINT" },
      { Name: "pieces", Value: "0", Type: "BIGINT" },
      { Name: "value", Value: '{"trades":1}', Type: "VARCHAR" },
    ] as const;
    expect(write).toHaveReceivedCommandWith(WriteRecordsCommand, {
      DatabaseName: "brawler",
      TableName: "rollup_1m",
      CommonAttributes: {
        Dimensions: [
          { Name: "account", Value: "main" },
          { Name: "instrument", Value: "BTC-PERP" },
        ],
        MeasureName: "rollup",
        MeasureValueType: "MULTI",
        TimeUnit: "MICROSECONDS",
        Version: VERSION,
      },
      Records: [
        {
          Dimensions: [
            { Name: "part", Value: "core" },
            { Name: "piece", Value: "0" },
          ],
          Time: String(T0),
          MeasureValues: [...measures],
        },
        {
          Dimensions: [
            { Name: "part", Value: "markout.5s" },
            { Name: "piece", Value: "0" },
          ],
          Time: String(T0 + MINUTE_US),
          MeasureValues: [...measures],
        },
      ],
    });
  });

  it("leaves to each record what differs: instrument, version", async () => {
    await store.upsertRollups([rollup(), rollup({ instrument: "ETH-PERP", version: 5 })]);
    const [request] = sent();
    expect(request?.CommonAttributes?.Version).toBeUndefined();
    expect(request?.Records?.map(({ Version }) => Version)).toEqual([VERSION, 5]);
    const instruments = request?.Records?.map(({ Dimensions }) =>
      Dimensions?.find(({ Name }) => Name === "instrument"),
    );
    expect(instruments?.map((one) => one?.Value)).toEqual(["BTC-PERP", "ETH-PERP"]);
  });

  it("writes a trade with its sequence as a text that sorts as it counts", async () => {
    await store.upsertTrades([trade()]);
    const [request] = sent();
    expect(request?.TableName).toBe("trade");
    expect(request?.CommonAttributes?.MeasureName).toBe("trade");
    expect(request?.CommonAttributes?.Dimensions).toContainEqual({
      Name: "sequence",
      Value: "0000000000000007",
    });
    expect(request?.CommonAttributes?.Dimensions).toContainEqual({ Name: "trade_id", Value: "T7" });
  });

  it.each([
    { count: 1, sizes: [1] },
    { count: 100, sizes: [100] },
    { count: 101, sizes: [100, 1] },
    { count: 250, sizes: [100, 100, 50] },
  ])("sends $count rows in requests of $sizes", async ({ count, sizes }) => {
    await store.upsertRollups(minutes(count));
    expect(sent().map(({ Records }) => Records?.length)).toEqual(sizes);
  });

  it("sends rows of each table on their own", async () => {
    const resolutions: Resolution[] = ["1m", "5s", "1m", "1h", "1d"];
    await store.upsertBatch({
      rollups: resolutions.map((resolution, i) => rollup({ resolution, part: `core+${i}` })),
      trades: [trade()],
    });
    const sizes = new Map(sent().map(({ TableName, Records }) => [TableName, Records?.length]));
    expect(Object.fromEntries(sizes)).toEqual({
      rollup_5s: 1,
      rollup_1m: 2,
      rollup_1h: 1,
      rollup_1d: 1,
      trade: 1,
    });
    expect([...sizes.keys()].sort()).toEqual(TIMESTREAM_TABLES.map(({ name }) => name).sort());
  });

  it("sends nothing for no rows, asks nothing for no range, and never deletes", async () => {
    await store.upsertRollups([]);
    await store.readRollupRanges([]);
    await store.lastRollupsBefore([]);
    await store.readRollups({ account: "a", instrument: "b", resolution: "1m", from: 5, to: 5 });
    await store.readRollups({
      account: "a",
      instrument: "b",
      resolution: "1m",
      from: Number.NaN,
      to: 5,
    });
    const key = { account: "a", instrument: "b", resolution: "1m" } as const;
    expect(await store.deleteRollupsBefore(key, T0)).toBe(0);
    expect(write).not.toHaveReceivedAnyCommand();
    expect(query).not.toHaveReceivedAnyCommand();
  });

  it("does not send a row of version 0, which the service does not take", async () => {
    await expect(store.upsertRollups([rollup({ version: 0 })])).rejects.toThrow(RangeError);
    await expect(store.upsertTrades([trade({ version: 0 })])).rejects.toThrow(RangeError);
    expect(write).not.toHaveReceivedAnyCommand();
  });

  it("tells the rejected by index: newer stands, other values stand, never to be taken", async () => {
    reject(
      { RecordIndex: 1, Reason: "version", ExistingVersion: VERSION + 1 },
      { RecordIndex: 3, Reason: "version", ExistingVersion: VERSION },
      { RecordIndex: 4, Reason: "outside the memory store" },
      { RecordIndex: 5, Reason: "odd", ExistingVersion: 1 },
    );
    const rows = minutes(7);
    const { written, stale, conflicting, refused } = await store.upsertRollups(rows);
    expect({ written, stale }).toEqual({ written: 3, stale: 1 });
    const nameOf = (row: RollupRow | undefined) =>
      JSON.stringify([row?.account, row?.instrument, row?.resolution, row?.bucket, row?.part]);
    expect(conflicting).toEqual([nameOf(rows[3])]);
    expect(refused).toEqual([
      { row: nameOf(rows[4]), reason: "outside the memory store" },
      { row: nameOf(rows[5]), reason: "odd (version 1 stands)" },
    ]);
  });

  it.each([
    { second: { ExistingVersion: VERSION }, fate: { stale: 0, conflicting: [LONG_NAME] } },
    {
      second: {},
      fate: { stale: 0, conflicting: [], refused: [{ row: LONG_NAME, reason: "why" }] },
    },
    { second: { ExistingVersion: VERSION + 2 }, fate: { stale: 1, conflicting: [] } },
  ])(
    "counts a row of several records once, as the worst of them: $fate",
    async ({ second, fate }) => {
      const records = [
        { RecordIndex: 0, Reason: "why", ExistingVersion: VERSION + 1 },
        { RecordIndex: 1, Reason: "why", ...second },
      ];
      const value = JSON.stringify(Array.from({ length: 400 }, (_, i) => Math.sin(i)));
      for (const rejected of [records, [...records].reverse()]) {
        reject(...rejected);
        expect(await store.upsertRollups([rollup({ value })])).toEqual({ written: 0, ...fate });
      }
    },
  );

  it.each([
    { rejected: [], when: "names no record" },
    { rejected: [{ RecordIndex: 9, Reason: "?" }], when: "names a record that was not sent" },
    { rejected: [{ Reason: "?" }], when: "names a record without its index" },
  ])("fails where a rejection $when: no row counts as written", async ({ rejected }) => {
    reject(...rejected);
    await expect(store.upsertRollups(minutes(2))).rejects.toThrow();
  });

  it("fails when one request of several fails, after the others were sent", async () => {
    write
      .on(WriteRecordsCommand)
      .rejectsOnce(Object.assign(new Error("slow down"), { name: "ThrottlingException" }))
      .resolves({});
    const failing = store.upsertRollups(minutes(250));
    await expect(failing).rejects.toMatchObject({ kind: "throttled", isTransient: true });
    expect(sent()).toHaveLength(3);
  });

  const CLOSED =
    "Only existing Timestream for LiveAnalytics customers can access the service. Reach out to AWS support, for more information.";
  it.each([
    { name: "AccessDeniedException", message: CLOSED, kind: "closed", says: "-c store=dynamodb" },
    {
      name: "AccessDeniedException",
      message: "User: x is not authorized to perform: timestream:Select",
      kind: "denied",
      says: "timestream:WriteRecords",
    },
    {
      name: "ResourceNotFoundException",
      message: "The table trade does not exist",
      kind: "absent",
      says: "deploy",
    },
    {
      name: "ThrottlingException",
      message: "Rate exceeded",
      kind: "throttled",
      says: "fewer requests",
    },
    { name: "InternalServerException", message: "oops", kind: "unreachable", says: "no answer" },
    {
      name: "ValidationException",
      message: "line 1:1",
      kind: "invalid",
      says: "mistake of this program",
    },
    { name: "ExpiredTokenException", message: "expired", kind: "denied", says: "credentials" },
    {
      name: "TimeoutError",
      message: "no answer in 10 s",
      kind: "unreachable",
      says: "tried again",
    },
  ])(
    "explains $name ($kind) in writes, reads and the check at the start",
    async ({ name, message, kind, says }) => {
      const error = Object.assign(new Error(message), { name });
      write.on(WriteRecordsCommand).rejects(error);
      query.on(QueryCommand).rejects(error);
      const range = { account: "a", instrument: "b", from: 0, to: 9, limit: 1 };
      const calls = [
        store.upsertTrades([trade()]),
        store.readTrades(range),
        requireTimestream(clients),
      ];
      for (const call of calls) {
        await expect(call).rejects.toThrow(TimestreamError);
        await expect(call).rejects.toMatchObject({
          kind,
          cause: error,
          message: expect.stringContaining(says),
        });
        await expect(call).rejects.toThrow(message);
      }
    },
  );

  it("explains a connection that broke, and leaves other errors as they are", async () => {
    query.on(QueryCommand).rejects(Object.assign(new Error("reset"), { code: "ECONNRESET" }));
    await expect(requireTimestream(clients)).rejects.toMatchObject({ kind: "unreachable" });
    const own = new TypeError("a mistake of ours");
    query.on(QueryCommand).rejects(own);
    await expect(requireTimestream(clients)).rejects.toBe(own);
  });

  it("asks the service once before anything depends on it", async () => {
    await requireTimestream(clients);
    expect(query).toHaveReceivedCommandExactlyOnceWith(QueryCommand, { QueryString: "SELECT 1" });
  });

  it("follows pages by their token, empty ones too", async () => {
    const columns = [
      "account",
      "instrument",
      "part",
      "piece",
      "version",
      "pieces",
      "value",
      "time_ns",
    ];
    const ColumnInfo = columns.map((Name) => ({ Name, Type: {} }));
    const row = (at: number) => ({
      Data: ["main", "BTC-PERP", "core", "0", "5", "0", `${at}`, `${T0 + at * MINUTE_US}000`].map(
        (ScalarValue) => ({ ScalarValue }),
      ),
    });
    query
      .on(QueryCommand)
      .resolvesOnce({ ColumnInfo, Rows: [], NextToken: "first" })
      .resolvesOnce({ ColumnInfo, Rows: [row(0)], NextToken: "second" })
      .resolvesOnce({ ColumnInfo, Rows: [row(1)] });
    const range = {
      account: "main",
      instrument: "BTC-PERP",
      resolution: "1m",
      from: T0,
      to: T0 + DAY_US,
    } as const;
    const rows = await store.readRollups(range);
    expect(rows.map(({ value }) => value)).toEqual(["0", "1"]);
    const inputs = query.commandCalls(QueryCommand).map((call) => call.args[0].input);
    expect(inputs.map(({ NextToken }) => NextToken)).toEqual([undefined, "first", "second"]);
    expect(new Set(inputs.map(({ QueryString }) => QueryString)).size).toBe(1);
  });

  it("asks for many ranges, and many last rows, in one statement a table", async () => {
    const of = (i: number) => ({
      account: "main",
      instrument: `COIN${i}`,
      resolution: "1m" as const,
      part: "core",
    });
    const ranges = Array.from({ length: 200 }, (_, i) => ({ ...of(i), from: T0, to: T0 + DAY_US }));
    await store.readRollupRanges(ranges);
    expect(query).toHaveReceivedCommandTimes(QueryCommand, 1);
    await store.lastRollupsBefore(
      Array.from({ length: 50 }, (_, i) => ({ of: of(i), before: T0 })),
    );
    expect(query).toHaveReceivedCommandTimes(QueryCommand, 2);
    const lengths = query
      .commandCalls(QueryCommand)
      .map((call) => call.args[0].input.QueryString?.length ?? 0);
    expect(Math.max(...lengths)).toBeLessThan(256 * 1024);
  });

  it.each(["", "a", "no blanks please", 'x"y', "x".repeat(257)])(
    "does not open on a database named %j",
    (database) => {
      expect(() => timestreamMetricStore({ clients, database })).toThrow(RangeError);
    },
  );
});

describe("a store on the model", () => {
  const open = (
    options: { reads?: "eventual"; now?: number; beforeRead?: () => Promise<void> } = {},
  ) => {
    const model = timestreamModel({
      database: "brawler",
      tables: TIMESTREAM_TABLES,
      now: () => options.now ?? T0 + MINUTE_US,
      reads: options.reads ?? "at-once",
    });
    const waits: number[] = [];
    const wait = async (milliseconds: number) => {
      waits.push(milliseconds);
      await options.beforeRead?.();
    };
    const clients = modelledClients(model);
    const store = timestreamMetricStore({
      clients,
      database: "brawler",
      wait,
    });
    const statements = () =>
      (
        clients.query.send as unknown as {
          getCalls(): { args: { input: { QueryString: string } }[] }[];
        }
      )
        .getCalls()
        .map((call) => call.args[0]?.input.QueryString);
    return { model, store, waits, statements };
  };
  const range = {
    account: "main",
    instrument: "BTC-PERP",
    resolution: "1m",
    from: 0,
    to: T0 + DAY_US,
  } as const;
  /** Text that does not shrink much: a row of several records. */
  const long = (seed: number) =>
    JSON.stringify(Array.from({ length: 400 }, (_, i) => Math.sin(seed + i)));

  it("keeps a text that fits as it is, for anyone's SQL, and packs one that does not", async () => {
    const { model, store } = open();
    await store.upsertRollups([rollup({ value: `"${"x".repeat(1_700)}"` })]);
    expect(model.count("rollup_1m")).toBe(1);
    const value = model.query({
      QueryString: 'SELECT "value" FROM "brawler"."rollup_1m" WHERE "piece" = \'0\'',
    });
    expect(value.Rows?.[0]?.Data?.[0]?.ScalarValue).toBe(`"${"x".repeat(1_700)}"`);
    await store.upsertRollups([rollup({ part: "long", value: long(1) })]);
    expect(model.count("rollup_1m")).toBeGreaterThan(3);
  });

  it("reads again while a row of several records is half-way, and gives it whole", async () => {
    let finish = async (): Promise<void> => {};
    const { model, store, waits } = open({ reads: "eventual", beforeRead: () => finish() });
    await store.upsertRollups([rollup({ value: long(1) })]);
    model.settle();
    const next = rollup({ version: VERSION + 1, value: long(2) });
    tearNext(model);
    await expect(store.upsertRollups([next])).rejects.toMatchObject({ kind: "throttled" });
    model.settle();
    finish = async () => {
      await store.upsertRollups([next]);
      model.settle();
    };
    expect(await store.readRollups(range)).toEqual([next]);
    expect(waits).toHaveLength(1);
  });

  it("says so, after some patience, where a row stays torn: it is neither old nor new", async () => {
    const { model, store, waits } = open();
    await store.upsertRollups([rollup({ value: long(1) }), rollup({ bucket: T0 - MINUTE_US })]);
    await store.upsertTrades([trade({ value: long(1) })]);
    tearNext(model);
    await expect(
      store.upsertRollups([rollup({ version: VERSION + 1, value: long(2) })]),
    ).rejects.toThrow();
    const torn = { kind: "torn", isTransient: true };
    await expect(store.readRollups(range)).rejects.toMatchObject(torn);
    expect(waits.length).toBeGreaterThan(2);
    await expect(store.lastRollupBefore({ ...range, part: "core" }, T0 + 1)).rejects.toMatchObject(
      torn,
    );
    tearNext(model);
    await expect(
      store.upsertTrades([trade({ version: VERSION + 1, value: long(2) })]),
    ).rejects.toThrow();
    await expect(store.readTrades({ from: 0, to: T0 + 1, limit: 1 })).rejects.toMatchObject(torn);
    await expect(store.findTrade("main", "BTC-PERP", "T7")).rejects.toMatchObject(torn);
  });

  it("reads a row that has become shorter, and one that has become longer again", async () => {
    const { store } = open();
    for (const [at, value] of [long(1), "1", long(2), `"${"y".repeat(1_000)}"`].entries()) {
      const row = rollup({ version: VERSION + at, value });
      const ours = trade({ version: VERSION + at, value });
      expect((await store.upsertBatch({ rollups: [row], trades: [ours] })).rollups.written).toBe(1);
      expect(await store.readRollups(range)).toEqual([row]);
      expect(await store.lastRollupBefore({ ...range, part: "core" }, T0 + 1)).toEqual(row);
      expect((await store.readTrades({ from: 0, to: T0 + 1, limit: 5 })).rows).toEqual([ours]);
      expect(await store.findTrade("main", "BTC-PERP", "T7")).toEqual(ours);
    }
  });

  it("keeps what stands where another value of the same version comes with more or fewer records", async () => {
    for (const values of [
      [long(1), long(2)],
      ["1", long(2)],
      [long(1), "2"],
    ]) {
      const { store } = open();
      const [first = "", second = ""] = values;
      await store.upsertRollups([rollup({ value: first })]);
      const outcome = await store.upsertRollups([rollup({ value: second })]);
      expect(outcome).toMatchObject({ written: 0, conflicting: [expect.stringContaining("core")] });
      expect(await store.readRollups(range)).toEqual([rollup({ value: first })]);
    }
  });

  it.each([
    { age: 2 * HOUR_US, told: true, when: "in the memory store" },
    { age: 30 * HOUR_US, told: false, when: "behind it" },
  ])(
    "takes a late row $when, a newer version too; that an older one is stale is told: $told",
    async ({ age, told }) => {
      const { model, store } = open({ now: T0 + age });
      expect(
        (await store.upsertRollups([rollup({ version: VERSION - 1, value: "0" })])).written,
      ).toBe(1);
      expect((await store.upsertRollups([rollup()])).written).toBe(1);
      const late = await store.upsertRollups([rollup({ version: VERSION - 2, value: "9" })]);
      expect(late).toMatchObject({ stale: told ? 1 : 0, conflicting: [] });
      expect(model.magneticRejections).toHaveLength(told ? 0 : 1);
      expect(await store.readRollups(range)).toEqual([rollup()]);
    },
  );

  it("names the rows that are too old for their table or too far ahead, and writes the others", async () => {
    const { store } = open({ now: T0 });
    const rows = [
      rollup({ bucket: T0 - 36 * DAY_US }),
      rollup({ bucket: T0 - 34 * DAY_US }),
      rollup({ bucket: T0 + 15 * MINUTE_US }),
      rollup({ bucket: T0 + 16 * MINUTE_US }),
    ];
    const { written, refused } = await store.upsertRollups(rows);
    expect(written).toBe(2);
    expect(refused?.map(({ reason }) => reason)).toEqual([
      expect.stringContaining("magnetic store"),
      expect.stringContaining("15 minutes"),
    ]);
  });

  it.each([
    { order: "asc", bound: ">=" },
    { order: "desc", bound: "<=" },
  ] as const)(
    "lets the service skip what earlier pages have shown ($order)",
    async ({ order, bound }) => {
      const { store, statements } = open();
      await store.upsertTrades(
        [1, 2, 3].map((at) => trade({ sequence: at, tradeId: `T${at}`, time: T0 + at })),
      );
      const range = { from: T0, to: T0 + 9, limit: 2, order };
      const { cursor } = await store.readTrades(range);
      await store.readTrades({ ...range, ...(cursor && { cursor }) });
      expect(statements().at(-1)).toContain(
        `AND "time" ${bound} from_nanoseconds(${T0 + 2}000) AND (`,
      );
    },
  );

  it("keeps hashed names and their rows whole through every way of reading", async () => {
    const { store } = open();
    const name = "n".repeat(3_000);
    const row = rollup({ account: name, instrument: name, part: name });
    const ours = trade({ account: name, instrument: name, tradeId: name });
    await store.upsertBatch({ rollups: [row], trades: [ours] });
    const of = { account: name, instrument: name, resolution: "1m", part: name } as const;
    expect(await store.lastRollupsBefore([{ of, before: T0 + 1 }])).toEqual([row]);
    const first = await store.readTrades({ from: 0, to: T0 + 1, limit: 1 });
    expect(first).toEqual({ rows: [ours], cursor: undefined });
  });

  /** The next request stores its first record only, and fails. */
  function tearNext(model: ReturnType<typeof timestreamModel>): void {
    const whole = model.write.bind(model);
    model.write = (input) => {
      model.write = whole;
      whole({ ...input, Records: input.Records?.slice(0, 1) });
      throw Object.assign(new Error("cut off"), { name: "ThrottlingException" });
    };
  }
});
