/** Every field of the wire, by number: what a reader of text and a reader of bytes fill in alike. */
import type { BrawlerEvent } from "./event.ts";

/** Integers first, then decimals, then words, then texts: the class of a field follows from its number. */
export const FIELD = {
  time: 0,
  sequence: 1,
  receivedTime: 2,
  intervalMinutes: 3,
  price: 4,
  quantity: 5,
  fee: 6,
  positionBefore: 7,
  feeRate: 8,
  bid: 9,
  ask: 10,
  bidQuantity: 11,
  askQuantity: 12,
  mark: 13,
  rate: 14,
  payment: 15,
  multiplier: 16,
  tick: 17,
  lot: 18,
  positionLimit: 19,
  type: 20,
  instrument: 21,
  account: 22,
  side: 23,
  liquidity: 24,
  execution: 25,
  action: 26,
  kind: 27,
  contract: 28,
  source: 29,
  tradeId: 30,
  quoteId: 31,
  feeCurrency: 32,
  counterparty: 33,
  venue: 34,
  strategy: 35,
  reason: 36,
  base: 37,
  quote: 38,
  settle: 39,
} as const;

export type FieldName = keyof typeof FIELD;
export type EventType = BrawlerEvent["type"];

export const FIELD_NAMES = Object.keys(FIELD) as readonly FieldName[];
export const FIELD_COUNT = FIELD_NAMES.length;

/** Below it, fields hold integers; from it on, decimals. */
export const FIRST_DECIMAL = FIELD.price;
/** From it on, fields hold words: names and choices whose own rule is stricter than that of a text. */
export const FIRST_WORD = FIELD.type;
/** From it on, fields hold texts. */
export const FIRST_TEXT = FIELD.source;

interface Shape {
  readonly required: readonly FieldName[];
  readonly optional: readonly FieldName[];
}

const ENVELOPE: Shape = {
  required: ["type", "instrument", "time", "sequence"],
  optional: ["source", "account", "receivedTime"],
};

/** What each kind has beside the envelope, in the order in which it is written. */
const KINDS: Readonly<Record<EventType, Shape>> = {
  trade: {
    required: ["tradeId", "side", "price", "quantity", "liquidity", "fee"],
    optional: [
      "feeCurrency",
      "quoteId",
      "counterparty",
      "venue",
      "strategy",
      "positionBefore",
      "feeRate",
      "execution",
    ],
  },
  quote: { required: ["quoteId", "action", "side"], optional: ["price", "quantity", "reason"] },
  reference: { required: ["bid", "ask"], optional: ["bidQuantity", "askQuantity", "mark"] },
  funding: { required: ["rate", "intervalMinutes"], optional: ["payment", "mark"] },
  bust: { required: ["tradeId"], optional: [] },
  correction: { required: ["tradeId"], optional: ["price", "quantity", "fee", "side"] },
  instrument: {
    required: ["base", "quote", "settle", "kind", "contract", "multiplier", "tick", "lot"],
    optional: ["positionLimit"],
  },
  heartbeat: { required: [], optional: [] },
};

/** What stands where a field is left out. */
export const DEFAULTS = { account: "main", source: "brawler", execution: "trade" } as const;

/** A set of fields: bit n of `low` is field n, bit n of `high` is field 32 + n. */
export interface FieldSet {
  readonly low: number;
  readonly high: number;
}

/** One kind of event: its fields in the order in which they are written, and as sets. */
export interface KindFields {
  readonly type: EventType;
  /** Its place in `EVENT_TYPES`. */
  readonly index: number;
  readonly names: readonly FieldName[];
  readonly required: FieldSet;
  readonly allowed: FieldSet;
}

export const EVENT_TYPES = Object.keys(KINDS) as readonly EventType[];

const KIND_FIELDS: ReadonlyMap<string, KindFields> = new Map(
  EVENT_TYPES.map((type) => [type, kindFields(type)]),
);

/** The fields of a kind, or `undefined` where there is no such kind. */
export function fieldsOf(type: EventType): KindFields;
export function fieldsOf(type: string): KindFields | undefined;
export function fieldsOf(type: string): KindFields | undefined {
  return KIND_FIELDS.get(type);
}

function kindFields(type: EventType): KindFields {
  const own = KINDS[type];
  const required = [...ENVELOPE.required, ...own.required];
  const names = [...ENVELOPE.required, ...ENVELOPE.optional, ...own.required, ...own.optional];
  return {
    type,
    index: EVENT_TYPES.indexOf(type),
    names,
    required: setOf(required),
    allowed: setOf(names),
  };
}

function setOf(names: readonly FieldName[]): FieldSet {
  const set = { low: 0, high: 0 };
  for (const name of names) addField(set, FIELD[name]);
  return set;
}

/** Puts `field` into the set, in place. */
export function addField(set: { low: number; high: number }, field: number): void {
  if (field < 32) set.low |= 1 << field;
  else set.high |= 1 << (field - 32);
}

/** True when `field` is in the set. */
export function hasField(set: FieldSet, field: number): boolean {
  return ((field < 32 ? set.low >>> field : set.high >>> (field - 32)) & 1) === 1;
}

/** True when everything that the kind requires is in the set. */
export function hasAll(set: FieldSet, kind: KindFields): boolean {
  const { required } = kind;
  return (required.low & ~set.low) === 0 && (required.high & ~set.high) === 0;
}

/** True when nothing is in the set that the kind does not have. */
export function hasOnly(set: FieldSet, kind: KindFields): boolean {
  const { allowed } = kind;
  return (set.low & ~allowed.low) === 0 && (set.high & ~allowed.high) === 0;
}
