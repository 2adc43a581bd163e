/** What holds where `brawler.config.json` is silent, in the words of the file. */
export const CONFIG_DEFAULTS = {
  reporting: "USD",
  rates: { BTC: "BTC-PERP", ETH: "ETH-PERP" },
  horizons: ["0s", "1s", "5s", "10s", "30s", "1m", "5m"],
  maxAge: "60s",
  retention: { "5s": "48h", "1m": "35d", "1h": "400d", "1d": "forever" },
  pageUrl: "http://127.0.0.1:4173",
} as const;
