/**
 * The page's files, from memory: a request is a key of a map, so no path can leave the folder they came from.
 * `/assets/{file}` and `/config.json` are themselves; every other path is the page, which reads its own URL.
 */
import { type Context, Hono } from "hono";
import type { PageConfig } from "../core/api/page-config.ts";
import { problem } from "./problem.ts";
import { sendJson, sendWithTag } from "./reply.ts";

/** Paths below the built page's folder, such as `index.html` and `assets/index-1a2b.js`, with their bytes. */
export type SiteFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  ico: "image/x-icon",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  map: "application/json",
  png: "image/png",
  svg: "image/svg+xml",
  txt: "text/plain; charset=utf-8",
  woff2: "font/woff2",
};

const IMMUTABLE = "public, max-age=31536000, immutable";
/** Encoded dots, slashes, backslashes, percent signs and NUL, doubled slashes: no link of ours has them. */
const DISGUISED = /%(?:2e|2f|5c|25|00)|\\|\/\/|\/\.\.?(?:\/|$)/i;

/** The API's: an unknown route there is an error, not the page. */
const RESERVED = /^\/api(?:\/|$)/;

export function createSite(files: SiteFiles, config: PageConfig): Hono {
  const site = new Hono();
  site.get("/config.json", (c) => sendJson(c, config));
  site.get("/assets/*", (c) => sendFile(c, files, new URL(c.req.url).pathname.slice(1), IMMUTABLE));
  site.get("*", (c) => {
    const path = new URL(c.req.url).pathname;
    if (DISGUISED.test(path) || RESERVED.test(path)) return noFile(c);
    return sendFile(c, files, "index.html", "no-cache");
  });
  site.all("*", (c) => {
    const headers = { allow: "GET, HEAD" };
    return problem(c, "method-not-allowed", "The page is read only.", { headers });
  });
  return site;
}

async function sendFile(
  c: Context,
  files: SiteFiles,
  path: string,
  cacheControl: string,
): Promise<Response> {
  const bytes = files.get(path);
  const mediaType = MEDIA_TYPES[path.slice(path.lastIndexOf(".") + 1)];
  if (bytes === undefined || mediaType === undefined) return noFile(c);
  return sendWithTag(c, bytes, { "content-type": mediaType, "cache-control": cacheControl });
}

function noFile(c: Context): Response {
  return problem(
    c,
    "not-found",
    "Nothing here. The page is at /, the API at /api/v1/openapi.json.",
  );
}
