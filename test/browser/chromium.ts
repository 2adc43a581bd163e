/** Finds a Chromium: `BRAWLER_CHROMIUM`, else on PATH, else the one that playwright-core installed. */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** @throws {Error} with the command that mends it, where there is none: a missing browser fails the tests */
function findChromium(): string {
  const given = process.env["BRAWLER_CHROMIUM"];
  if (given !== undefined && given !== "") return given;
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(canRun);
  if (found !== undefined) return found;
  const installed = chromium.executablePath();
  if (existsSync(installed)) return installed;
  throw new Error(
    "The browser tests need Chromium. Run: npx playwright-core install chromium " +
      "(or name one: BRAWLER_CHROMIUM=/path/to/chromium npm test)",
  );
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A container's root may not use Chromium's own sandbox; the pages are ours. */
export function launchChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath: findChromium(), args: isRoot ? ["--no-sandbox"] : [] });
}
