/**
 * Goal: nobody can make this product trade. Method: the start-up guard is asked with every way to type it, and all
 * shipped sources are searched for what a connection to a venue needs, its address and its credentials.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { refuseLive } from "../../bin/never-live.ts";
import { brawler } from "./brawler-process.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SHIPPED = ["bin", "lib", "lambdas", "dashboard", "bench", "rules"];

const VENUE_ADDRESS =
  /(?:api|fapi|dapi|ws|wss|stream|fstream|www|exchange|ftx|advanced-trade-ws)[a-z0-9.-]*\.(?:binance|bybit|okx|hyperliquid|coinbase|kraken|bitmex|deribit|kucoin|gate|bitget|huobi|htx|dydx)[a-z]*\.(?:com|io|xyz|trade|exchange|org|us)/i;
const CREDENTIAL =
  /(?:api[_-]?secret|secret[_-]?key|X-MBX-APIKEY|X-BAPI-|OK-ACCESS-|CB-ACCESS-|KC-API-|private[_-]?key|(?:binance|bybit|okx|coinbase|kraken|hyperliquid)[_-]?(?:api|secret|key|token))/i;

function shippedFiles(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]sx?|json|ya?ml|html)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !/node_modules|dist/.test(path));
}

function findings(pattern: RegExp): readonly string[] {
  const present = readdirSync(ROOT).filter((name) => SHIPPED.includes(name));
  return present
    .flatMap((name) => shippedFiles(join(ROOT, name)))
    .flatMap((path) => {
      const found = pattern.exec(readFileSync(path, "utf8"));
      return found === null ? [] : [`${relative(ROOT, path)}: ${found[0]}`];
    });
}

describe("the shipped sources", () => {
  it("are searched: bin and lib are there", () => {
    expect(shippedFiles(join(ROOT, "bin")).length).toBeGreaterThan(20);
    expect(shippedFiles(join(ROOT, "lib")).length).toBeGreaterThan(10);
  });

  it("name no address of a venue's interface", () => {
    expect(findings(VENUE_ADDRESS)).toEqual([]);
    expect("https://fapi.binance.com/fapi/v1/order").toMatch(VENUE_ADDRESS);
    expect("wss://api.hyperliquid.xyz/ws").toMatch(VENUE_ADDRESS);
    expect("https://www.okx.com/api/v5/trade/order").toMatch(VENUE_ADDRESS);
  });

  it("hold no place for a venue's credentials", () => {
    expect(findings(CREDENTIAL)).toEqual([]);
    expect("BINANCE_API_KEY").toMatch(CREDENTIAL);
    expect("const apiSecret = ").toMatch(CREDENTIAL);
  });
});

describe("start-up", () => {
  it.each([
    { typed: ["start", "--live"], environment: {} },
    { typed: ["start", "--live=true"], environment: {} },
    { typed: ["--live"], environment: {} },
    { typed: ["simulate", "--live-trading"], environment: {} },
    { typed: ["start", "--mode=live"], environment: {} },
    { typed: ["start"], environment: { BRAWLER_LIVE: "1" } },
  ])("refuses $typed with $environment", ({ typed, environment }) => {
    expect(() => refuseLive(typed, environment)).toThrow("brawler never trades live");
  });

  it("goes on without such a flag", () => {
    expect(() => refuseLive(["start", "--seed", "1"], { BRAWLER_LIVE: "0" })).not.toThrow();
  });

  it("ends the real command with a usage error before anything starts", async () => {
    const { exitCode, stderr, stdout } = await brawler(["start", "--live"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("brawler never trades live");
    expect(stdout).toBe("");
  });
});
