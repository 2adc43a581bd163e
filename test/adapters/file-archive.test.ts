/**
 * What the archive's files promise beyond the port: torn lines go, positions never come twice, older files stay
 * closed, and damage is named rather than skipped.
 */
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { gzipSync, zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArchiveError, type ArchiveErrorKind } from "../../lib/adapters/local/archive-error.ts";
import {
  type FileArchive,
  type FileArchiveOptions,
  openFileArchive,
} from "../../lib/adapters/local/file-archive.ts";
import { type EpochUs, HOUR_US } from "../../lib/core/units.ts";
import type { ArchivedLine, ArrivedLine } from "../../lib/ports/raw-archive.ts";
import { scratchDirectory } from "./scratch-directory.ts";

const FIVE_OCLOCK = Date.UTC(2026, 0, 1, 5) * 1_000;

const arrived = (sequence: number, hour = 0): ArrivedLine => ({
  receivedTime: (FIVE_OCLOCK + hour * HOUR_US + sequence) as EpochUs,
  verdict: "accepted",
  reason: undefined,
  line: `{"type":"heartbeat","sequence":${sequence}}`,
});

const lines = (count: number, from = 1): ArrivedLine[] =>
  Array.from({ length: count }, (_, i) => arrived(from + i));

describe("openFileArchive", () => {
  let scratch: ReturnType<typeof scratchDirectory>;
  let directory: string;
  const open: FileArchive[] = [];

  beforeEach(() => {
    scratch = scratchDirectory();
    directory = join(scratch.path, "archive");
  });
  afterEach(async () => {
    for (const archive of open.splice(0)) await archive.close();
    scratch.remove();
  });

  const opened = async (options: Partial<FileArchiveOptions> = {}): Promise<FileArchive> => {
    const archive = await openFileArchive({ directory, ...options });
    open.push(archive);
    return archive;
  };
  /** Writes lines and closes, so that compression is done. */
  const fill = async (all: readonly ArrivedLine[], options: Partial<FileArchiveOptions> = {}) => {
    const archive = await opened(options);
    for (const line of all) await archive.append([line]);
    await archive.close();
  };
  const positions = async (archive: FileArchive, after = 0): Promise<number[]> => {
    const found: number[] = [];
    for await (const { position } of archive.read(after)) found.push(position);
    return found;
  };
  const files = () => readdirSync(directory).sort();
  const file = (part: string): string => {
    const name = files().find((one) => one.includes(part));
    if (name === undefined) throw new Error(`no file with ${part} among ${files().join(", ")}`);
    return join(directory, name);
  };
  const expectFailure = async (work: Promise<unknown>, kind: ArchiveErrorKind) => {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ArchiveError);
    expect(error).toMatchObject({ kind });
    expect((error as ArchiveError).message).toContain((error as ArchiveError).path);
    return error as ArchiveError;
  };

  describe("files", () => {
    it("begins a file with each hour of arrival, named by hour and first position", async () => {
      await fill([arrived(1), arrived(2), arrived(3, 1), arrived(4, 30)]);
      expect(files()).toEqual([
        "2026-01-01T05Z-0000000000000001.ndjson.zst",
        "2026-01-01T06Z-0000000000000003.ndjson.zst",
        "2026-01-02T11Z-0000000000000004.ndjson",
      ]);
    });

    it("begins a file when the one before is long enough", async () => {
      await fill(lines(9), { segmentBytes: 250, compression: "none" });
      expect(files().length).toBeGreaterThan(2);
      expect(await positions(await opened())).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it("does not open an hour again when the clock steps back", async () => {
      await fill([arrived(1, 2), arrived(2, 0), arrived(3, 1)]);
      expect(files()).toHaveLength(1);
      expect(await positions(await opened())).toEqual([1, 2, 3]);
    });

    it("goes on in the newest file after a restart in the same hour", async () => {
      await fill(lines(2));
      await fill(lines(2, 3));
      expect(files()).toHaveLength(1);
      expect(await positions(await opened())).toEqual([1, 2, 3, 4]);
    });

    it("holds an accepted line as it came, so that any tool can read it", async () => {
      await fill([arrived(1), arrived(2, 1)]);
      const compressed = zstdDecompressSync(readFileSync(file("T05Z"))).toString("utf8");
      expect(JSON.parse(compressed)).toEqual({
        position: 1,
        receivedTime: FIVE_OCLOCK + 1,
        line: { type: "heartbeat", sequence: 1 },
      });
      const plain = readFileSync(file("T06Z"), "utf8");
      expect(plain).toBe(
        `{"position":2,"receivedTime":${FIVE_OCLOCK + HOUR_US + 2},"line":${arrived(2).line}}\n`,
      );
    });

    it("compresses a closed hour to a fraction", async () => {
      await fill([...lines(2_000), arrived(2_001, 1)]);
      const ratio = (2_000 * arrived(1_000).line.length) / statSync(file("T05Z")).size;
      expect(ratio).toBeGreaterThan(4);
    });

    it.each([
      { name: ".ndjson.gz", when: "named as it is" },
      { name: ".ndjson.zst", when: "named as another compression" },
      { name: ".ndjson", when: "named as plain" },
    ])("knows gzip by its first bytes when it is $when", async ({ name }) => {
      await fill([arrived(1), arrived(2, 1)], { compression: "none" });
      const older = file("T05Z");
      const bytes = gzipSync(readFileSync(older));
      rmSync(older);
      writeFileSync(older.replace(".ndjson", name), bytes);
      expect(await positions(await opened({ compression: "none" }))).toEqual([1, 2]);
    });

    it("leaves files of other names alone", async () => {
      await fill(lines(1));
      writeFileSync(join(directory, "notes.txt"), "mine");
      expect(await positions(await opened())).toEqual([1]);
      expect(readFileSync(join(directory, "notes.txt"), "utf8")).toBe("mine");
    });
  });

  describe("reading", () => {
    it("does not open files that end before the position", async () => {
      await fill([arrived(1), arrived(2, 1), arrived(3, 2), arrived(4, 2)]);
      for (const older of ["T05Z", "T06Z"]) writeFileSync(file(older), "unreadable");
      const archive = await opened();
      expect(await positions(archive, 2)).toEqual([3, 4]);
      await expectFailure(positions(archive, 1), "corrupt");
    });

    it("enters the newest file near the position, past what it holds before", async () => {
      const archive = await opened();
      for (let from = 1; from < 6_000; from += 500) await archive.append(lines(500, from));
      const newest = file("T05Z");
      const bytes = readFileSync(newest);
      writeFileSync(newest, bytes.fill("x", 0, 60_000));
      expect(await positions(archive, 5_990)).toEqual([
        5991, 5992, 5993, 5994, 5995, 5996, 5997, 5998, 5999, 6000,
      ]);
      await expectFailure(positions(archive), "corrupt");
    });

    it("goes on while the file under it is compressed away", async () => {
      await fill(lines(30_000), { compression: "none" });
      const archive = await opened();
      const seen: number[] = [];
      for await (const batch of archive.batches(0)) {
        seen.push(...batch.map(({ position }) => position));
        if (seen.length < 20_000) await archive.append([arrived(1, seen.length)]);
      }
      expect(seen).toEqual(Array.from({ length: 30_000 }, (_, i) => i + 1));
    });

    it("gives many lines at a time, all of them, in order", async () => {
      await fill([...lines(5_000), arrived(1, 1), arrived(2, 1)]);
      const batches: (readonly ArchivedLine[])[] = [];
      for await (const batch of (await opened()).batches(10)) batches.push(batch);
      expect(batches.flat().map(({ position }) => position)).toEqual(
        Array.from({ length: 4_992 }, (_, i) => i + 11),
      );
      expect(batches.length).toBeLessThan(20);
    });
  });

  describe("after a crash", () => {
    it.each([
      { torn: '{"position":4,"receivedTime":17', when: "in its head" },
      {
        torn: '{"position":4,"receivedTime":1767243600000004,"line":{"type":"hea',
        when: "in its line",
      },
      {
        torn: '{"position":4,"receivedTime":1767243600000004,"line":{}}',
        when: "before its line feed",
      },
      { torn: "\u0000".repeat(5_000), when: "as zeros" },
      { torn: `${"\u0000".repeat(500)}\n\u0000\n`, when: "as zeros with line feeds" },
      {
        torn: '{"position":4,"receivedTime":1767243600000004,"line":{}\n',
        when: "without its end",
      },
      { torn: "x".repeat(300_000), when: "at great length" },
      { torn: "\n", when: "to a line feed" },
    ])(
      "cuts off a line that was torn $when, and gives its position to the next",
      async ({ torn }) => {
        await fill(lines(3));
        appendFileSync(file("T05Z"), torn);
        const archive = await opened();
        expect(await archive.end()).toBe(3);
        expect(await archive.append(lines(1, 4))).toBe(4);
        expect(await positions(archive)).toEqual([1, 2, 3, 4]);
        expect(readFileSync(file("T05Z"), "utf8").split("\n")).toHaveLength(5);
      },
    );

    it("opens whatever is left of the newest file, and gives no position twice", async () => {
      await fill([...lines(20), ...lines(3, 21).map((line) => ({ ...line, line: '{"é":"🚀"}' }))]);
      const whole = readFileSync(file("T05Z"));
      const name = file("T05Z");
      for (let left = whole.length; left >= 0; left -= 7) {
        writeFileSync(name, whole.subarray(0, left));
        const archive = await openFileArchive({ directory });
        const complete = whole.subarray(0, left).toString("latin1").split("\n").length - 1;
        expect(await archive.end()).toBe(complete);
        expect(await archive.append([arrived(99)])).toBe(complete + 1);
        expect(await positions(archive)).toHaveLength(complete + 1);
        await archive.close();
      }
    });

    it("starts over when nothing but a torn first line stands", async () => {
      mkdirSync(directory);
      writeFileSync(join(directory, "2026-01-01T05Z-0000000000000001.ndjson"), '{"posi');
      const archive = await opened();
      expect(await archive.append([arrived(1, 3)])).toBe(1);
      expect(await positions(archive)).toEqual([1]);
      expect(files()).toEqual(["2026-01-01T08Z-0000000000000001.ndjson"]);
    });

    it("keeps the positions of the file before when the newest is empty", async () => {
      await fill([...lines(4), arrived(5, 1)]);
      truncateSync(file("T06Z"), 0);
      const archive = await opened();
      expect(await archive.end()).toBe(4);
      expect(await archive.append([arrived(5, 1)])).toBe(5);
      expect(await positions(archive)).toEqual([1, 2, 3, 4, 5]);
    });

    it("finds the end in a compressed file when no plain one is left", async () => {
      await fill([...lines(4), arrived(5, 1)]);
      rmSync(file("T06Z"));
      const archive = await opened();
      expect(await archive.end()).toBe(4);
      expect(await archive.append([arrived(5)])).toBe(5);
      expect(await positions(archive)).toEqual([1, 2, 3, 4, 5]);
    });

    it("finishes what compression left, at whatever step it stopped", async () => {
      await fill([...lines(50), arrived(51, 1)], { compression: "none" });
      const plain = file("T05Z");
      const copy = join(scratch.path, basename(plain));
      copyFileSync(plain, copy);
      await (await opened()).close();
      const compressed = file("T05Z");
      copyFileSync(copy, plain);
      writeFileSync(`${compressed}.partial`, "half");
      const archive = await opened();
      expect(await positions(archive)).toHaveLength(51);
      await archive.close();
      expect(files()).toEqual([basename(compressed), basename(file("T06Z"))]);
      renameSync(compressed, plain);
      copyFileSync(copy, plain);
      await (await opened()).close();
      expect(files()[0]).toBe(basename(compressed));
    });

    it("does not give again what a consumer has committed when the tail was lost", async () => {
      await fill(lines(9));
      truncateSync(file("T05Z"), 200);
      const archive = await opened({ floor: 9 });
      expect(await archive.end()).toBe(9);
      expect(await archive.append(lines(2, 10))).toBe(11);
      const [first] = await positions(archive, 9);
      expect(first).toBe(10);
      const kept = await positions(archive);
      expect(kept.slice(-2)).toEqual([10, 11]);
      await archive.close();
      expect(await positions(await opened({ floor: 11 }))).toEqual(kept);
    });

    it("goes on after a loss in a file whose name says so, in every later opening", async () => {
      await fill(lines(4));
      await fill([arrived(10)], { floor: 9 });
      await fill([arrived(11, 1)], { floor: 9 });
      expect(files()[1]).toBe("2026-01-01T05Z-0000000000000010-after-0000000000000004.ndjson.zst");
      expect(await positions(await opened())).toEqual([1, 2, 3, 4, 10, 11]);
    });

    it("lets a floor below the end change nothing", async () => {
      await fill(lines(5));
      const archive = await opened({ floor: 3 });
      expect(await archive.append([arrived(6)])).toBe(6);
      expect(files()).toHaveLength(1);
    });
  });

  describe("damage", () => {
    it.each([
      {
        spoil: (text: string) => text.replace('"position":3', '"position":7'),
        when: "a position is wrong",
      },
      {
        spoil: (text: string) => text.replace(/\{"position":3.*\n/, ""),
        when: "a line is missing",
      },
      {
        spoil: (text: string) => text.replace(/\{"position":3/, "#"),
        when: "a line is overwritten",
      },
      {
        spoil: (text: string) => text.replace(/(\{"position":3.*\n)/, "$1$1"),
        when: "a line stands twice",
      },
    ])("is named with its place and never skipped when $when", async ({ spoil }) => {
      await fill(lines(6));
      const name = file("T05Z");
      writeFileSync(name, spoil(readFileSync(name, "utf8")));
      const error = await expectFailure(positions(await opened()), "corrupt");
      expect(error.message).toMatch(/position [34]\b/);
    });

    it.each([0.3, 0.7, 0.95])("is named when %d of a compressed file is left", async (share) => {
      await fill([...lines(3_000), arrived(3_001, 1)]);
      const name = file("T05Z");
      truncateSync(name, Math.floor(statSync(name).size * share));
      await expectFailure(positions(await opened()), "corrupt");
    });

    it("is named when a file in the middle is missing, until the next one's name says so", async () => {
      await fill([arrived(1), arrived(2, 1), arrived(3, 2)], { compression: "none" });
      rmSync(file("T06Z"));
      const options = { compression: "none" } as const;
      const error = await expectFailure(positions(await opened(options)), "corrupt");
      const addition = /add (-after-\d+) to the name/.exec(error.message)?.[1];
      const next = file("T07Z");
      renameSync(next, next.replace(".ndjson", `${addition}.ndjson`));
      expect(await positions(await opened(options))).toEqual([1, 3]);
    });

    it("is named when the first file is missing, unless nobody asks for its lines", async () => {
      await fill([arrived(1), arrived(2, 1), arrived(3, 2)], { compression: "none" });
      rmSync(file("T05Z"));
      const options = { compression: "none" } as const;
      const archive = await opened(options);
      await expectFailure(positions(archive), "corrupt");
      const later: number[] = [];
      for await (const { position } of archive.read(1)) later.push(position);
      expect(later).toEqual([2, 3]);
    });

    it("is named when an older file was cut at the end of a line", async () => {
      await fill([...lines(5), arrived(6, 1)], { compression: "none" });
      const older = readFileSync(file("T05Z"), "utf8");
      writeFileSync(file("T05Z"), older.slice(0, older.indexOf("\n") + 1));
      const archive = await opened({ compression: "none" });
      const error = await expectFailure(positions(archive), "corrupt");
      expect(error.message).toMatch(/after position 5.*ends at 1:/);
      expect(await positions(archive, 5)).toEqual([6]);
    });

    it("is named when the newest file is cut short under an open archive", async () => {
      const archive = await opened();
      await archive.append(lines(5));
      truncateSync(file("T05Z"), 100);
      await expectFailure(positions(archive), "corrupt");
    });

    it("is named when a byte of a compressed file is wrong", async () => {
      await fill([...lines(3_000), arrived(3_001, 1)]);
      const bytes = readFileSync(file("T05Z"));
      bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
      writeFileSync(file("T05Z"), bytes);
      await expectFailure(positions(await opened()), "corrupt");
    });

    it("is named when the newest file holds something else altogether, which is left as it is", async () => {
      await fill(lines(1));
      writeFileSync(file("T05Z"), "my notes\nabout nothing\n");
      await expectFailure(opened(), "corrupt");
      expect(readFileSync(file("T05Z"), "utf8")).toBe("my notes\nabout nothing\n");
    });
  });

  describe("trouble", () => {
    it("refuses to write after another process has written to the file", async () => {
      const archive = await opened();
      await archive.append(lines(2));
      appendFileSync(file("T05Z"), "someone else\n");
      await expectFailure(archive.append(lines(1, 3)), "in-use");
    });

    it("says that it has been closed", async () => {
      const archive = await opened();
      await archive.close();
      await archive.close();
      await expectFailure(archive.append(lines(1)), "closed");
    });

    it("says that the place cannot be reached when a file stands there", async () => {
      writeFileSync(directory, "in the way");
      await expectFailure(opened(), "unreachable");
    });

    it("undoes a write that the disk had no room for, and takes the next that fits", () => {
      // A file size limit stands for a full disk: the write fails in its middle, as it does there.
      const script = new URL("full-disk-child.ts", import.meta.url).pathname;
      const command = `ulimit -f 64; exec "${process.execPath}" "${script}" "${directory}"`;
      const told = JSON.parse(execFileSync("sh", ["-c", command], { encoding: "utf8" }));
      expect(told.kind).toBe("disk-full");
      expect(told.endAfterFailure).toBe(told.acknowledged);
      expect(told.read).toBe(told.acknowledged + 1);
    });
  });

  describe("opened for reading beside the writer", () => {
    it("sees what stood when it opened, and neither cuts nor compresses", async () => {
      const writer = await opened({ compression: "none" });
      await writer.append([...lines(3), arrived(4, 1)]);
      appendFileSync(file("T06Z"), '{"posi');
      const before = files().map((name) => readFileSync(join(directory, name), "utf8"));
      const reader = await opened({ access: "read" });
      expect(await reader.end()).toBe(4);
      expect(await positions(reader)).toEqual([1, 2, 3, 4]);
      await expectFailure(reader.append(lines(1)), "read-only");
      await reader.close();
      expect(files().map((name) => readFileSync(join(directory, name), "utf8"))).toEqual(before);
    });

    it("says that there is nothing to read where no archive is", async () => {
      await expectFailure(opened({ access: "read" }), "unreachable");
    });
  });
});
