/**
 * Goal: in a deployed stage the page signs in, keeps its view, renews by itself, says why nobody is in, and signs out.
 * Method: one Chromium over the published page, the cloud application behind an authorizer, and a login of our own on
 * loopback; every visit runs under the deployed security headers.
 */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchChromium } from "./chromium.ts";
import { type CloudStage, startCloudStage } from "./cloud-stage.ts";

const CONFIG = fileURLToPath(new URL("../../dashboard/vite.config.ts", import.meta.url));
const MOST_SIGN_IN_BYTES = 8 * 1024;
const VIEW = "?r=7d&i=ETH-PERP&h=30s";

let folder = "";
let browser: Browser;
let stage: CloudStage;
let context: BrowserContext;
let page: Page;
/** Errors of the page, and what its security policy refused. */
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
  stage = await startCloudStage(folder);
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: "dark",
  });
  page = await context.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
});

afterEach(async () => {
  await context.close();
  await stage.close();
});

/** As long as the slowest of the page's reads is apart, and more. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 30_000 });

const signInButton = () => page.getByRole("button", { name: "Sign in" });

async function figuresCame(): Promise<void> {
  await page.locator(".plot canvas").first().waitFor();
}

/** From the page through the login and back. */
async function signIn(search = ""): Promise<void> {
  await page.goto(stage.page + search);
  await signInButton().click();
  await page.getByRole("link", { name: "Let me in" }).click();
  await figuresCame();
}

