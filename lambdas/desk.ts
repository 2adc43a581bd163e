import { type Configuration, resolveConfig } from "../lib/core/api/config.ts";
import type { ConfigFile } from "../lib/core/api/config-schema.ts";
import { requireEnv } from "./env.ts";

/** The desk's settings, which the stack has checked. */
export function deskConfig(): Configuration {
  return resolveConfig(JSON.parse(requireEnv("BRAWLER_CONFIG")) as ConfigFile);
}
