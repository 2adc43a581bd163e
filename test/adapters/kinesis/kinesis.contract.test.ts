import { zlibFrameCodec } from "../../../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisEventSink } from "../../../lib/adapters/kinesis/event-sink.ts";
import { MAX_LINE_LENGTH } from "../../../lib/core/events/refusal.ts";
import { eventSinkContract, type OpenedSink } from "../../contract/event-sink.contract.ts";
import { linesOfRecords } from "./lines-of-records.ts";
import { type StreamFaults, streamModel } from "./stream-model.ts";

const codec = zlibFrameCodec();

const opening = (faults: () => StreamFaults) => async (): Promise<OpenedSink> => {
  const model = streamModel(faults());
  const sink = kinesisEventSink({
    client: model.client,
    stream: "events",
    encode: codec.encode,
    lingerMs: 1,
    random: () => 0,
  });
  return {
    sink,
    arrived: async () => linesOfRecords(model.records),
    close: () => sink.close(),
  };
};

/** Every third record is throttled. */
function throttling(): StreamFaults {
  let count = 0;
  return { throttles: () => ++count % 3 === 0 };
}

eventSinkContract(
  "A stream of Kinesis",
  opening(() => ({})),
  { lineBytesMax: MAX_LINE_LENGTH },
);
eventSinkContract("A throttled stream of Kinesis", opening(throttling), {
  lineBytesMax: MAX_LINE_LENGTH,
});
