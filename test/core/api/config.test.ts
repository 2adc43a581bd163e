import { describe, expect, it } from "vitest";
import { resolveConfig } from "../../../lib/core/api/config.ts";
import { CONFIG_DEFAULTS } from "../../../lib/core/api/config-defaults.ts";
import { configProblems } from "../../../lib/core/api/config-schema.ts";
import { DEFAULT_RETENTION } from "../../../lib/core/rollup/ladder.ts";
import { DAY_US, HOUR_US, MINUTE_US, SECOND_US } from "../../../lib/core/units.ts";

const BTC_PERP = {
  base: "BTC",
  quote: "USD",
  settle: "USD",
  kind: "perp",
  contract: "linear",
  multiplier: "1",
  tick: "0.5",
  lot: "0.001",
  positionLimit: "25",
} as const;

const WHOLE = {
  capital: "250000",
  reporting: "EUR",
  rates: { USD: "EUR-USD" },
  instruments: { "BTC-PERP": BTC_PERP, "hedge/BTC-PERP": BTC_PERP },
  horizons: ["0s", "250ms", "1m"],
  maxAge: "30s",
  retention: { "5s": "24h", "1d": "forever" },
  pageUrl: "https://desk.example/brawler",
};

const problemsOf = (value: unknown) =>
  configProblems(value).map(({ path, problem }) => `${path} ${problem}`);

describe("configProblems", () => {
  it("finds nothing wrong with an empty file, a whole one, and the defaults themselves", () => {
    expect(configProblems({})).toEqual([]);
    expect(configProblems(WHOLE)).toEqual([]);
    expect(configProblems(structuredClone(CONFIG_DEFAULTS))).toEqual([]);
  });

  it.each([
    { value: [], says: "must be an object of settings, was []" },
    { value: null, says: "must be an object of settings, was null" },
    { value: { capitel: "1" }, says: "capitel is not a setting; known here: capital, reporting" },
    { value: { capital: 250_000 }, says: "capital must be a decimal in quotes" },
    { value: { capital: "0.00" }, says: 'capital must be greater than zero, was "0.00"' },
    { value: { capital: "-5" }, says: 'was "-5"' },
    {
      value: { reporting: "usd" },
      says: 'reporting must be a currency in capitals, such as "USD"',
    },
    { value: { rates: { EUR: 5 } }, says: "rates.EUR must be an instrument" },
    { value: { rates: { eur: "EUR-USD" } }, says: "rates.eur is not a setting" },
    { value: { horizons: [] }, says: "horizons must be a list of 1 to 16 durations" },
    { value: { horizons: ["5s", "5x"] }, says: "horizons.1 must be a whole number and us, ms, s" },
    { value: { horizons: ["60s", "1m"] }, says: 'horizons.1 must be longer than "60s" before it' },
    { value: { horizons: ["2h"] }, says: 'horizons.0 must be at most 1h, was "2h"' },
    { value: { maxAge: "0s" }, says: "maxAge must be longer than nothing" },
    {
      value: { retention: { "2m": "1d" } },
      says: "retention.2m is not a setting; known here: 5s, 1m",
    },
    { value: { retention: { "1m": "1h" } }, says: "retention.1m must be kept at least as long" },
    {
      value: { retention: { "5s": "forever" } },
      says: "retention.1m must be kept at least as long",
    },
    { value: { pageUrl: "javascript:alert(1)" }, says: "pageUrl must be an http or https address" },
    { value: { instruments: { btc: BTC_PERP } }, says: "instruments.btc is not a setting" },
    {
      value: { instruments: { "BTC-PERP": { ...BTC_PERP, tick: 0.5 } } },
      says: 'instruments.BTC-PERP.tick must be a decimal in quotes, such as "0.5", was 0.5',
    },
    {
      value: { instruments: { "BTC-PERP": { ...BTC_PERP, lot: "0" } } },
      says: 'instruments.BTC-PERP.lot must be greater than zero, was "0"',
    },
    {
      value: { instruments: { "BTC-PERP": { ...BTC_PERP, kind: "swap" } } },
      says: 'instruments.BTC-PERP.kind must be "spot", "perp" or "future", was "swap"',
    },
    { value: { instruments: { "BTC-PERP": {} } }, says: "instruments.BTC-PERP.settle is missing" },
  ])("says of $value: $says", ({ value, says }) => {
    expect(problemsOf(value)).toContainEqual(expect.stringContaining(says));
  });

  it("lists every problem of a file at once", () => {
    const wrong = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`wrong${index}`, 1]),
    );
    expect(configProblems({ ...wrong, capital: 1, horizons: ["1x", "2x"] })).toHaveLength(33);
  });

  it("takes no setting from a prototype", () => {
    const value: unknown = JSON.parse('{"__proto__": {"capital": "1"}, "constructor": 1}');
    expect(problemsOf(value)).toHaveLength(2);
    expect(({} as Record<string, unknown>)["capital"]).toBeUndefined();
  });
});

describe("resolveConfig", () => {
  it("fills in what the file leaves open", () => {
    const config = resolveConfig({});
    expect(config).toMatchObject({ maxAgeUs: 60 * SECOND_US, capital: undefined });
    expect(config.horizons.map(({ label }) => label)).toEqual([
      "0s",
      "1s",
      "5s",
      "10s",
      "30s",
      "1m",
      "5m",
    ]);
    expect(config.horizons.at(-1)?.us).toBe(5 * MINUTE_US);
    expect(config.retention).toEqual(DEFAULT_RETENTION);
    expect(config.reporting).toEqual({
      currency: "USD",
      rates: { BTC: "BTC-PERP", ETH: "ETH-PERP" },
    });
  });

  it("takes what the file says, setting by setting", () => {
    const config = resolveConfig(WHOLE);
    expect(config.capital).toBe("250000");
    expect(config.reporting).toEqual({ currency: "EUR", rates: { USD: "EUR-USD" } });
    expect(config.instruments.get("hedge/BTC-PERP")?.positionLimit).toBe("25");
    expect(config.horizons.map(({ us }) => us)).toEqual([0, 250_000, 60 * SECOND_US]);
    expect(config.retention).toMatchObject({ "5s": 24 * HOUR_US, "1m": 35 * DAY_US });
  });
});
