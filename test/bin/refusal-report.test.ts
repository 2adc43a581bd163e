import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { openQuarantine } from "../../bin/quarantine.ts";
import { openRefusalReport, type RefusedLine } from "../../bin/refusal-report.ts";

const badDecimal = (line: number): RefusedLine => ({
  file: "day.ndjson",
  line,
  reason: "bad-decimal",
  field: "price",
  detail: 'expected a decimal, was "1e5"',
});

describe("the refusal report", () => {
  it("is empty when nothing was refused", () => {
    const report = openRefusalReport();
    expect(report.count()).toBe(0);
    expect(report.text()).toBe("");
  });

  it("names one line with its reason", () => {
    const report = openRefusalReport();
    report.add(badDecimal(7));
    expect(report.text()).toBe(
      '1 line was refused; the others were applied:\n  day.ndjson:7  bad-decimal price: expected a decimal, was "1e5"',
    );
  });

  it("names the first 20 lines singly and counts the rest by reason", () => {
    const report = openRefusalReport();
    for (let line = 1; line <= 1_520; line += 1) report.add(badDecimal(line));
    report.add({ ...badDecimal(2_000), reason: "not-json", field: undefined });
    const lines = report.text().split("\n");
    expect(lines).toHaveLength(23);
    expect(lines[0]).toBe("1,521 lines were refused; the others were applied:");
    expect(lines[20]).toContain("day.ndjson:20");
    expect(lines[21]).toBe("  and 1,500 × bad-decimal price (day.ndjson:21 to day.ndjson:1520)");
    expect(lines[22]).toBe("  and 1 × not-json (day.ndjson:2000)");
    expect(report.json()).toMatchObject({
      count: 1_521,
      groups: [
        { reason: "bad-decimal price", count: 1_500 },
        { reason: "not-json", count: 1 },
      ],
    });
  });

  it("lets no control character of a bad line reach the terminal", () => {
    const report = openRefusalReport();
    report.add({ ...badDecimal(1), detail: "was \u001b[2Jgone\u202e\r" });
    for (const hidden of ["\u001b", "\u202e", "\r"]) expect(report.text()).not.toContain(hidden);
  });

  it("lets none of a file's name reach it either, where lines are counted by reason", () => {
    const report = openRefusalReport();
    for (let line = 1; line <= 25; line += 1) {
      report.add({ ...badDecimal(line), file: "\u001b]0;mine\u0007.ndjson" });
    }
    expect(report.text()).toContain("and 5 × bad-decimal price");
    for (const hidden of ["\u001b", "\u0007"]) expect(report.text()).not.toContain(hidden);
  });
});

describe("the quarantine", () => {
  it("keeps each refused line with its reason, one file an input, made when needed", () => {
    const directory = mkdtempSync(join(tmpdir(), "brawler-quarantine-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const kept = join(directory, "quarantine");
    const quarantine = openQuarantine(kept);
    quarantine.add(badDecimal(7), '{"price":"1e5"}');
    quarantine.add(badDecimal(9), "second\u0000line");
    quarantine.add({ ...badDecimal(1), file: "-" }, "not json");
    const files = quarantine.close();
    expect(files).toEqual([
      join(kept, "day.ndjson.refused.ndjson"),
      join(kept, "stdin.refused.ndjson"),
    ]);
    const records = readFileSync(files[0] ?? "", "utf8")
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(records).toEqual([
      { ...badDecimal(7), text: '{"price":"1e5"}' },
      { ...badDecimal(9), text: "second\u0000line" },
    ]);
  });
});
