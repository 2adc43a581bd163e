/**
 * The shape of `brawler.config.json`, as JSON Schema. Every setting has a default, so `{}` is a whole file;
 * `config.ts` holds the defaults and turns the texts into units.
 */
import { type Static, Type } from "typebox";
import { Errors } from "typebox/value";
import { parseDuration } from "../units.ts";
import { CONFIG_DEFAULTS } from "./config-defaults.ts";

const closed = { additionalProperties: false } as const;

const decimal = Type.String({
  pattern: "^(0|[1-9][0-9]{0,14})([.][0-9]{1,12})?$",
  description: 'a decimal in quotes, such as "0.5"',
});
const currency = Type.String({
  pattern: "^[A-Z0-9]{1,12}$",
  description: 'a currency in capitals, such as "USD"',
});
const duration = Type.String({
  pattern: "^[0-9]{1,12}(us|ms|s|m|h|d)$",
  description: 'a whole number and us, ms, s, m, h or d, such as "48h"',
});
const instrumentName = Type.String({
  pattern: "^[A-Z0-9][A-Z0-9._:-]{0,31}$",
  description: 'an instrument, such as "BTC-PERP"',
});
const kept = Type.String({
  pattern: "^([0-9]{1,12}(us|ms|s|m|h|d)|forever)$",
  description: 'a duration such as "35d", or "forever"',
});

/** What an `instrument` line says, for feeds that send none; a line in the feed wins. */
const instrumentSchema = Type.Object(
  {
    base: currency,
    quote: currency,
    settle: currency,
    kind: Type.Enum(["spot", "perp", "future"], { description: '"spot", "perp" or "future"' }),
    contract: Type.Enum(["linear", "inverse"], { description: '"linear" or "inverse"' }),
    multiplier: decimal,
    tick: decimal,
    lot: decimal,
    positionLimit: Type.Optional(decimal),
  },
  {
    ...closed,
    description: "an object with base, quote, settle, kind, contract, multiplier, tick, lot",
  },
);

const INSTRUMENT_KEY = "^([a-z0-9][a-z0-9_-]{0,31}/)?[A-Z0-9][A-Z0-9._:-]{0,31}$";

export const configSchema = Type.Object(
  {
    capital: Type.Optional(decimal),
    reporting: Type.Optional(currency),
    rates: Type.Optional(
      Type.Record(Type.String({ pattern: "^[A-Z0-9]{1,12}$" }), instrumentName, {
        ...closed,
        description: 'an object from currency to instrument, such as { "EUR": "EUR-USD" }',
      }),
    ),
    instruments: Type.Optional(
      Type.Record(Type.String({ pattern: INSTRUMENT_KEY }), instrumentSchema, {
        ...closed,
        description: "an object from instrument (or account/instrument) to its specification",
      }),
    ),
    horizons: Type.Optional(
      Type.Array(duration, {
        minItems: 1,
        maxItems: 16,
        description: 'a list of 1 to 16 durations, such as ["0s", "5s", "1m"]',
      }),
    ),
    maxAge: Type.Optional(duration),
    retention: Type.Optional(
      Type.Object(
        {
          "5s": Type.Optional(kept),
          "1m": Type.Optional(kept),
          "1h": Type.Optional(kept),
          "1d": Type.Optional(kept),
        },
        {
          ...closed,
          description: 'an object from "5s", "1m", "1h", "1d" to a duration or "forever"',
        },
      ),
    ),
    pageUrl: Type.Optional(
      Type.String({
        pattern: "^https?://[^\\s\"'<>]{1,200}$",
        description: 'an http or https address, such as "http://127.0.0.1:4173"',
      }),
    ),
  },
  { ...closed, $id: "brawler.config/1", description: "an object of settings" },
);

export type ConfigFile = Static<typeof configSchema>;

/** One thing wrong with a configuration: `path` names the setting, as in `instruments.BTC-PERP.tick`. */
export interface ConfigProblem {
  readonly path: string;
  readonly problem: string;
}

/**
 * Everything wrong with a parsed `brawler.config.json`, first what does not fit the schema, and once it fits, what
 * contradicts itself. Empty means that `value` is a `ConfigFile`.
 */
export function configProblems(value: unknown): readonly ConfigProblem[] {
  const misfits = schemaProblems(value);
  return misfits.length > 0 ? misfits : contradictions(value as ConfigFile);
}

/** Setting by setting, because the validator stops after a few errors and nobody mends a file eight lines at a time. */
function schemaProblems(value: unknown): readonly ConfigProblem[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [{ path: "", problem: misfit([], value) }];
  }
  const settings = value as Readonly<Record<string, unknown>>;
  return Object.keys(settings).flatMap((name) => {
    const known = Object.hasOwn(configSchema.properties, name);
    return known
      ? settingProblems(name, settings)
      : [{ path: name, problem: misfit([name], value) }];
  });
}

