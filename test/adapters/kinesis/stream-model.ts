/** What the service promises of PutRecords: all, some or none of the records, in any order, told or not. */
import {
  KinesisClient,
  type KinesisClientResolvedConfig,
  PutRecordsCommand,
  type PutRecordsCommandInput,
  type PutRecordsCommandOutput,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-kinesis";
import { type AwsStub, mockClient } from "aws-sdk-client-mock";

export interface StoredRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

export interface StreamFaults {
  /** Whether a record is throttled. */
  readonly throttles?: () => boolean;
  /** Whether a request has no answer: then some of its records may have been taken all the same. */
  readonly loses?: () => "no" | "before" | "after";
}

export interface StreamModel {
  readonly client: KinesisClient;
  /** As a reader sees them. */
  readonly records: readonly StoredRecord[];
  /** Every request, as it came. */
  readonly requests: readonly PutRecordsCommandInput[];
  /** Instruments of which two frames were under way at once, ever. */
  readonly overtaken: readonly string[];
}

const RECORDS_MAX = 500;
const RECORD_BYTES_MAX = 1024 * 1024;
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;

export function streamModel(faults: StreamFaults = {}): StreamModel {
  const client = new KinesisClient({ region: "eu-west-1" });
  return { client, ...modelStream(mockClient(client), faults) };
}

type KinesisMock = AwsStub<ServiceInputTypes, ServiceOutputTypes, KinesisClientResolvedConfig>;

/** Makes a mock answer as a stream does. */
export function modelStream(
  mock: KinesisMock,
  faults: StreamFaults = {},
): Omit<StreamModel, "client"> {
  const records: StoredRecord[] = [];
  const requests: PutRecordsCommandInput[] = [];
  const overtaken: string[] = [];
  const underWay = new Set<string>();
  mock.on(PutRecordsCommand).callsFake(async (input: PutRecordsCommandInput) => {
    requests.push(input);
    requireSound(input);
    const keys = (input.Records ?? []).map(({ PartitionKey }) => PartitionKey ?? "");
    overtaken.push(...keys.filter((key) => underWay.has(key)));
    for (const key of keys) underWay.add(key);
    try {
      await Promise.resolve();
      return answer(input, records, faults);
    } finally {
      for (const key of keys) underWay.delete(key);
    }
  });
  return { records, requests, overtaken };
}

function answer(
  input: PutRecordsCommandInput,
  records: StoredRecord[],
  { throttles = () => false, loses = () => "no" }: StreamFaults,
): Partial<PutRecordsCommandOutput> {
  const lost = loses();
  const noAnswer = Object.assign(new Error("no answer in time"), { name: "TimeoutError" });
  if (lost === "before") throw noAnswer;
  const taken: StoredRecord[] = [];
  const Records = (input.Records ?? []).map(({ PartitionKey = "", Data = new Uint8Array() }) => {
    if (throttles()) {
      return { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "slow down" };
    }
    taken.push({ partitionKey: PartitionKey, data: Data });
    return {
      SequenceNumber: String(records.length + taken.length),
      ShardId: "shardId-000000000000",
    };
  });
  // The order of a request's records is nobody's promise.
  records.push(...taken.reverse());
  if (lost === "after") throw noAnswer;
  return { Records, FailedRecordCount: Records.length - taken.length };
}

function requireSound({ Records = [], StreamName }: PutRecordsCommandInput): void {
  const bytes = Records.map(
    ({ Data, PartitionKey }) => (Data?.length ?? 0) + Buffer.byteLength(PartitionKey ?? ""),
  );
  const isSound =
    StreamName !== undefined &&
    Records.length >= 1 &&
    Records.length <= RECORDS_MAX &&
    bytes.every((one) => one <= RECORD_BYTES_MAX) &&
    bytes.reduce((sum, one) => sum + one, 0) <= REQUEST_BYTES_MAX &&
    Records.every(
      ({ PartitionKey = "" }) => PartitionKey.length >= 1 && PartitionKey.length <= 256,
    );
  if (!isSound) throw Object.assign(new Error("limits"), { name: "ValidationException" });
}
