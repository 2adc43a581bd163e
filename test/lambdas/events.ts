/** Events of the stream as Lambda hands them over. */
import type { KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";

const codec = zlibFrameCodec();
const SHARD = "shardId-000000000000";
const FROM = 1_767_225_600_000_000;

/** A reference of one instrument; its time follows its sequence. */
export function line(instrument: string, sequence: number): string {
  const time = FROM + sequence * 1_000;
  const event = { type: "reference", instrument, time, sequence, bid: "99.9", ask: "100.1" };
  return JSON.stringify(event);
}

/** Our trade, called after its sequence. */
export function trade(instrument: string, sequence: number): string {
  const fields = { side: "buy", price: "99.9", quantity: "1", liquidity: "maker", fee: "0" };
  const time = FROM + sequence * 1_000;
  const tradeId = `T${sequence}`;
  return JSON.stringify({ type: "trade", instrument, time, sequence, tradeId, ...fields });
}

/** Of the trade of another sequence. */
export function bust(instrument: string, sequence: number, ofSequence: number): string {
  const time = FROM + sequence * 1_000;
  const tradeId = `T${ofSequence}`;
  return JSON.stringify({ type: "bust", instrument, time, sequence, tradeId });
}

/** Base64 of a frame of these lines. */
export function frame(...lines: readonly string[]): string {
  const encoded = codec.encode(Buffer.from(lines.join("\n")));
  if (encoded.outcome === "refused") throw new Error(encoded.detail);
  return Buffer.from(encoded.data).toString("base64");
}

/** Records of one shard in order; their sequence numbers count from 1. */
export function streamEvent(...data: readonly string[]): KinesisStreamEvent {
  const Records = data.map((one, index): KinesisStreamRecord => {
    const sequenceNumber = String(index + 1);
    return {
      awsRegion: "eu-west-1",
      eventID: `${SHARD}:${sequenceNumber}`,
      eventName: "aws:kinesis:record",
      eventSource: "aws:kinesis",
      eventSourceARN: "arn:aws:kinesis:eu-west-1:123456789012:stream/events",
      eventVersion: "1.0",
      invokeIdentityArn: "arn:aws:iam::123456789012:role/processor",
      kinesis: {
        approximateArrivalTimestamp: FROM / 1_000_000 + index,
        data: one,
        kinesisSchemaVersion: "1.0",
        partitionKey: "key",
        sequenceNumber,
      },
    };
  });
  return { Records };
}
