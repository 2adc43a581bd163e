/** The settings of one desk: what `brawler.config.json` may say, with units, and what holds where it is silent. */
import type { Horizon } from "../metrics/markout.ts";
import type { Retention } from "../rollup/ladder.ts";
import { type DurationUs, parseDuration } from "../units.ts";
import { CONFIG_DEFAULTS } from "./config-defaults.ts";
import type { ConfigFile } from "./config-schema.ts";

/** What an `instrument` line would say; decimals as they stand in the file. */
export type InstrumentSetting = NonNullable<ConfigFile["instruments"]>[string];

/** USD, USDT and USDC count as one. */
export interface ReportingSetting {
  /** Portfolio figures are in it. */
  readonly currency: string;
  /** By currency, the instrument whose mid converts it into the reporting currency. */
  readonly rates: Readonly<Record<string, string>>;
}

export interface Configuration {
  /** In the reporting currency; without it, capital-relative figures are `insufficient`. */
  readonly capital: string | undefined;
  readonly reporting: ReportingSetting;
  /** By instrument, or `account/instrument`. */
  readonly instruments: ReadonlyMap<string, InstrumentSetting>;
  /** Shortest first. */
  readonly horizons: readonly Horizon[];
  /** A mid older than this enters no statistic. */
  readonly maxAgeUs: DurationUs;
  /** How long buckets are kept, counted from an instrument's newest event; infinite is for ever. */
  readonly retention: Retention;
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
    reporting: {
      currency: file.reporting ?? CONFIG_DEFAULTS.reporting,
      rates: file.rates ?? CONFIG_DEFAULTS.rates,
    },
    instruments: new Map(Object.entries(file.instruments ?? {})),
    horizons: (file.horizons ?? CONFIG_DEFAULTS.horizons).map((label) => ({
      label,
      us: durationOf(label),
    })),
    maxAgeUs: durationOf(file.maxAge ?? CONFIG_DEFAULTS.maxAge),
    retention: {
      "5s": retentionOf(retention["5s"]),
      "1m": retentionOf(retention["1m"]),
      "1h": retentionOf(retention["1h"]),
      "1d": retentionOf(retention["1d"]),
    },
    pageUrl: file.pageUrl ?? CONFIG_DEFAULTS.pageUrl,
  };
}

function retentionOf(text: string): number {
  return text === "forever" ? Number.POSITIVE_INFINITY : durationOf(text);
}

function durationOf(text: string): DurationUs {
  const us = parseDuration(text);
  if (us === undefined) throw new RangeError(`a setting must be a duration, was ${text}`);
  return us;
}
