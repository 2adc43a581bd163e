/** What every FrameCodec promises: what was put in comes out, and nothing that comes in makes it throw or swell. */
import { constants, createZstdCompress, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DecodedFrame, FrameCodec } from "../../lib/ports/frame-codec.ts";

export interface FrameCodecCapabilities {
  /** The most bytes that a frame may hold once plain. */
  readonly plainBytesMax: number;
  /** The most bytes that a frame may weigh as it travels. */
  readonly bytesMax: number;
}

const bytes = (text: string): Buffer => Buffer.from(text, "utf8");
const line = (sequence: number): string => `{"type":"heartbeat","sequence":${sequence}}\n`;
const lines = (count: number): string =>
  Array.from({ length: count }, (_, i) => line(i + 1)).join("");
const zstd = (plain: Uint8Array, params: Record<number, number> = {}): Buffer =>
  zstdCompressSync(plain, { params: { [constants.ZSTD_c_checksumFlag]: 1, ...params } });
const flipped = (data: Uint8Array, at: number): Buffer => {
  const copy = Buffer.from(data);
  const index = at < 0 ? copy.length + at : at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
};
const textOf = (frame: DecodedFrame): string | undefined =>
  frame.outcome === "decoded" ? Buffer.from(frame.ndjson).toString("utf8") : undefined;
const reasonOf = (frame: { outcome: string; reason?: string }): string | undefined => frame.reason;

/** Bytes that compress by nothing, inside of one line of JSON. */
const noise = (length: number): Buffer => {
  let state = 1;
  const next = (): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return String.fromCharCode(0x23 + ((state >>> 16) % 64)).replace("\\", "!");
  };
  return bytes(`{"noise":"${Array.from({ length: length - 13 }, next).join("")}"}\n`);
};

