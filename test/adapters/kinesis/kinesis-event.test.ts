/** An event as Lambda hands it over; its fields are those of the scenarios recorded on AWS. */
import { describe, expect, it } from "vitest";
import { kinesisBatch } from "../../../lib/adapters/kinesis/kinesis-event.ts";

const record = (sequence: string, data: string) => ({
  awsRegion: "us-east-1",
  eventID: `shardId-000000000003:${sequence}`,
  eventName: "aws:kinesis:record",
  eventSource: "aws:kinesis",
  eventSourceARN: "arn:aws:kinesis:us-east-1:111111111111:stream/events",
  eventVersion: "1.0",
  invokeIdentityArn: "arn:aws:iam::111111111111:role/processor",
  kinesis: {
    approximateArrivalTimestamp: 1_764_088_062.5,
    data,
    kinesisSchemaVersion: "1.0",
    partitionKey: "BTC-PERP",
    sequenceNumber: sequence,
  },
});

describe("kinesisBatch", () => {
  it("takes shard, numbers, keys and data of an event, in its order", () => {
    const batch = kinesisBatch({ Records: [record("49", "aGVsbG8="), record("50", "e30=")] });
    const arrivedAt = 1_764_088_062_500_000;
    expect(batch).toEqual({
      shard: "shardId-000000000003",
      records: [
        { sequenceNumber: "49", partitionKey: "BTC-PERP", data: "aGVsbG8=", arrivedAt },
        { sequenceNumber: "50", partitionKey: "BTC-PERP", data: "e30=", arrivedAt },
      ],
    });
  });

  it.each([
    undefined,
    null,
    "",
    {},
    { Records: [] },
    { Records: "x" },
    { Records: [{}] },
    { Records: [{ eventID: 1, kinesis: {} }] },
    { Records: [{ ...record("1", ""), kinesis: { data: 1 } }] },
  ])("refuses what is no event of Kinesis: %j", (event) => {
    expect(() => kinesisBatch(event)).toThrow(TypeError);
  });
});
