import { readdirSync, readFileSync } from "node:fs";
import { DeleteObjectsCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { type Bucket, listObjects } from "../lib/adapters/s3/bucket.ts";

/** One file of the page as it is served. */
export interface PageFile {
  readonly key: string;
  readonly body: Uint8Array;
  readonly contentType: string;
  readonly cacheControl: string;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  json: "application/json",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/**
 * @param folder the built page
 * @param base the path that the stage adds, `/prod/`: it replaces the page's own `<base href="/">`
 * @throws {Error} when the page has no such base, or holds a file of a kind that is not known
 */
export function readPage(
  folder: URL,
  { base, config }: { readonly base: string; readonly config: string },
): readonly PageFile[] {
  const assets = readdirSync(new URL("assets/", folder)).map((name) =>
    file(`assets/${name}`, readFileSync(new URL(`assets/${name}`, folder)), IMMUTABLE),
  );
  const html = readFileSync(new URL("index.html", folder), "utf8");
  if (!html.includes('<base href="/"')) throw new Error('index.html must hold <base href="/">');
  const index = html.replace('<base href="/"', `<base href="${base}"`);
  return [
    ...assets,
    file("config.json", Buffer.from(config), FRESH),
    file("index.html", Buffer.from(index), FRESH),
  ];
}

const IMMUTABLE = "public, max-age=31536000, immutable";
const FRESH = "no-cache";

function file(key: string, body: Uint8Array, cacheControl: string): PageFile {
  const contentType = CONTENT_TYPES[key.slice(key.lastIndexOf(".") + 1)];
  if (contentType === undefined) throw new Error(`${key} is of a kind that is not served`);
  return { key, body, contentType, cacheControl };
}

/** Assets first and `index.html` last, so that a page never names a file that is not there; then what is old goes. */
export async function publishPage(bucket: Bucket, files: readonly PageFile[]): Promise<void> {
  const { client, name: Bucket } = bucket;
  for (const { key, body, contentType, cacheControl } of files) {
    await client.send(
      new PutObjectCommand({
        Bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        CacheControl: cacheControl,
      }),
    );
  }
  const wanted = new Set(files.map(({ key }) => key));
  const old: string[] = [];
  for await (const { key } of listObjects(bucket, "assets/")) if (!wanted.has(key)) old.push(key);
  for (let at = 0; at < old.length; at += DELETED_AT_ONCE) {
    await deleteAll(bucket, old.slice(at, at + DELETED_AT_ONCE));
  }
}

/** What one request of S3 may name. */
const DELETED_AT_ONCE = 1_000;

/** @throws {Error} for a key that the service did not delete: it says so in an answer that is otherwise a success */
async function deleteAll({ client, name }: Bucket, keys: readonly string[]): Promise<void> {
  const Objects = keys.map((Key) => ({ Key }));
  const { Errors: [refused] = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }),
  );
  if (refused === undefined) return;
  throw new Error(`${refused.Key} of ${name} was not deleted: ${refused.Code} ${refused.Message}`);
}
