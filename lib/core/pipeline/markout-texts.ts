/** What a snapshot holds of a markout bucket, kept beside the state for as long as the bucket's parts stay as they are. */
import type { MarkoutBucket } from "./state.ts";

const TEXTS = new WeakMap<MarkoutBucket, string>();

export function keptText(bucket: MarkoutBucket): string | undefined {
  return TEXTS.get(bucket);
}

export function keepText(bucket: MarkoutBucket, text: string): string {
  TEXTS.set(bucket, text);
  return text;
}

/** To be called by whoever changes a part of the bucket, or takes away a trade that it is the sum of. */
export function forgetText(bucket: MarkoutBucket | undefined): void {
  if (bucket !== undefined) TEXTS.delete(bucket);
}
