import { InvalidCursorError } from "../../ports/invalid-cursor-error.ts";

/** Where a page of trades ended. */
export interface TradePosition {
  readonly time: number;
  readonly sequence: number;
  readonly account: string;
  readonly instrument: string;
}

export type TradeOrder = "asc" | "desc";

export function encodeTradeCursor(order: TradeOrder, at: TradePosition): string {
  const text = JSON.stringify([order, at.time, at.sequence, at.account, at.instrument]);
  return Buffer.from(text, "utf8").toString("base64url");
}

/** @throws {InvalidCursorError} for anything that `encodeTradeCursor` did not make for this order */
export function decodeTradeCursor(order: TradeOrder, cursor: string): TradePosition {
  const [madeFor, time, sequence, account, instrument, ...rest] = decodeList(cursor);
  if (
    madeFor !== order ||
    !isCount(time) ||
    !isCount(sequence) ||
    typeof account !== "string" ||
    typeof instrument !== "string" ||
    rest.length > 0
  ) {
    throw new InvalidCursorError(cursor);
  }
  return { time, sequence, account, instrument };
}

function decodeList(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parsed) ? parsed : [];
  } catch (cause) {
    throw new InvalidCursorError(cursor, { cause });
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
