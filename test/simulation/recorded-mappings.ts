/** What was recorded of a real event source mapping, and the same scenarios played with the model. */
import { readFileSync } from "node:fs";
import { sharedPath } from "../shared-data.ts";
import { type GivenUp, type MappingSettings, startMapping } from "./event-source.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createShards, type Shards, type StoredRecord } from "./shards.ts";

const FILE = ["data", "esm_recorded", "kinesis_event_source_mapping.json"];

type Json = { readonly [field: string]: unknown };

/** By the name of the test that recorded it. */
export function readRecorded(): ReadonlyMap<string, Json> {
  const file = JSON.parse(readFileSync(sharedPath(...FILE), "utf8")) as Record<string, Json>;
  const named = Object.entries(file).map(([path, entry]) => {
    return [path.slice(path.lastIndexOf("::") + 2), entry["recorded-content"] as Json] as const;
  });
  return new Map(named);
}

/** Why the model has nothing to say about a recording. */
export const OUT_OF_SCOPE: ReadonlyMap<string, string> = new Map([
  [
    "test_kinesis_event_filtering_json_pattern",
    "our mapping filters nothing: a filter loses records",
  ],
  ["test_duplicate_event_source_mappings", "the answer of the API that makes a mapping"],
  ["test_esm_with_not_existing_kinesis_stream", "the answer of the API that makes a mapping"],
]);

/** One scenario: what was put into the stream, and how the function answered. */
export interface Scenario {
  readonly name: string;
  readonly play: (run: ScenarioRun) => void;
  readonly answer?: (records: readonly StoredRecord[]) => unknown;
}

export interface ScenarioRun {
  readonly scheduler: Scheduler;
  /** Puts at once, one shard. */
  readonly put: (...records: readonly (readonly [key: string, data: string])[]) => void;
  /** Makes the mapping, with the settings that were recorded. */
  readonly start: () => { disable: () => void };
}

const ids = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `{"record_id": ${from + index}}`);
const of = (key: string, data: readonly string[]) => data.map((text) => [key, text] as const);
const fails = () => {
  throw new Error("as recorded");
};
const ITEM = '{"input": "hello", "value": "world", "raise_error": 1}';

/** One record, of which the function makes the answer. */
function answered(name: string, answer: () => unknown): Scenario {
  return { name, play: (run) => startWith(run, ["test", "hello"]), answer };
}

function startWith({ put, start }: ScenarioRun, ...records: readonly [string, string][]): void {
  put(...records);
  start();
}

const success = (id: string, answer: unknown) =>
  answered(`test_kinesis_report_batch_item_success_scenarios[${id}_success]`, () => answer);
const failure = (id: string, failures: unknown) =>
  answered(`test_kinesis_report_batch_item_failure_scenarios[${id}_failure]`, () => failures);
