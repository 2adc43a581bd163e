/**
 * Goal: every line of a file arrives once, whole, with its number, however the file is stored or damaged.
 * Method: real files of every kind in a scratch directory, read back and compared with their text.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LineSplitter } from "../../../lib/adapters/local/line-splitter.ts";
import { readLines, UnreadableFileError } from "../../../lib/adapters/local/read-lines.ts";
import { MAX_LINE_LENGTH } from "../../../lib/core/events/refusal.ts";

let scratch = "";
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "read-lines-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function fileOf(bytes: Uint8Array | string): string {
  const path = join(scratch, "events");
  writeFileSync(path, bytes);
  return path;
}

interface Seen {
  readonly lines: { readonly lineNumber: number; readonly text: string }[];
  readonly tooLong: number[];
  error: unknown;
}

/** Everything that arrives; the texts are copied at once, as the bytes do not last. */
async function readAll(path: string): Promise<Seen> {
  const seen: Seen = { lines: [], tooLong: [], error: undefined };
  try {
    for await (const batch of readLines(path)) {
      expect(batch.length).toBeGreaterThan(0);
      for (const { buffer, from, to, lineNumber, refusal } of batch) {
        const text = Buffer.from(buffer.subarray(from, to)).toString("utf8");
        if (refusal === undefined) seen.lines.push({ lineNumber, text });
        else seen.tooLong.push(lineNumber);
      }
    }
  } catch (error) {
    seen.error = error;
  }
  return seen;
}

/** Lines that do not compress to nothing. */
function noise(count: number): readonly string[] {
  let state = 1;
  return Array.from({ length: count }, (_, index) => {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    return `{"sequence":${index},"noise":"${(state >>> 0).toString(36)}"}`;
  });
}

function numbered(lines: readonly string[]): Seen["lines"] {
  return lines.map((text, index) => ({ lineNumber: index + 1, text }));
}

const LINES = noise(60_000);
const TEXT = `${LINES.join("\n")}\n`;

