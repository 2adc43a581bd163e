import type { FileHandle } from "node:fs/promises";
import { ArchiveError } from "./archive-error.ts";
import { decodeRecord } from "./archive-record.ts";

const LINE_FEED = 0x0a;
const BLOCK_BYTES = 64 * 1024;

/**
 * Where a plain segment ends: after the last line that is whole. What follows it was being written when the process
 * died, was never acknowledged, and does not count.
 *
 * @returns the length up to there, and the position of that line (`undefined` when there is none)
 * @throws {ArchiveError} `corrupt` when the file has lines and none of them is ours
 */
export async function recoverTail(
  handle: FileHandle,
  path: string,
): Promise<{ readonly length: number; readonly last: number | undefined }> {
  const { size } = await handle.stat();
  let tail: Buffer = Buffer.alloc(0);
  let start = size;
  for (;;) {
    const found = lastRecord(tail, start === 0);
    if (found !== undefined) return { length: start + found.end, last: found.position };
    if (start === 0) break;
    // Doubling, so that a line longer than the block is not read again and again.
    const bytes = Math.min(start, Math.max(BLOCK_BYTES, tail.length));
    start -= bytes;
    const block = Buffer.alloc(bytes);
    await handle.read(block, 0, bytes, start);
    tail = Buffer.concat([block, tail]);
  }
  if (!tail.includes(LINE_FEED)) return { length: 0, last: undefined };
  throw new ArchiveError("corrupt", path, {
    message: `The archive file ${path} holds no line of ours: something else has written it; move it away, or restore it from a backup`,
  });
}

function lastRecord(
  tail: Buffer,
  isWholeFile: boolean,
): { readonly end: number; readonly position: number } | undefined {
  let end = tail.lastIndexOf(LINE_FEED);
  while (end > 0) {
    const before = tail.lastIndexOf(LINE_FEED, end - 1);
    if (before === -1 && !isWholeFile) return undefined;
    const record = decodeRecord(tail.toString("utf8", before + 1, end));
    if (record !== undefined) return { end: end + 1, position: record.position };
    end = before;
  }
  return undefined;
}