const items = (...batchItemFailures: readonly unknown[]) => ({ batchItemFailures });
const AGE_US = 61_000_000;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "test_create_kinesis_event_source_mapping",
    play: ({ put, start }) => {
      start();
      put(...Array.from({ length: 10 }, (_, index) => [`test_${index}`, "hello"] as const));
    },
  },
  {
    name: "test_kinesis_event_source_mapping_with_async_invocation",
    play: ({ put, start }) => {
      start();
      put(...of("test_0", ids(10)), ...of("test_1", ids(10)));
    },
  },
  {
    name: "test_kinesis_event_source_trim_horizon",
    play: ({ put, start }) => {
      put(...of("test_0", ids(10)), ...of("test_1", ids(10)));
      start();
      put(...of("test_3", ids(10)));
    },
  },
  {
    name: "test_disable_kinesis_event_source_mapping",
    play: ({ scheduler, put, start }) => {
      const { disable } = start();
      put(...of("test", ids(10)));
      scheduler.after(30_000_000, () => {
        disable();
        put(...of("test", ids(10)));
      });
    },
  },
  {
    name: "test_kinesis_event_source_mapping_with_on_failure_destination_config",
    play: (run) => startWith(run, ["custom", ITEM]),
    answer: fails,
  },
  {
    name: "test_create_kinesis_event_source_mapping_multiple_lambdas_single_kinesis_event_stream",
    play: (run) => startWith(run, ["test_1", "hello"]),
  },
  {
    name: "test_kinesis_event_source_mapping_with_sns_on_failure_destination_config",
    play: (run) => startWith(run, ["custom", ITEM]),
    answer: fails,
  },
  {
    name: "test_kinesis_report_batch_item_failures",
    play: (run) => {
      const put = (at: number) => [`test_${at}`, `{"should_fail": ${at === 5}}`] as const;
      startWith(run, ...[0, 1, 2, 3, 4, 5].map((at) => [...put(at)] as [string, string]));
    },
    answer: (records) => {
      const failed = records.filter(({ data }) => textOf(data).includes("true"));
      return items(...failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })));
    },
  },
  success("empty_list", []),
  success("null", null),
  success("empty_dict", {}),
  success("empty_batch_item_failure", items()),
  success("null_batch_item_failure", { batchItemFailures: null }),
  success("empty_string", ""),
  failure("empty_string_item_identifier", items({ itemIdentifier: "" })),
  failure("null_item_identifier", items({ itemIdentifier: null })),
  failure("invalid_key_foo", items({ foo: 123 })),
  failure("invalid_key_foo_null_value", items({ foo: null })),
  failure("item_identifier_not_present", items({ itemIdentifier: "not-present" })),
  answered(
    "test_kinesis_report_batch_item_failure_scenarios[unhandled_exception_in_function]",
    fails,
  ),
  { name: "test_kinesis_empty_provided", play: (run) => startWith(run, ["test", ""]) },
  {
    name: "test_kinesis_event_source_mapping_with_s3_on_failure_destination",
    play: (run) => startWith(run, ["custom", ITEM]),
    answer: fails,
  },
  {
    name: "test_kinesis_maximum_record_age_exceeded[expire-while-retrying]",
    play: (run) => startWith(run, ["test", "stream-data"]),
    answer: fails,
  },
  {
    name: "test_kinesis_maximum_record_age_exceeded[expire-before-ingestion]",
    play: ({ scheduler, put, start }) => {
      put(["test", "stream-data"]);
      scheduler.after(AGE_US, start);
    },
  },
  {
    name: "test_kinesis_maximum_record_age_exceeded_discard_records",
    play: ({ scheduler, put, start }) => {
      put(["test", "stream-data"]);
      scheduler.after(AGE_US, () => {
        put(
          ...of(
            "test",
            ["1", "2", "3", "4", "5"].map((at) => `stream-data-${at}`),
          ),
        );
        start();
      });
    },
  },
];

/** Each record once or more, as `key data`, by invocation; and what was given up. */
export interface Observed {
  readonly invocations: readonly (readonly string[])[];
  readonly givenUp: readonly string[];
  readonly lastResult: string;
}

/** Plays a scenario for ten minutes of virtual time. */
export async function observe(scenario: Scenario, recorded: Json): Promise<Observed> {
  const scheduler = createScheduler(0);
  const shards = createShards(scheduler, 1);
  const invocations: string[][] = [];
  const givenUp: string[] = [];
  let lastResult = "";
  const start = () => {
    const mapping = startMapping({
      scheduler,
      shards,
      settings: settingsOf(recorded),
      invoke: async ({ records }) => {
        invocations.push(records.map((record) => told(shards, record)));
        return scenario.answer?.(records);
      },
      onGivenUp: (given) => givenUp.push(toldGivenUp(shards, given)),
    });
    scheduler.after(600_000_000, () => {
      lastResult = mapping.lastResult;
    });
    return {
      disable: () => {
        mapping.isEnabled = false;
      },
    };
  };
  const put = (...records: readonly (readonly [string, string])[]) => {
    for (const [key, data] of records) shards.put(key, Buffer.from(data));
  };
  scenario.play({ scheduler, put, start });
  await scheduler.run(() => lastResult !== "", { untilUs: 900_000_000 });
  return { invocations, givenUp, lastResult };
}