describe("readLines", () => {
  it.each([
    { when: "plain text", bytes: Buffer.from(TEXT) },
    { when: "gzip", bytes: gzipSync(TEXT) },
    { when: "zstd", bytes: zstdCompressSync(TEXT) },
    {
      when: "two members of gzip, one after the other",
      bytes: Buffer.concat([gzipSync(TEXT.slice(0, 1_000_003)), gzipSync(TEXT.slice(1_000_003))]),
    },
    {
      when: "two frames of zstd, and a skippable one before them",
      bytes: Buffer.concat([
        Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]),
        zstdCompressSync(TEXT.slice(0, 1_000_003)),
        zstdCompressSync(TEXT.slice(1_000_003)),
      ]),
    },
    {
      when: "a hundred frames of zstd",
      bytes: Buffer.concat(
        Array.from({ length: 100 }, (_, index) =>
          zstdCompressSync(`${LINES.slice(index * 600, (index + 1) * 600).join("\n")}\n`),
        ),
      ),
    },
  ])("delivers every line of $when, whatever the name says", async ({ bytes }) => {
    const { lines, error } = await readAll(fileOf(bytes));
    expect(error).toBeUndefined();
    expect(lines).toStrictEqual(numbered(LINES));
  });

  it.each([
    { when: "nothing in it", text: "", lines: [] },
    { when: "one byte", text: "a", lines: [[1, "a"]] },
    { when: "only line ends", text: "\n\r\n\n", lines: [] },
    {
      when: "no line feed at the end",
      text: "a\nb",
      lines: [
        [1, "a"],
        [2, "b"],
      ],
    },
    {
      when: "the line ends of Windows",
      text: "a\r\nb\r\n",
      lines: [
        [1, "a"],
        [2, "b"],
      ],
    },
    { when: "a carriage return at its very end", text: "a\r", lines: [[1, "a"]] },
    {
      when: "empty and blank lines",
      text: "\na\n\n \t\r\nb\n\n",
      lines: [
        [2, "a"],
        [5, "b"],
      ],
    },
    {
      when: "a byte order mark",
      text: "\ufeffa\nb\n",
      lines: [
        [1, "a"],
        [2, "b"],
      ],
    },
    { when: "nothing but a byte order mark", text: "\ufeff", lines: [] },
    {
      when: "a byte order mark where it is none",
      text: "a\n\ufeffb\n",
      lines: [
        [1, "a"],
        [2, "\ufeffb"],
      ],
    },
    { when: "a carriage return inside of a line", text: "a\rb\n", lines: [[1, "a\rb"]] },
  ])("reads a file with $when", async ({ text, lines }) => {
    for (const bytes of [Buffer.from(text), gzipSync(text), zstdCompressSync(text)]) {
      const seen = await readAll(fileOf(bytes));
      expect(seen.error).toBeUndefined();
      expect(seen.lines.map(({ lineNumber, text: line }) => [lineNumber, line])).toStrictEqual(
        lines,
      );
    }
  });

  it("delivers a line of 1 MiB, and reports a longer one once, by its number", async () => {
    const whole = "x".repeat(MAX_LINE_LENGTH);
    const { lines, tooLong } = await readAll(fileOf(`a\n${whole}\n${whole}x\nb\n${whole}xx`));
    expect(lines.map(({ lineNumber, text }) => [lineNumber, text.length])).toStrictEqual([
      [1, 1],
      [2, MAX_LINE_LENGTH],
      [4, 1],
    ]);
    expect(tooLong).toStrictEqual([3, 5]);
  });

  it.each(["gzip", "zstd"] as const)(
    "keeps next to nothing of a line of 1 GB, %s",
    async (compression) => {
      const block = Buffer.alloc(64 * 1024 * 1024, "x");
      const frame = compression === "gzip" ? gzipSync(block) : zstdCompressSync(block);
      const end = compression === "gzip" ? gzipSync("\nlast\n") : zstdCompressSync("\nlast\n");
      const path = fileOf(Buffer.concat([...new Array<Buffer>(16).fill(frame), end]));
      const before = process.memoryUsage().rss;
      const { lines, tooLong, error } = await readAll(path);
      expect(error).toBeUndefined();
      expect(tooLong).toStrictEqual([1]);
      expect(lines).toStrictEqual([{ lineNumber: 2, text: "last" }]);
      expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    },
  );

  it.each([
    {
      when: "cut in half",
      damage: (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      fault: "truncated",
      share: 0.45,
    },
    {
      when: "cut before its checksum",
      damage: (bytes: Buffer) => bytes.subarray(0, -8),
      fault: "truncated",
      share: 0.99,
    },
    {
      when: "with a wrong checksum",
      damage: (bytes: Buffer) => flipped(bytes, bytes.length - 6),
      fault: "corrupt",
      share: 0.9,
    },
    {
      when: "with other bytes after it",
      damage: (bytes: Buffer) => Buffer.concat([bytes, Buffer.from("{}\n")]),
      fault: "corrupt",
      share: 0.9,
    },
  ])(
    "delivers the good lines of gzip $when, then says where and how to mend it",
    async ({ damage, fault, share }) => {
      const path = fileOf(damage(gzipSync(TEXT)));
      const { lines, error } = await readAll(path);
      expect(lines).toStrictEqual(numbered(LINES).slice(0, lines.length));
      expect(lines.length).toBeGreaterThan(share * LINES.length);
      expect(error).toBeInstanceOf(UnreadableFileError);
      const { message, lineNumber } = error as UnreadableFileError;
      expect(error).toMatchObject({ path, fault });
      expect(lineNumber).toBe(lines.length);
      expect(message).toContain(path);
      expect(message).toContain(`after line ${lineNumber}`);
      expect(message).toContain("copy or download it again");
    },
  );

  it.each([
    {
      when: "cut in half",
      damage: (bytes: Buffer) => bytes.subarray(0, bytes.length >> 1),
      fault: "truncated",
    },
    {
      when: "damaged in the middle",
      damage: (bytes: Buffer) => flipped(bytes, bytes.length >> 1),
      fault: "corrupt",
    },
  ])("delivers the whole blocks of zstd $when, then says so", async ({ damage, fault }) => {
    const { lines, error } = await readAll(fileOf(damage(zstdCompressSync(TEXT, CHECKED))));
    const sound = Math.ceil(0.3 * LINES.length);
    expect(lines.slice(0, sound)).toStrictEqual(numbered(LINES).slice(0, sound));
    expect(error).toMatchObject({ name: "UnreadableFileError", fault, lineNumber: lines.length });
  });

  it("delivers what a short file of gzip holds before the cut", async () => {
    const short = LINES.slice(0, 50);
    const whole = gzipSync(`${short.join("\n")}\n`);
    const { lines, error } = await readAll(fileOf(whole.subarray(0, whole.length >> 1)));
    expect(lines.length).toBeGreaterThan(10);
    expect(lines).toStrictEqual(numbered(short).slice(0, lines.length));
    expect(error).toMatchObject({ fault: "truncated" });
  });

  it("never throws anything but its own error, whatever is done to a compressed file", async () => {
    const text = `${LINES.slice(0, 200).join("\n")}\n`;
    const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    const stored = fc.constantFrom(gzipSync(text), zstdCompressSync(text));
    await fc.assert(
      fc.asyncProperty(stored, edits, fc.nat(), async (good, changes, cut) => {
        const bytes = Buffer.from(good.subarray(0, 1 + (cut % good.length)));
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        const { error } = await readAll(fileOf(bytes));
        if (error !== undefined) expect(error).toBeInstanceOf(UnreadableFileError);
      }),
      { numRuns: 200 },
    );
  });

  it("says that a file is missing, and names it", async () => {
    const path = join(scratch, "nowhere.ndjson");
    const { error } = await readAll(path);
    expect(error).toMatchObject({
      name: "UnreadableFileError",
      fault: "missing",
      path,
      lineNumber: 0,
    });
    expect((error as Error).message).toBe(
      `${path}: expected a file of events, found none: check the path`,
    );
  });

  it("says that a directory is one", async () => {
    const path = join(scratch, "directory");
    mkdirSync(path);
    expect((await readAll(path)).error).toMatchObject({ fault: "directory", path });
  });

  it.each([
    { when: "plain text", bytes: Buffer.from(TEXT) },
    { when: "gzip", bytes: gzipSync(TEXT) },
    { when: "zstd", bytes: zstdCompressSync(TEXT) },
  ])("reads $when from standard input", ({ bytes }) => {
    const url = new URL("../../../lib/adapters/local/read-lines.ts", import.meta.url);
    const script = `
      const { readLines } = await import(${JSON.stringify(url.href)});
      let count = 0, last;
      for await (const batch of readLines("-")) {
        count += batch.length;
        last = batch.at(-1);
        last = { ...last, text: Buffer.from(last.buffer.subarray(last.from, last.to)).toString() };
      }
      console.log(JSON.stringify([count, last.lineNumber, last.text]));`;
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      input: bytes,
    });
    expect(JSON.parse(child.stdout.toString())).toStrictEqual([60_000, 60_000, LINES.at(-1)]);
  });

  it("may be left early", async () => {
    for (const bytes of [Buffer.from(TEXT), gzipSync(TEXT), zstdCompressSync(TEXT)]) {
      for await (const batch of readLines(fileOf(bytes))) {
        expect(batch[0]?.lineNumber).toBe(1);
        break;
      }
    }
  });
});