export function frameCodecContract(
  name: string,
  open: () => FrameCodec,
  { plainBytesMax, bytesMax }: FrameCodecCapabilities,
): void {
  describe(`${name} as a FrameCodec`, () => {
    const codec = open();
    /** What a producer with `open()`'s settings sends. */
    const frameOf = (text: string): Uint8Array => {
      const encoded = codec.encode(bytes(text));
      if (encoded.outcome === "refused") throw new Error(encoded.detail);
      return encoded.data;
    };

    it("gives back any lines of events, in as many bytes as they came or fewer", () => {
      const event = fc
        .dictionary(fc.string(), fc.jsonValue())
        .map((value) => JSON.stringify(value));
      const drawn = fc.array(event, { minLength: 1, maxLength: 40 });
      fc.assert(
        fc.property(drawn, (events) => {
          const text = events.map((one) => `${one}\n`).join("");
          const data = frameOf(text);
          expect(data.length).toBeLessThanOrEqual(bytes(text).length);
          expect(textOf(codec.decode(data))).toBe(text);
          expect(textOf(codec.decodeBase64(Buffer.from(data).toString("base64")))).toBe(text);
        }),
      );
    });

    it("makes the same bytes of the same lines, so that a frame can be sent again", () => {
      expect(Buffer.compare(frameOf(lines(500)), frameOf(lines(500)))).toBe(0);
    });

    it("compresses what repeats itself, and leaves one short line as it is", () => {
      expect(frameOf(lines(500)).length).toBeLessThan(bytes(lines(500)).length / 10);
      expect(Buffer.from(frameOf("{}\n")).toString("utf8")).toBe("{}\n");
    });

    it.each([
      { data: bytes(lines(3)), when: "plain" },
      { data: gzipSync(bytes(lines(3))), when: "gzip" },
      { data: zstd(bytes(lines(3))), when: "zstd" },
      {
        data: zstd(bytes(lines(3)), { [constants.ZSTD_c_checksumFlag]: 0 }),
        when: "zstd, no checksum",
      },
      {
        data: Buffer.concat([gzipSync(bytes(line(1))), gzipSync(bytes(line(2) + line(3)))]),
        when: "two gzip members",
      },
      {
        data: Buffer.concat([zstd(bytes(line(1))), zstd(bytes(line(2) + line(3)))]),
        when: "two zstd frames",
      },
      {
        data: Buffer.concat([
          Buffer.from("502a4d1804000000deadbeef", "hex"),
          zstd(bytes(lines(3))),
        ]),
        when: "a skippable zstd frame and then one with data",
      },
    ])("reads $when by its first bytes", ({ data }) => {
      expect(textOf(codec.decode(data))).toBe(lines(3));
    });

    it.each([
      { text: '{"type":"heartbeat"}', when: "one event without a line feed" },
      { text: '\ufeff{"type":"heartbeat"}\n', when: "a byte order mark in front" },
      { text: '\r\n \t{"type":"heartbeat"}\r\n', when: "blanks in front" },
      { text: 'not JSON\n{"type":"heartbeat"}\n', when: "a bad line before a good one" },
      { text: "{broken", when: "one line that only looks like an object" },
    ])("hands on $when, for the lines to be judged one by one", ({ text }) => {
      expect(textOf(codec.decode(bytes(text)))).toBe(text);
    });

    it.each([
      { text: "", when: "of no byte" },
      { text: " \r\n\t\n", when: "of nothing but blanks" },
    ])("refuses a frame $when as empty, plain or compressed, in or out", ({ text }) => {
      expect(reasonOf(codec.decode(bytes(text)))).toBe("empty");
      expect(reasonOf(codec.decode(gzipSync(bytes(text))))).toBe("empty");
      expect(reasonOf(codec.decode(zstd(bytes(text))))).toBe("empty");
      expect(reasonOf(codec.encode(bytes(text)))).toBe("empty");
    });

    it.each([
      { data: bytes("hello"), when: "a word" },
      { data: bytes('[{"type":"heartbeat"}]'), when: "a JSON array" },
      { data: Buffer.from([0, 1, 2, 0xff]), when: "binary" },
      { data: gzipSync(bytes("hello")), when: "a word, compressed" },
      { data: Buffer.from("eJzLSM3JyQcABiwCFQ==", "base64"), when: "zlib without gzip's header" },
    ])("refuses $when as unrecognised", ({ data }) => {
      expect(reasonOf(codec.decode(data))).toBe("unrecognised");
    });

    it("knows an aggregate of the Kinesis Producer Library for what it is", () => {
      const data = Buffer.from("f3899ac20a05746573745f", "hex");
      const decoded = codec.decode(data);
      expect(decoded).toMatchObject({
        reason: "aggregated",
        detail: expect.stringContaining("off"),
      });
    });

    it.each([
      { text: "!!!", when: "other characters" },
      { text: "e30", when: "no padding" },
      { text: "e30=\n", when: "a line feed" },
      { text: "e31=", when: "bits that no byte has" },
      { text: "e30=e30=", when: "two texts in one" },
    ])("refuses base64 with $when", ({ text }) => {
      expect(reasonOf(codec.decodeBase64(text))).toBe("not-base64");
      expect(textOf(codec.decodeBase64("e30="))).toBe("{}");
    });

    const packings = [
      { pack: (plain: Uint8Array): Buffer => gzipSync(plain), kind: "gzip" },
      { pack: (plain: Uint8Array): Buffer => zstd(plain), kind: "zstd" },
    ];

    describe.each(packings)("of $kind", ({ pack }) => {
      const whole = pack(bytes(lines(400)));

      it("refuses every frame that was cut short, as truncated wherever it was recognised", () => {
        for (let length = 0; length < whole.length; length += 1) {
          const frame = codec.decode(whole.subarray(0, length));
          expect(frame.outcome).toBe("refused");
          if (length >= 4) expect(reasonOf(frame)).toBe("truncated");
        }
      });

      it("refuses a frame whose checksum does not fit, and says that it is damaged", () => {
        expect(reasonOf(codec.decode(flipped(whole, -1 - (whole[0] === 0x1f ? 4 : 0))))).toBe(
          "damaged",
        );
      });

      it("refuses a frame with any byte changed, or decodes it to what was sent", () => {
        // Some bytes carry no data: gzip's time of writing, for one.
        for (let at = 0; at < whole.length; at += 1) {
          const text = textOf(codec.decode(flipped(whole, at)));
          if (text !== undefined) expect(text === lines(400)).toBe(true);
        }
      });

      it("refuses a frame that something follows", () => {
        expect(codec.decode(Buffer.concat([whole, bytes("{}")])).outcome).toBe("refused");
      });

      it("takes as many bytes as a frame may hold, and not one more", () => {
        const full = Buffer.alloc(plainBytesMax, " ");
        full.write("{}");
        expect(codec.decode(pack(full)).outcome).toBe("decoded");
        const over = Buffer.concat([full, bytes(" ")]);
        expect(reasonOf(codec.decode(pack(over)))).toBe("too-large");
      });

      it("stops at the limit, whatever a bomb would become", () => {
        const bomb = pack(Buffer.alloc(64 * 1024 * 1024));
        const before = process.memoryUsage().arrayBuffers;
        expect(reasonOf(codec.decode(bomb))).toBe("too-large");
        expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * plainBytesMax);
      });
    });

    it("refuses what it has written itself with any byte changed, or decodes it to the same", () => {
      const whole = frameOf(lines(400));
      for (let at = 0; at < whole.length; at += 1) {
        const text = textOf(codec.decode(flipped(whole, at)));
        if (text !== undefined) expect(text === lines(400)).toBe(true);
      }
      expect(
        reasonOf(codec.decode(flipped(whole, whole.length - (whole[0] === 0x1f ? 5 : 1)))),
      ).toBe("damaged");
    });

    it("adds up what several zstd frames hold, to the limit and not beyond", () => {
      const full = Buffer.alloc(plainBytesMax, " ");
      full.write("{}");
      const frames = (...plain: Uint8Array[]) => Buffer.concat(plain.map((one) => zstd(one)));
      expect(codec.decode(frames(full, Buffer.alloc(0))).outcome).toBe("decoded");
      expect(reasonOf(codec.decode(frames(full, bytes(" "))))).toBe("too-large");
    });

    it("refuses a zstd frame that claims a large window, though it holds little", async () => {
      const compressor = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 27 } });
      // In two writes, so that the compressor does not know how little it will be.
      compressor.write(lines(3));
      compressor.end(lines(3));
      const greedy = Buffer.concat(await compressor.toArray());
      expect(greedy.length).toBeLessThan(1_000);
      expect(reasonOf(codec.decode(greedy))).toBe("too-large");
    });

    it("refuses a heap of empty zstd frames without decoding them all", () => {
      const heap = Buffer.concat(Array.from({ length: 50_000 }, () => zstd(Buffer.alloc(0))));
      expect(reasonOf(codec.decode(heap))).toBe("damaged");
    });

    it("refuses to encode what nobody would decode or carry, and takes what just fits", () => {
      const empty = Buffer.alloc(plainBytesMax, " ");
      empty.write("{}");
      expect(codec.encode(empty).outcome).toBe("encoded");
      expect(reasonOf(codec.encode(Buffer.concat([empty, bytes(" ")])))).toBe("too-large");
      const heavy = noise(Math.min(plainBytesMax, Math.ceil(bytesMax * 1.5)));
      expect(reasonOf(codec.encode(heavy))).toBe("too-large");
    });

    it("never throws, whatever it is given", () => {
      const start = fc.constantFrom(
        "",
        "1f8b08",
        "28b52ffd",
        "502a4d18",
        "f3899ac2",
        "7b",
        "efbbbf",
      );
      const any = fc.tuple(start, fc.uint8Array({ maxLength: 64 }));
      fc.assert(
        fc.property(any, fc.string(), ([magic, tail], text) => {
          const data = Buffer.concat([Buffer.from(magic, "hex"), tail]);
          expect(["decoded", "refused"]).toContain(codec.decode(data).outcome);
          expect(["decoded", "refused"]).toContain(codec.decodeBase64(text).outcome);
          expect(["encoded", "refused"]).toContain(codec.encode(data).outcome);
        }),
        { numRuns: 2_000 },
      );
    });
  });
}
