/** Building blocks that several response schemas share, and the proof that a schema mirrors a type. */
import { type Static, type TSchema, Type } from "typebox";

/**
 * `true` when two types are the same once `readonly` is set aside, property by property:
 * neither may hold a property, an optional mark or a `null` that the other lacks.
 */
export type Same<A, B> =
  (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : false;

type Plain<T> = T extends readonly (infer Item)[]
  ? number extends T["length"]
    ? Plain<Item>[]
    : { -readonly [Key in keyof T]: Plain<T[Key]> }
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** `T`, where the proof holds; a compile error where it does not. */
export type Proven<T, Proof extends true> = Proof extends true ? T : never;

/** Instants are integers of microseconds since the Unix epoch, UTC. */
export const epochUsSchema = Type.Integer({
  minimum: 0,
  description: "Microseconds since the Unix epoch, UTC.",
});

export const durationUsSchema = Type.Integer({ minimum: 1, description: "Microseconds." });

/** Exact figures: no exponent, no trailing zeros, no `-0`. */
export const decimalSchema = Type.String({
  pattern: "^-?\\d+(\\.\\d+)?$",
  description: "An exact decimal: no exponent, no trailing zeros.",
});

export const countSchema = Type.Integer({ minimum: 0 });

/** The instrument for account `main`, else `account/instrument`. */
export const INSTRUMENT_KEY_PATTERN = "^(?:[a-z0-9][a-z0-9_-]{0,31}/)?[A-Z0-9][A-Z0-9._:-]{0,31}$";

export const instrumentKeySchema = Type.String({
  pattern: INSTRUMENT_KEY_PATTERN,
  description: "The instrument for account `main`, else `account/instrument`.",
});

/** A closed object: a property that is not named here is an error. */
export function closed<Properties extends Record<string, TSchema>>(
  properties: Properties,
  description?: string,
) {
  return Type.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** Two numbers, as JSON Schema 2020-12 writes a pair. */
export const intervalSchema = Type.Unsafe<readonly [number, number]>({
  type: "array",
  items: { type: "number" },
  minItems: 2,
  maxItems: 2,
  description: "A 95 % interval, [low, high].",
});

/** A constant with its literal type. */
export function choice<const Values extends readonly string[]>(values: Values) {
  return Type.Unsafe<Values[number]>({ type: "string", enum: [...values] });
}

/**
 * How current an answer is. Ages are judged by these numbers, never by a constant of the reader:
 * late after 3 cadences, stale after 10 (at least 60 s).
 */
export const freshSchema = closed(
  {
    asOf: Type.Union([epochUsSchema, Type.Null()], {
      description: "The newest event time counted; null before the first event.",
    }),
    cadenceUs: Type.Integer({ minimum: 1, description: "How often asOf is expected to move." }),
    coverage: Type.Number({
      minimum: 0,
      maximum: 1,
      description: "Share of the window for which data is held.",
    }),
    sources: Type.Array(
      closed({
        id: Type.String(),
        lastAt: nullable(epochUsSchema),
      }),
      { description: "One per instrument feed: when it was last heard." },
    ),
  },
  "How current the answer is.",
);

export type Fresh = Static<typeof freshSchema>;