const CHECKED = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 0x55;
  return copy;
}

describe("LineSplitter", () => {
  it("finds the same lines however the bytes are cut into chunks", () => {
    const text = fc
      .array(fc.constantFrom("a", "é", " ", "\r", "\n", "\r\n", "\ufeff", "bb"), { maxLength: 60 })
      .map((parts) => Buffer.from(parts.join("")));
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 5 }), { maxLength: 60 }), (bytes, sizes) => {
        expect(textsOf(bytes, sizes)).toStrictEqual(textsOf(bytes, []));
      }),
      { numRuns: 2_000 },
    );
  });
});

/** The lines when the bytes arrive in one buffer that is used again and again, in chunks of these sizes, then the rest. */
function textsOf(bytes: Buffer, sizes: readonly number[]): readonly (readonly [number, string])[] {
  const splitter = new LineSplitter();
  const texts: [number, string][] = [];
  const take = (
    batches: Iterable<
      readonly { buffer: Uint8Array; from: number; to: number; lineNumber: number }[]
    >,
  ) => {
    for (const { buffer, from, to, lineNumber } of [...batches].flat()) {
      texts.push([lineNumber, Buffer.from(buffer.subarray(from, to)).toString("hex")]);
    }
  };
  const shared = new Uint8Array(bytes.length);
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    const chunk = bytes.subarray(at, at + size);
    shared.set(chunk);
    take(splitter.split(shared.subarray(0, chunk.length)));
    at += chunk.length;
  }
  take(splitter.end());
  return texts;
}
