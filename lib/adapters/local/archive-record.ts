/**
 * One archived line as one line of NDJSON. An accepted line, which is JSON itself, stands in it as it came, so that
 * the files can be read with any tool:
 *
 *     {"position":7,"receivedTime":1758240000000000,"line":{"type":"heartbeat",…}}
 *
 * Everything else is escaped: `{"position":8,"receivedTime":…,"verdict":"refused","reason":"…","text":"…"}`.
 */
import type { EpochUs } from "../../core/units.ts";
import type { ArchivedLine, ArchiveVerdict, ArrivedLine } from "../../ports/raw-archive.ts";

const POSITION = '{"position":';
const RECEIVED = ',"receivedTime":';
const LINE = ',"line":';

/** Ends with a line feed. */
export function encodeRecord(position: number, arrived: ArrivedLine): string {
  const head = `${POSITION}${position}${RECEIVED}${arrived.receivedTime}`;
  if (canStandAsItCame(arrived)) return `${head}${LINE}${arrived.line}}\n`;
  const { verdict, reason = null, line } = arrived;
  const tail = JSON.stringify({ verdict, reason, text: line });
  return `${head},${tail.slice(1)}\n`;
}

/** @returns `undefined` for text that `encodeRecord` did not make */
export function decodeRecord(text: string): ArchivedLine | undefined {
  if (!text.startsWith(POSITION) || !text.endsWith("}")) return undefined;
  const positionEnd = text.indexOf(",", POSITION.length);
  if (!text.startsWith(RECEIVED, positionEnd)) return undefined;
  const receivedEnd = text.indexOf(",", positionEnd + RECEIVED.length);
  const position = Number(text.slice(POSITION.length, positionEnd));
  const receivedTime = Number(text.slice(positionEnd + RECEIVED.length, receivedEnd)) as EpochUs;
  if (!Number.isSafeInteger(position) || !Number.isSafeInteger(receivedTime)) return undefined;
  if (text.startsWith(LINE, receivedEnd)) {
    const line = text.slice(receivedEnd + LINE.length, -1);
    if (!isBraced(line)) return undefined;
    return { position, receivedTime, verdict: "accepted", reason: undefined, line };
  }
  return decodeEscaped(`{${text.slice(receivedEnd + 1)}`, position, receivedTime);
}

function decodeEscaped(
  text: string,
  position: number,
  receivedTime: EpochUs,
): ArchivedLine | undefined {
  const fields = parseObject(text);
  const { verdict, reason, text: line } = fields;
  if (!isVerdict(verdict) || typeof line !== "string") return undefined;
  if (reason !== null && typeof reason !== "string") return undefined;
  return { position, receivedTime, verdict, reason: reason ?? undefined, line };
}

function parseObject(text: string): { verdict?: unknown; reason?: unknown; text?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

/** A lone surrogate has no UTF-8 form, and a line feed would end the record. */
function canStandAsItCame({ verdict, reason, line }: ArrivedLine): boolean {
  return (
    verdict === "accepted" &&
    reason === undefined &&
    isBraced(line) &&
    !line.includes("\n") &&
    line.isWellFormed()
  );
}

function isBraced(line: string): boolean {
  return line.startsWith("{") && line.endsWith("}");
}

function isVerdict(value: unknown): value is ArchiveVerdict {
  return value === "accepted" || value === "refused" || value === "note";
}
