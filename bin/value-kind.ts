/** How the text of a flag becomes a value, and what to say when it does not. */
import { parseInstant } from "../lib/core/api/time.ts";
import { type DurationUs, type EpochUs, parseDuration } from "../lib/core/units.ts";

const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

export interface ValueKind<T> {
  /** Completes "expects …". */
  readonly expected: string;
  readonly read: (text: string) => T | undefined;
  /** All there are, where that is a list of words: a mistyped one gets the likely one suggested. */
  readonly words?: readonly string[];
}

export const text: ValueKind<string> = {
  expected: "a text",
  read: (typed) => (typed === "" ? undefined : typed),
};

/** A deployment's setting, as CDK takes it. */
export const setting: ValueKind<readonly [name: string, value: string]> = {
  expected: "NAME=VALUE, such as store=dynamodb",
  read: (typed) => {
    const [, name, value] = /^([A-Za-z@][^=\s]*)=(.*)$/.exec(typed) ?? [];
    return name === undefined || value === undefined ? undefined : [name, value];
  },
};

export const duration: ValueKind<DurationUs> = {
  expected: "a whole number and us, ms, s, m, h or d, such as 24h",
  read: parseDuration,
};

export const postgresAddress: ValueKind<string> = {
  expected: "an address such as postgres://user@host:5432/database, with ?schema=NAME if need be",
  read: (typed) => {
    const { protocol, searchParams } = URL.canParse(typed) ? new URL(typed) : new URL("none:");
    const isOurs = protocol === "postgres:" || protocol === "postgresql:";
    return isOurs && SCHEMA_NAME.test(searchParams.get("schema") ?? "brawler") ? typed : undefined;
  },
};

/** A duration that takes some time. */
export const span: ValueKind<DurationUs> = {
  expected: "a whole number above 0 and us, ms, s, m, h or d, such as 24h",
  read: (typed) => parseDuration(typed) || undefined,
};

/** A duration that may be nothing, with or without a unit. */
export const spanOrNothing: ValueKind<DurationUs> = {
  expected: "a whole number and us, ms, s, m, h or d, such as 90d, or 0",
  read: (typed) => parseDuration(typed === "0" ? "0s" : typed),
};

export const instant: ValueKind<EpochUs> = {
  expected: "a time with a zone, such as 2026-01-01T00:00:00Z, or microseconds since 1970",
  read: parseInstant,
};

export const port: ValueKind<number> = {
  expected: "a port from 0 (any free one) to 65535",
  read: (typed) => integerBetween(typed, 0, 65_535),
};

export const seed: ValueKind<number> = {
  expected: "a whole number from 0 to 4294967295",
  read: (typed) => integerBetween(typed, 0, 4_294_967_295),
};

export const amount: ValueKind<string> = {
  expected: "a plain amount above 0, such as 250000 or 0.5",
  read: (typed) =>
    /^(0|[1-9]\d{0,14})(\.\d{1,12})?$/.test(typed) && /[1-9]/.test(typed) ? typed : undefined,
};

export const currency: ValueKind<string> = {
  expected: "a currency in capitals, such as USD",
  read: (typed) => (/^[A-Z0-9]{1,12}$/.test(typed) ? typed : undefined),
};

/** How many times faster than the clock. */
export const speed: ValueKind<number> = {
  expected: "a number above 0 and up to 100000, such as 60",
  read: (typed) => {
    const value = /^\d{1,6}(\.\d{1,6})?$/.test(typed) ? Number(typed) : Number.NaN;
    return value > 0 && value <= 100_000 ? value : undefined;
  },
};

const INSTRUMENT = /^([a-z0-9][a-z0-9_-]{0,31}\/)?[A-Z0-9][A-Z0-9._:-]{0,31}$/;

export const instrument: ValueKind<string> = {
  expected: "an instrument in capitals, such as BTC-PERP, or account/instrument",
  read: (typed) => (INSTRUMENT.test(typed) ? typed : undefined),
};

export const instruments: ValueKind<readonly string[]> = {
  expected: "instruments in capitals with commas between them, such as BTC-PERP,ETH-PERP",
  read: (typed) => listOf(typed, instrument),
};

export const horizons: ValueKind<readonly string[]> = {
  expected: "durations with commas between them, shortest first, such as 0s,5s,1m",
  read: (typed) => listOf(typed, { ...duration, read: (item) => parseDuration(item) && item }),
};

/** One of a list of words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueKind<Word> {
  return {
    expected: `one of ${words.join(", ")}`,
    read: (typed) => words.find((word) => word === typed),
    words,
  };
}

function listOf<T>(typed: string, kind: ValueKind<T>): readonly T[] | undefined {
  const items: T[] = [];
  for (const item of typed.split(",")) {
    const value = kind.read(item.trim());
    if (value === undefined || items.includes(value)) return undefined;
    items.push(value);
  }
  return items;
}

function integerBetween(typed: string, least: number, most: number): number | undefined {
  const value = /^\d{1,15}$/.test(typed) ? Number(typed) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}
