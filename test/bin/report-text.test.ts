import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { reportText } from "../../bin/report-text.ts";
import { SAMPLE } from "./report-sample.ts";

const lineOf = (text: string, start: string, title: string): string => {
  const section = text.slice(text.indexOf(title));
  return section.split("\n").find((line) => line.startsWith(start)) ?? "";
};

describe("reportText", () => {
  const text = reportText(SAMPLE, false);

  it("shows net as the sum of its parts, with thousands apart and real minus signs", () => {
    expect(lineOf(text, "BTC-PERP", "Profit and loss").split(/ {2,}/)).toEqual([
      "BTC-PERP",
      "1,234,567.12",
      "−2,345.68",
      "1,232,221.45",
      "−0.50",
      "210.10",
      "1,232,010.85",
      "0",
      "USD",
      "8,214",
    ]);
  });

  it("says why a figure is missing, and what to blame", () => {
    expect(lineOf(text, "Portfolio", "Profit and loss")).toContain("– no-reference");
    expect(text).toContain("Portfolio: fees of 0.25 BNB have no rate");
    expect(lineOf(text, "ETH-PERP", "Inventory and drawdown")).toContain("– flat");
    expect(lineOf(text, "ETH-PERP", "Quotes that traded")).toContain("– empty");
  });

  it("gives markouts with interval and sample size, and no rows for a side that never traded", () => {
    const section = text.slice(text.indexOf("Markouts"), text.indexOf("Quotes that traded"));
    expect(lineOf(section, "BTC-PERP", "Markouts")).toMatch(
      /maker +0s +0\.93 +0\.92 … 0\.93 .*8,214/,
    );
    expect(section).toMatch(/1m +−0\.86 +– insufficient/);
    expect(section).toMatch(/5m +– pending/);
    expect(section).not.toContain("taker");
    expect(section).not.toContain("ETH-PERP");
  });

  it("closes the books on the data: events = applied + duplicates + quarantined + buffered", () => {
    expect(text).toContain(
      "12,345 events = 12,340 applied + 3 duplicates + 2 quarantined + 0 buffered",
    );
    expect(text).toContain("gaps 1, late 4, invalid references 5");
  });

  it("aligns every row of a table, and leaves no blanks at line ends", () => {
    for (const line of text.split("\n")) expect(line).toBe(line.trimEnd());
    const [titles = "", ...rows] = text
      .slice(text.indexOf("Quotes that traded"), text.indexOf("Inventory and drawdown"))
      .trimEnd()
      .split("\n")
      .slice(1);
    expect(new Set([titles, ...rows].map((row) => [...row].length)).size).toBe(1);
  });

  it("holds the same words with and without colours, and no escape without", () => {
    const coloured = reportText(SAMPLE, true);
    expect(text).not.toContain("\u001b");
    expect(coloured).toContain("\u001b[31m−2,345.68\u001b[0m");
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  it("adds the rolling figures when the report has them", () => {
    const figure = { value: 2.5, n: 30, status: "ok", interval: [-0.5, 5.5] } as const;
    const missing = { value: null, n: 1, status: "insufficient", interval: null } as const;
    const rolling = {
      days: 30,
      sharpe: figure,
      volatility: missing,
      maxDrawdown: missing,
      markout: { maker: {}, taker: {} },
    };
    const rolled = reportText({ ...SAMPLE, rolling }, false);
    expect(rolled).toMatch(
      /Rolling 30 days\n[^\n]*\nSharpe ratio, yearly +2\.50 +−0\.50 … 5\.50 +30/,
    );
    expect(rolled).toMatch(/volatility, yearly +– insufficient/);
  });
});