describe("signing in", () => {
  it("brings back to the same view, with name and role, under the deployed policy", async () => {
    await signIn(VIEW);
    expect(page.url()).toBe(stage.page + VIEW);
    await page.getByRole("heading", { name: "ETH-PERP · last 7 days" }).waitFor();
    await page.getByText("mbrawl · viewer").waitFor();
    expect(await signInButton().count()).toBe(0);
    expect(stage.provider.grants).toEqual(["authorization_code"]);
    expect(complaints).toEqual([]);
  });

  it("asks the API for nothing before, and shows no figure", async () => {
    await page.goto(stage.page);
    await page.getByText("Signed out").first().waitFor();
    await page.getByText("Could not load.").first().waitFor();
    expect(stage.answers).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("leaves no token where another tab or a log would find it", async () => {
    await signIn();
    const kept = await page.evaluate(
      "JSON.stringify([localStorage, document.cookie, location.href, performance.getEntries().map(e => e.name)])",
    );
    expect(kept).not.toMatch(/eyJ/);
    expect(await page.evaluate("Object.keys(sessionStorage)")).toEqual(["brawler-refresh-token"]);
    await page.goBack();
    expect(page.url()).not.toContain("code=");
  });

  it("hears of changes by asking for what is new since the last answer", async () => {
    await signIn();
    await page.getByText("as of 08:00:00 UTC").waitFor();
    stage.queries.advance(65_000_000);
    await page.getByText("as of 08:01:05 UTC").waitFor();
    const live = stage.answers.filter((one) => one.startsWith("/live"));
    expect(live[0]).toBe("/live 200");
    expect(live.length).toBeGreaterThan(1);
    for (const one of live.slice(1)) expect(one).toMatch(/^\/live\?since=\w.* 200$/);
    expect(complaints).toEqual([]);
  });

  it("goes on after a reload without a question", async () => {
    await signIn();
    await page.reload();
    await figuresCame();
    await page.getByText("mbrawl · viewer").waitFor();
    expect(stage.provider.grants).toEqual(["authorization_code", "refresh_token"]);
    expect(complaints).toEqual([]);
  });
});

describe("a session that runs out", () => {
  it("is renewed before it does, unseen", async () => {
    stage.provider.settings.lifetimeSeconds = 10;
    await signIn("?r=1h");
    await eventually(() => stage.provider.grants.length).toBeGreaterThan(1);
    expect(stage.answers.filter((one) => !/ (?:200|304)$/.test(one))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("is renewed once when the API refuses its token, and the request is sent again", async () => {
    await signIn("?r=1h");
    const kept = stage.provider.revokeAccess();
    await eventually(() => stage.provider.grants.at(-1)).toBe("refresh_token");
    expect(kept).toBe(1);
    const refused = stage.answers.findIndex((one) => one.endsWith(" 401"));
    await eventually(() =>
      stage.answers.slice(refused + 1).some((one) => one.endsWith(" 200")),
    ).toBe(true);
    expect(await signInButton().count()).toBe(0);
    expect(stage.provider.grants).toEqual(["authorization_code", "refresh_token"]);
  });

  it("ends with words and the last figures, and signing in again keeps the view", async () => {
    await signIn("?r=1h&i=SOL-PERP");
    stage.provider.revokeAll();
    await page.getByText("Your sign-in has ended").waitFor();
    await page.getByRole("article", { name: "Net PnL" }).getByText(/\$/).first().waitFor();
    const asked = stage.answers.length;
    await signInButton().click();
    await figuresCame();
    expect(page.url()).toBe(`${stage.page}?r=1h&i=SOL-PERP`);
    expect(stage.answers.slice(0, asked).filter((one) => one.endsWith(" 401")).length).toBeLessThan(
      8,
    );
  });

  it("goes on when the login was away for a while", async () => {
    await signIn("?r=1h");
    stage.provider.settings.tokenStatus = 503;
    await page.reload();
    await page.getByRole("alert").getByText("The server does not answer").waitFor();
    stage.provider.settings.tokenStatus = null;
    await page.getByRole("button", { name: "Retry" }).click();
    await figuresCame();
    await page.getByText("mbrawl · viewer").waitFor();
  });
});

describe("who is not let in", () => {
  it("reads why, in the login's words, and keeps the view", async () => {
    await page.goto(stage.page + VIEW);
    await signInButton().click();
    await page.getByRole("link", { name: "No" }).click();
    await page.getByText("The sign-in was not allowed").waitFor();
    await page.getByText("It said: You may not use this desk.").waitFor();
    expect(page.url()).toBe(stage.page + VIEW);
    expect(stage.answers).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it("reads that a group is missing, and is in once there is one", async () => {
    stage.provider.settings.groups = [];
    await page.goto(`${stage.page}?r=1h`);
    await signInButton().click();
    await page.getByRole("link", { name: "Let me in" }).click();
    await page.getByText("You are in no group yet: ask an administrator for one.").waitFor();
    await page.getByText("mbrawl · no group").waitFor();
    stage.provider.settings.groups = ["operator"];
    await page.reload();
    await figuresCame();
    await page.getByText("mbrawl · operator").waitFor();
  });

  it.each([
    { what: "a code with a state of its own", query: "?code=stolen&state=forged.P3I9N2Q" },
    { what: "a code without a state", query: "?code=stolen" },
    { what: "an error that nobody asked for", query: "?error=access_denied&state=x" },
  ])("is whoever comes with $what", async ({ query }) => {
    await page.goto(stage.page);
    await signInButton().click();
    await page.getByRole("link", { name: "Let me in" }).waitFor();
    await page.goto(`${stage.page}auth/callback${query}`);
    await page.getByText("This sign-in was not begun here").waitFor();
    expect(page.url()).not.toContain("stolen");
    expect(stage.provider.grants).toEqual([]);
    expect(stage.answers).toEqual([]);
    expect(complaints).toEqual([]);
  });
});

describe("a deployment in trouble", () => {
  it("whose API takes no token says so after one renewal, and asks no more", async () => {
    stage.provider.settings.scope = "openid";
    await page.goto(stage.page);
    await signInButton().click();
    await page.getByRole("link", { name: "Let me in" }).click();
    await page.getByText("The API does not take this sign-in").waitFor();
    expect(stage.provider.grants).toEqual(["authorization_code", "refresh_token"]);
    const asked = stage.answers.length;
    await page.getByRole("button", { name: "7d", exact: true }).click();
    await page.getByRole("heading", { name: "All instruments · last 7 days" }).waitFor();
    expect(stage.answers).toHaveLength(asked);
    expect(stage.answers.filter((one) => !one.endsWith(" 401"))).toEqual([]);
  });

  it("without the sign-in's own file says so, and offers to load it again", async () => {
    await page.route(/session-/, (route) => route.abort());
    await page.goto(stage.page);
    await page.getByText("The sign-in could not be loaded").waitFor();
    await page.unroute(/session-/);
    await page.getByRole("button", { name: "Reload" }).click();
    await signInButton().waitFor();
    expect(stage.answers).toEqual([]);
  });

  it("whose settings do not come is asked for them again, and for nothing else", async () => {
    await page.route(/config\.json/, (route) => route.fulfill({ status: 503 }), { times: 1 });
    await page.goto(stage.page);
    await page.getByRole("alert").getByText("The server does not answer").waitFor();
    await signInButton().waitFor();
    expect(stage.answers).toEqual([]);
  });
});

describe("signing out", () => {
  it("ends the session here and at the login, and gives the refresh token up", async () => {
    await signIn();
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("Signed out").first().waitFor();
    expect(page.url()).toBe(stage.page);
    expect(await page.evaluate("sessionStorage.length")).toBe(0);
    await eventually(() => stage.provider.grants).toEqual(["authorization_code", "revoke"]);
    await signInButton().click();
    await page.getByRole("link", { name: "Let me in" }).waitFor();
  });

  it("leaves no figures to go back to", async () => {
    await signIn();
    await page.getByRole("button", { name: "Sign out" }).click();
    await signInButton().waitFor();
    await page.goBack();
    await signInButton().waitFor();
    expect(await page.textContent("main")).not.toContain("$");
  });
});

describe("on a narrow screen", () => {
  it.each([768, 390, 320])("name, role and the way out fit into %d px", async (width) => {
    await page.setViewportSize({ width, height: 844 });
    await signIn();
    await page.getByRole("button", { name: "Sign out" }).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    expect(complaints).toEqual([]);
  });
});

describe("what is built", () => {
  it("keeps the sign-in apart, in 8 KB at most, compressed", async () => {
    const names = (await readdir(join(folder, "assets"))).filter((name) => name.endsWith(".js"));
    const chunks = names.filter((name) => name.startsWith("session-"));
    expect(chunks).toHaveLength(1);
    expect(names).toHaveLength(2);
    const bytes = await readFile(join(folder, "assets", chunks[0] ?? ""));
    expect(gzipSync(bytes).length).toBeLessThan(MOST_SIGN_IN_BYTES);
  });
});
