/**
 * One line of the archive's objects. A line of a frame that is a JSON object stands in it as it came, for any tool to read:
 *
 *     {"sequenceNumber":"495…","partitionKey":"BTC-PERP","arrivedAt":1758240000000000,"lineNumber":1,"line":{…}}
 *
 * Any other is escaped: `"text":"…"`, or `"bytes":"<base64>"` where it is no UTF-8, and a refused one has
 * `"verdict":"refused","reason":"…"`. A frame that was refused whole is line 0.
 */
import type { EpochUs } from "../../core/units.ts";
import type { StreamedLine } from "../../ports/archived-stream.ts";

const LINE = ',"line":';

export interface LineContent {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly arrivedAt: number;
  readonly lineNumber: number;
  /** Why it was refused, if it was. */
  readonly reason: string | undefined;
  /** Text, or what has none. */
  readonly content: string | Uint8Array;
}

/** Ends with a line feed. */
export function encodeStreamedLine({ reason, content, ...where }: LineContent): string {
  const head = JSON.stringify(where).slice(0, -1);
  const isText = typeof content === "string";
  if (isText && reason === undefined && canStandAsItCame(content)) {
    return `${head}${LINE}${content}}\n`;
  }
  const verdict = reason === undefined ? {} : { verdict: "refused", reason };
  const body = isText ? { text: content } : { bytes: Buffer.from(content).toString("base64") };
  return `${head},${JSON.stringify({ ...verdict, ...body }).slice(1)}\n`;
}

/** @returns `undefined` for a text that `encodeStreamedLine` did not make */
export function decodeStreamedLine(shard: string, text: string): StreamedLine | undefined {
  // Inside of a JSON text its quotes would be escaped: the first one found is ours.
  const at = text.indexOf(LINE);
  const fields = parseObject(at === -1 ? text : `${text.slice(0, at)}}`);
  const { sequenceNumber, partitionKey, arrivedAt, lineNumber, reason } = fields;
  const line = at === -1 ? textOf(fields) : text.slice(at + LINE.length, -1);
  const isOurs =
    typeof sequenceNumber === "string" &&
    typeof partitionKey === "string" &&
    typeof line === "string" &&
    Number.isSafeInteger(arrivedAt) &&
    Number.isSafeInteger(lineNumber);
  if (!isOurs) return undefined;
  const verdict =
    fields["verdict"] === "refused"
      ? ({ verdict: "refused", reason: typeof reason === "string" ? reason : undefined } as const)
      : ({ verdict: "accepted", reason: undefined } as const);
  const receivedTime = arrivedAt as EpochUs;
  const number = lineNumber as number;
  return {
    shard,
    sequenceNumber,
    partitionKey,
    lineNumber: number,
    receivedTime,
    ...verdict,
    line,
  };
}

function textOf({ text, bytes }: Readonly<Record<string, unknown>>): unknown {
  return typeof bytes === "string" ? Buffer.from(bytes, "base64").toString("utf8") : text;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null ? { ...parsed } : {};
  } catch {
    return {};
  }
}

function canStandAsItCame(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}") && line.isWellFormed();
}
