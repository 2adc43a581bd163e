/**
 * Goal: the built page shows what the API says, follows it without a reload, says when it is old, and keeps to its own
 * server. Method: one Chromium over the page as it is built for use, served by the local application.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { SnapshotBody } from "../../lib/core/api/report.ts";
import { launchChromium } from "./chromium.ts";
import { type FixtureServer, startFixtureServer } from "./fixture-server.ts";

const CONFIG = fileURLToPath(new URL("../../dashboard/vite.config.ts", import.meta.url));
const MOST_SCRIPT_BYTES = 70 * 1024;
const MOST_STYLE_BYTES = 12 * 1024;

let folder = "";
let browser: Browser;
let server: FixtureServer;
let page: Page;
/** What no visit may cause: errors, refused resources, requests to anyone else. */
let complaints: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "brawler-page-"));
  await build({ configFile: CONFIG, logLevel: "error", build: { outDir: folder } });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  server = await startFixtureServer(folder);
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: "dark" });
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.origin) && !url.startsWith("data:")) complaints.push(url);
    if (url.includes("/session-")) complaints.push(`sign-in was loaded: ${url}`);
  });
});

afterEach(async () => {
  await page.close();
  await server.close();
});

async function snapshotOf(window: string): Promise<SnapshotBody> {
  const response = await fetch(`${server.origin}/api/v1/snapshot?window=${window}`);
  return (await response.json()) as SnapshotBody;
}

async function open(path = "/"): Promise<void> {
  await page.goto(server.origin + path);
  await page.locator(".plot canvas").first().waitFor();
}