function settingsOf(recorded: Json): MappingSettings {
  const found = Object.entries(recorded).find(([name]) => name.startsWith("create_event_source"));
  const made = found?.[1] as Json;
  const age = Number(made["MaximumRecordAgeInSeconds"]);
  return {
    batchSize: Number(made["BatchSize"]),
    windowUs: Number(made["MaximumBatchingWindowInSeconds"]) * 1_000_000,
    parallelization: Number(made["ParallelizationFactor"]),
    bisects: made["BisectBatchOnFunctionError"] === true,
    retries: Number(made["MaximumRetryAttempts"]),
    ageUs: age < 0 ? -1 : age * 1_000_000,
    reportsItemFailures: (made["FunctionResponseTypes"] as string[]).includes(
      "ReportBatchItemFailures",
    ),
    startsAt: made["StartingPosition"] as MappingSettings["startsAt"],
  };
}

function told({ all }: Shards, record: StoredRecord): string {
  const shard = all.find(({ records }) => records.includes(record));
  return `${shard?.id} ${record.partitionKey} ${textOf(record.data)}`;
}

function toldGivenUp(shards: Shards, given: GivenUp): string {
  const { condition, invocations, functionError, records } = given;
  const ends = `${records.length} from ${records[0] === records.at(-1) ? "one" : "several"}`;
  const payload = records.map((record) => told(shards, record)).join(", ");
  return `${condition} ${invocations} ${functionError} ${ends} (${payload})`;
}

const textOf = (data: Uint8Array): string => Buffer.from(data).toString();

/** The same of a recording; undefined what it does not hold. */
export function observed(recorded: Json): Partial<Record<keyof Observed, unknown>> {
  const found: Partial<Record<keyof Observed, unknown>> = {};
  for (const [name, value] of Object.entries(recorded)) {
    if (/^(kinesis_records|kinesis_events|invocation_events|Records)/.test(name)) {
      found.invocations = recordedInvocations(value);
    } else if (/payload|sns_message|record_body/.test(name)) {
      found.givenUp = [recordedGivenUp(value as Json)];
    } else if (name === "get_esm_result") {
      found.lastResult = (value as Json)["LastProcessingResult"];
    }
  }
  return found;
}

function recordedInvocations(value: unknown): string[][] | string[] {
  const recordsOf = (event: Json) =>
    ((event["event"] as Json | undefined)?.["Records"] ?? event["Records"]) as Json[];
  if (!Array.isArray(value)) return recordsOf(value as Json).map(toldRecord);
  if (value.length > 0 && "kinesis" in value[0]) return (value as Json[]).map(toldRecord);
  return (value as Json[]).map((event) => recordsOf(event).map(toldRecord));
}

function toldRecord(record: Json): string {
  const kinesis = record["kinesis"] as Record<string, string>;
  const shard = String(record["eventID"]).split(":")[0]?.replace("<kinesis-shard-id>", FIRST_SHARD);
  const data = Buffer.from(kinesis["data"] ?? "", "base64").toString();
  return `${shard} ${kinesis["partitionKey"]} ${data}`;
}

const FIRST_SHARD = "shardId-000000000000";

function recordedGivenUp(value: Json): string {
  const [message] = (value["Messages"] ?? [value]) as Json[];
  const body = (message?.["Body"] ?? message?.["Message"] ?? message) as Record<string, Json>;
  const request = body["requestContext"] ?? {};
  const batch = body["KinesisBatchInfo"] ?? {};
  const { condition, approximateInvokeCount: count } = request;
  const error = body["responseContext"]?.["functionError"];
  const isOne = batch["startSequenceNumber"] === batch["endSequenceNumber"];
  const ends = `${batch["batchSize"]} from ${isOne ? "one" : "several"}`;
  const records = ((body["payload"]?.["Records"] ?? []) as Json[]).map(toldRecord).join(", ");
  return `${condition} ${count} ${error} ${ends} (${records})`;
}
