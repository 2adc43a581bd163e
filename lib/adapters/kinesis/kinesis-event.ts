/** Records as Lambda hands them over, in an invocation and in what is left of one that was given up. */
import type { EpochUs } from "../../core/units.ts";
import type { RecordBatch } from "../../ports/record-batch.ts";

/** The part of Lambda's event that says where a record stands and what it holds; `data` is base64. */
export interface KinesisEventRecord {
  /** `shardId-000000000000:<sequence number>` */
  readonly eventID: string;
  readonly kinesis: {
    readonly partitionKey: string;
    readonly sequenceNumber: string;
    readonly data: string;
    /** Seconds. */
    readonly approximateArrivalTimestamp?: number;
  };
}

/**
 * One batch of one shard; the data stays base64.
 *
 * @throws {TypeError} for what is no such event
 */
export function kinesisBatch(event: unknown): RecordBatch<string> {
  const { Records } = (event ?? {}) as { readonly Records?: unknown };
  if (!Array.isArray(Records) || Records.length === 0 || !Records.every(isRecord)) {
    throw new TypeError(
      "expected an event of Kinesis as Lambda hands it over, { Records: [{ eventID, kinesis }] }, was something else",
    );
  }
  const [first] = Records as readonly KinesisEventRecord[];
  const records = (Records as readonly KinesisEventRecord[]).map(({ kinesis }) => {
    const { sequenceNumber, partitionKey, data, approximateArrivalTimestamp: seconds } = kinesis;
    const arrivedAt = typeof seconds === "number" ? timeOf(seconds) : {};
    return { sequenceNumber, partitionKey, data, ...arrivedAt };
  });
  return { shard: first?.eventID.split(":")[0] ?? "", records };
}

/** Lambda gives seconds with a fraction, of which milliseconds are meant. */
function timeOf(seconds: number): { readonly arrivedAt: EpochUs } {
  return { arrivedAt: (Math.round(seconds * 1_000) * 1_000) as EpochUs };
}

function isRecord(value: unknown): value is KinesisEventRecord {
  const { eventID, kinesis } = (value ?? {}) as Partial<KinesisEventRecord>;
  return (
    typeof eventID === "string" &&
    typeof kinesis?.partitionKey === "string" &&
    typeof kinesis.sequenceNumber === "string" &&
    typeof kinesis.data === "string"
  );
}