describe("the page", () => {
  it("shows the API's own net PnL, and that its attribution closes", async () => {
    await open();
    const { portfolio } = await snapshotOf("24h");
    const net = `+$${Math.round(Number(portfolio.pnl.net)).toLocaleString("en-US")}`;
    await page.getByRole("article", { name: "Net PnL" }).getByText(net).waitFor();
    const attribution = page.getByRole("region", { name: "PnL attribution" });
    await attribution.getByText("✓ reconciles exactly").waitFor();
    expect(await attribution.locator(".residual b").textContent()).toBe("0");
    expect(
      await page
        .getByRole("table", { name: /^Instruments/ })
        .locator("tbody tr")
        .count(),
    ).toBe(4);
    await page.getByText("MOCK DATA").waitFor();
    expect(complaints).toEqual([]);
  });

  it("follows new events without a reload", async () => {
    await open();
    await page.evaluate("window.sameVisit = true");
    await page.getByText("as of 08:00:00 UTC").waitFor();
    server.queries.advance(65_000_000);
    await page.getByText("as of 08:01:05 UTC").waitFor();
    expect(await page.evaluate("window.sameVisit")).toBe(true);
    expect(complaints).toEqual([]);
  });

  it("holds range, instrument and horizon in its URL, and goes back through them", async () => {
    await open();
    await page.getByRole("button", { name: "7d", exact: true }).click();
    await page.getByRole("heading", { name: "All instruments · last 7 days" }).waitFor();
    await page.getByRole("button", { name: "ETH-PERP" }).click();
    await page.getByRole("heading", { name: "ETH-PERP · last 7 days" }).waitFor();
    expect(new URL(page.url()).search).toBe("?r=7d&i=ETH-PERP");
    await page.goBack();
    await page.getByRole("heading", { name: "All instruments · last 7 days" }).waitFor();
    const horizons = page.getByRole("group", { name: "Markout horizon" });
    await horizons.getByRole("button", { name: "30s" }).click();
    await page.getByRole("article", { name: "Markout 30s, maker" }).waitFor();
    expect(new URL(page.url()).search).toBe("?r=7d&h=30s");
    await page.goto(`${server.origin}/?r=1h&i=SOL-PERP&h=1m`);
    await page.getByRole("heading", { name: "SOL-PERP · last hour" }).waitFor();
    await page.getByRole("article", { name: "Markout 1m, maker" }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("says that it is old once the feed is silent, and keeps the last figures", async () => {
    await open();
    const card = page.getByRole("article", { name: "Net PnL" }).locator(".card-value");
    const before = await card.textContent();
    server.queries.feed.silent = true;
    server.queries.advance(240_000_000);
    await page.reload();
    await page.getByText("▲ Stale: the newest event is 4 min old").waitFor();
    expect(await card.textContent()).toBe(before);
    expect(await page.title()).toContain("(!)");
    expect(complaints).toEqual([]);
  });

  it("keeps its figures through a failure of the server, names it, and recovers by itself", async () => {
    await open("/?r=1h");
    const card = page.getByRole("article", { name: "Net PnL" }).locator(".card-value");
    server.queries.broken.error = new Error("broken on purpose");
    await page.getByText("Something broke on our side").waitFor();
    expect(await card.textContent()).toMatch(/\$/);
    expect(await page.textContent("body")).not.toContain("broken on purpose");
    server.queries.broken.error = undefined;
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("Something broke on our side").waitFor({ state: "detached" });
  });

  it("shows how far the history is while it loads", async () => {
    server.queries.history.progress = {
      state: "loading",
      done: 0.42,
      loadedTo: null,
      etaSeconds: 12,
    };
    await open();
    await page.getByText("Loading history: 42.0 %").waitFor();
    server.queries.history.progress = { state: "ready", done: 1, loadedTo: null, etaSeconds: null };
    server.queries.advance(1_000_000);
    await page.getByText("Loading history").waitFor({ state: "detached" });
    expect(complaints).toEqual([]);
  });

  it("stands still while frozen and moves again when resumed", async () => {
    await open();
    await page.getByRole("button", { name: "Freeze" }).click();
    await page.getByText("Frozen at 08:00:00 UTC").waitFor();
    expect(new URL(page.url()).searchParams.get("freeze")).toBe("2026-01-09T08:00:00.000Z");
    server.queries.advance(30_000_000);
    await page.getByRole("button", { name: "Resume" }).first().click();
    await page.getByText("as of 08:00:30 UTC").waitFor();
  });

  it("shows text of others as text", async () => {
    const hostile = '<img src=x onerror="window.hacked=true">';
    server.queries.feed.words = hostile;
    await open();
    await page.getByText(hostile).waitFor();
    expect(await page.locator("main img, footer img").count()).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(complaints).toEqual([]);
  });
});

describe("a reader without a mouse", () => {
  it("reads a chart point by point, and as a table", async () => {
    await open();
    const chart = page.getByRole("img", { name: /^Cumulative net PnL/ });
    await chart.focus();
    await page.keyboard.press("Home");
    const panel = page.getByRole("region", { name: "Cumulative net PnL" });
    await panel.locator(".legend-time", { hasText: "8 Jan 08:02 UTC" }).waitFor();
    await page.keyboard.press("Shift+ArrowRight");
    await panel.locator(".legend-time", { hasText: "8 Jan 08:22 UTC" }).waitFor();
    await panel.getByText("Data", { exact: true }).click();
    expect(await panel.locator("tbody tr").count()).toBe(60);
  });

  it("reaches every control with the keyboard, each with a visible ring", async () => {
    await open();
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the figures" }).waitFor();
    const seen = new Set<string>();
    for (let press = 0; press < 100; press += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate("document.activeElement === document.body")) break;
      const [name, outline] = (await page.evaluate(
        "[document.activeElement.textContent.slice(0, 20), getComputedStyle(document.activeElement).outlineWidth]",
      )) as [string, string];
      expect(outline).toBe("2px");
      seen.add(name.trim());
    }
    for (const name of ["Light", "90d", "BTC-PERP", "API"]) expect([...seen]).toContain(name);
  });
});

describe("on a phone", () => {
  it.each([390, 320])("nothing is wider than a screen of %d px", async (width) => {
    await page.setViewportSize({ width, height: 844 });
    await open();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(complaints).toEqual([]);
  });
});

describe("what is built", () => {
  it("stays within its budget: 70 KB of script and 12 KB of style, compressed", async () => {
    const names = await readdir(join(folder, "assets"));
    const size = async (extension: string) => {
      const files = names.filter((name) => name.endsWith(extension));
      expect(files.length).toBeGreaterThan(0);
      const bytes = await Promise.all(files.map((name) => readFile(join(folder, "assets", name))));
      return bytes.reduce((sum, each) => sum + gzipSync(each).length, 0);
    };
    expect(await size(".js")).toBeLessThan(MOST_SCRIPT_BYTES);
    expect(await size(".css")).toBeLessThan(MOST_STYLE_BYTES);
  });

  it("has no script or style in its markup, and only addresses of its own", async () => {
    const html = await readFile(join(folder, "index.html"), "utf8");
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    expect(html).toContain('<base href="/"');
  });
});
