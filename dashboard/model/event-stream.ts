/** Server-sent events over fetch: bytes in any pieces, whole messages out. */

export interface StreamMessage {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** @returns a function that takes the next piece of text and gives the messages that it completes */
export function createStreamParser(): (piece: string) => readonly StreamMessage[] {
  let rest = "";
  return (piece) => {
    rest += piece.replaceAll("\r", "");
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.flatMap(parseBlock);
  };
}

function parseBlock(block: string): readonly StreamMessage[] {
  let event = "message";
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const value = line.slice(colon + 1).replace(/^ /, "");
    const field = line.slice(0, colon);
    if (field === "event") event = value;
    if (field === "id") id = value;
    if (field === "data") data.push(value);
  }
  return data.length === 0 ? [] : [{ event, id, data: data.join("\n") }];
}

/** 2, 4, 8 … 60 s, each shortened by up to a quarter so that many readers do not come back at once. */
export function backoffMs(failures: number, random: number): number {
  const whole = Math.min(60_000, 2_000 * 2 ** Math.min(10, Math.max(0, failures - 1)));
  return Math.round(whole * (1 - random / 4));
}
