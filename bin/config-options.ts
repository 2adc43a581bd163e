import { option } from "./option.ts";
import * as kinds from "./value-kind.ts";

export const CONFIG_NAME = "brawler.config.json";

/** Flags that say what the file could say, the same in every command that has them. */
export const configOptions = {
  config: option(kinds.text, "FILE", `settings (default ./${CONFIG_NAME}, if there is one)`),
  capital: option(kinds.amount, "AMOUNT", "capital, in the reporting currency"),
  reporting: option(kinds.currency, "CURRENCY", "currency of portfolio figures"),
  horizons: option(kinds.horizons, "LIST", "how long after a trade its markouts look"),
};