function settingProblems(
  name: string,
  settings: Readonly<Record<string, unknown>>,
): readonly ConfigProblem[] {
  const problems = new Map<string, ConfigProblem>();
  const only = { [name]: settings[name] };
  for (const error of Errors(configSchema, only)) {
    const steps = pointerSteps(error.instancePath);
    const path = steps.join(".");
    if (error.keyword === "required") {
      for (const missing of error.params.requiredProperties) {
        const whole = `${path}.${missing}`;
        problems.set(whole, { path: whole, problem: "is missing" });
      }
    } else if (error.keyword !== "additionalProperties" && !problems.has(path)) {
      problems.set(path, { path, problem: misfit(steps, settings) });
    }
  }
  return [...problems.values()];
}

function pointerSteps(pointer: string): readonly string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function misfit(steps: readonly string[], value: unknown): string {
  let node = configSchema as SchemaNode;
  let found = value;
  for (const step of steps) {
    const next = childSchema(node, step);
    if (next === undefined) return `is not a setting; ${knownNames(node)}`;
    node = next;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  return `must be ${node.description}, was ${excerpt(found)}`;
}

function childSchema(node: SchemaNode, step: string): SchemaNode | undefined {
  if (node.items !== undefined) return node.items;
  if (node.properties !== undefined) {
    return Object.hasOwn(node.properties, step) ? node.properties[step] : undefined;
  }
  const byPattern = Object.entries(node.patternProperties ?? {});
  return byPattern.find(([pattern]) => new RegExp(pattern).test(step))?.[1];
}

function knownNames(node: SchemaNode): string {
  const names = Object.keys(node.properties ?? {});
  return names.length > 0 ? `known here: ${names.join(", ")}` : `expected ${node.description}`;
}

function excerpt(found: unknown): string {
  const text = JSON.stringify(found) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function contradictions(file: ConfigFile): readonly ConfigProblem[] {
  return [
    ...positiveDecimals(file),
    ...horizonProblems(file.horizons ?? []),
    ...maxAgeProblem(file.maxAge),
    ...retentionProblems({ ...CONFIG_DEFAULTS.retention, ...file.retention }),
  ];
}

function positiveDecimals(file: ConfigFile): readonly ConfigProblem[] {
  const settings: [string, string | undefined][] = [["capital", file.capital]];
  for (const [name, spec] of Object.entries(file.instruments ?? {})) {
    const at = `instruments.${name}`;
    settings.push([`${at}.multiplier`, spec.multiplier], [`${at}.tick`, spec.tick]);
    settings.push([`${at}.lot`, spec.lot], [`${at}.positionLimit`, spec.positionLimit]);
  }
  return settings
    .filter(([, text]) => text !== undefined && !/[1-9]/.test(text))
    .map(([path, text]) => ({ path, problem: `must be greater than zero, was "${text}"` }));
}

/** Labels are report keys, so two labels for one duration (`60s`, `1m`) would show one figure twice. */
function horizonProblems(horizons: readonly string[]): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [index, label] of horizons.entries()) {
    const previous = horizons[index - 1];
    const us = parseDuration(label) ?? Number.POSITIVE_INFINITY;
    const path = `horizons.${index}`;
    if (us > LONGEST_HORIZON_US) {
      problems.push({ path, problem: `must be at most 1h, was "${label}"` });
    } else if (previous !== undefined && us <= (parseDuration(previous) ?? 0)) {
      problems.push({
        path,
        problem: `must be longer than "${previous}" before it, was "${label}"`,
      });
    }
  }
  return problems;
}

/** Pending trades live in the state until their last horizon has passed. */
const LONGEST_HORIZON_US = 3_600_000_000;

function maxAgeProblem(maxAge: string | undefined): readonly ConfigProblem[] {
  const us = parseDuration(maxAge ?? "60s") ?? 0;
  return us > 0
    ? []
    : [{ path: "maxAge", problem: `must be longer than nothing, was "${maxAge}"` }];
}

const LADDER = ["5s", "1m", "1h", "1d"] as const;

function retentionProblems(
  retention: Readonly<Record<(typeof LADDER)[number], string>>,
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  let finer = 0;
  for (const resolution of LADDER) {
    const text = retention[resolution];
    const us = text === "forever" ? Number.POSITIVE_INFINITY : (parseDuration(text) ?? 0);
    if (us < finer) {
      const problem = `must be kept at least as long as finer buckets, was "${text}"`;
      problems.push({ path: `retention.${resolution}`, problem });
    }
    finer = us;
  }
  return problems;
}
