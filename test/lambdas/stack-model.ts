/** What surrounds a function: the stack's tables and its archive, in memory, and an ear for what it logs. */
import { S3Client } from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, vi } from "vitest";
import { type BucketModel, modelObjects } from "../adapters/s3/bucket-model.ts";
import { frame, streamEvent } from "./events.ts";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

export interface StackModel {
  readonly tables: TablesModel;
  readonly bucket: Omit<BucketModel, "bucket">;
  readonly heard: Heard;
}

function openStack(): StackModel {
  return {
    tables: tablesModel(),
    bucket: modelObjects(mockClient(S3Client)),
    heard: listen(),
  };
}

/** Of the file's tests: each has an empty one, and functions that have just started. */
export function stackModel(): StackModel {
  let open: StackModel;
  beforeEach(() => {
    open = openStack();
    vi.resetModules();
  });
  afterEach(() => {
    open.tables.restore();
    open.bucket.mock.restore();
    vi.restoreAllMocks();
  });
  return {
    get tables() {
      return open.tables;
    },
    get bucket() {
      return open.bucket;
    },
    get heard() {
      return open.heard;
    },
  };
}

/** Lines, as one record, through the processor. */
export async function fold(...lines: readonly string[]): Promise<void> {
  const { handler } = await import("../../lambdas/stream-processor.ts");
  await handler(streamEvent(frame(...lines)), contextOf());
}
