/** Folds a batch of one shard: archive, commit, flush. Answers with the first record to deliver again. */
import type { Context, KinesisStreamBatchResponse } from "aws-lambda";
import { kinesisBatch } from "../lib/adapters/kinesis/kinesis-event.ts";
import { processBatch } from "../lib/app/process-batch.ts";
import { observed } from "./observed.ts";
import { pipeline, report } from "./pipeline.ts";

const ports = pipeline();
/** Before the function's limit: what is not committed by then is delivered again. */
const STOP_BEFORE_MS = 1_500;

export const handler = observed(
  async (event: unknown, context: Context): Promise<KinesisStreamBatchResponse> => {
    const stop = new AbortController();
    const answer = await processBatch(ports, kinesisBatch(event), timeIsUp(context, stop.signal));
    stop.abort();
    report(answer);
    const { resumeAt } = answer;
    return { batchItemFailures: resumeAt === undefined ? [] : [{ itemIdentifier: resumeAt }] };
  },
);

function timeIsUp(context: Context, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const left = Math.max(0, context.getRemainingTimeInMillis() - STOP_BEFORE_MS);
    const timer = setTimeout(resolve, left);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
