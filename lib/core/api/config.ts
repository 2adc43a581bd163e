/** The settings of one desk: what `brawler.config.json` may say, with units, and what holds where it is silent. */
import type { Horizon } from "../metrics/markout.ts";
import type { Resolution } from "../rollup/row.ts";
import { type DurationUs, parseDuration } from "../units.ts";
import { CONFIG_DEFAULTS } from "./config-defaults.ts";
import type { ConfigFile } from "./config-schema.ts";

/** What an `instrument` line would say; decimals as they stand in the file. */
export type InstrumentSetting = NonNullable<ConfigFile["instruments"]>[string];

export interface Configuration {
  /** In the reporting currency; without it, capital-relative figures are `insufficient`. */
  readonly capital: string | undefined;
  /** Portfolio figures are in this currency; USD, USDT and USDC count as one. */
  readonly reporting: string;
  /** By currency, the instrument whose mid converts it into the reporting currency. */
  readonly rates: ReadonlyMap<string, string>;
  /** By instrument, or `account/instrument`. */
  readonly instruments: ReadonlyMap<string, InstrumentSetting>;
  /** Shortest first. */
  readonly horizons: readonly Horizon[];
  /** A mid older than this enters no statistic. */
  readonly maxAgeUs: DurationUs;
  /** How long buckets are kept, counted from an instrument's newest event; `undefined` is for ever. */
  readonly retentionUs: Readonly<Record<Resolution, DurationUs | undefined>>;
  /** Where people reach the page; links in messages start with it. */
  readonly pageUrl: string;
}

/**
 * Fills in the defaults and reads the units.
 *
 * @param file what `configProblems` found nothing wrong with
 * @throws {RangeError} if a duration is not one after all
 */
export function resolveConfig(file: ConfigFile): Configuration {
  const retention = { ...CONFIG_DEFAULTS.retention, ...file.retention };
  return {
    capital: file.capital,
    reporting: file.reporting ?? CONFIG_DEFAULTS.reporting,
    rates: new Map(Object.entries(file.rates ?? {})),
    instruments: new Map(Object.entries(file.instruments ?? {})),
    horizons: (file.horizons ?? CONFIG_DEFAULTS.horizons).map((label) => ({
      label,
      us: durationOf(label),
    })),
    maxAgeUs: durationOf(file.maxAge ?? CONFIG_DEFAULTS.maxAge),
    retentionUs: {
      "5s": retentionOf(retention["5s"]),
      "1m": retentionOf(retention["1m"]),
      "1h": retentionOf(retention["1h"]),
      "1d": retentionOf(retention["1d"]),
    },
    pageUrl: file.pageUrl ?? CONFIG_DEFAULTS.pageUrl,
  };
}

function retentionOf(text: string): DurationUs | undefined {
  return text === "forever" ? undefined : durationOf(text);
}

function durationOf(text: string): DurationUs {
  const us = parseDuration(text);
  if (us === undefined) throw new RangeError(`a setting must be a duration, was ${text}`);
  return us;
}
