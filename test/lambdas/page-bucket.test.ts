import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  DeleteObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { publishPage, readPage } from "../../lambdas/page-bucket.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";

const SETTINGS = { base: "/prod/", config: '{"apiBase":"x"}' };
const IMMUTABLE = "public, max-age=31536000, immutable";

describe("the page's bucket", () => {
  let directory: ReturnType<typeof scratchDirectory>;
  let folder: URL;
  const mock = mockClient(S3Client);
  const bucket = { client: new S3Client({ region: "eu-west-1" }), name: "site" };

  const write = (name: string, text: string) => writeFileSync(join(directory.path, name), text);

  beforeEach(() => {
    directory = scratchDirectory();
    folder = pathToFileURL(`${directory.path}/`);
    mkdirSync(join(directory.path, "assets"));
    write("index.html", '<head><base href="/" /></head>');
    write("assets/index-1a.js", "js");
    write("assets/index-2b.css", "css");
    mock.reset();
    mock.on(PutObjectCommand).resolves({});
    mock.on(DeleteObjectsCommand).resolves({});
    mock.on(ListObjectsV2Command).resolves({ Contents: [] });
  });
  afterEach(() => directory.remove());

  it("gets assets that never change, and a page that is asked for each time", () => {
    const files = readPage(folder, SETTINGS).map((file) => [
      file.key,
      file.contentType,
      file.cacheControl,
    ]);
    expect(files).toEqual([
      ["assets/index-1a.js", "text/javascript; charset=utf-8", IMMUTABLE],
      ["assets/index-2b.css", "text/css; charset=utf-8", IMMUTABLE],
      ["config.json", "application/json", "no-cache"],
      ["index.html", "text/html; charset=utf-8", "no-cache"],
    ]);
  });

  it("gets the stage's prefix as the page's base", () => {
    const index = readPage(folder, SETTINGS).at(-1);
    expect(Buffer.from(index?.body ?? []).toString()).toContain('<base href="/prod/"');
  });

  it("refuses a file of a kind that is not served", () => {
    write("assets/run.exe", "MZ");
    expect(() => readPage(folder, SETTINGS)).toThrow("assets/run.exe");
  });

  it("refuses a page without a base: its links would lead past the stage", () => {
    write("index.html", "<head></head>");
    expect(() => readPage(folder, SETTINGS)).toThrow("base href");
  });

  it("is written assets first, so that the page never names what is not there", async () => {
    await publishPage(bucket, readPage(folder, SETTINGS));
    const keys = mock.commandCalls(PutObjectCommand).map(({ args }) => args[0].input.Key);
    expect(keys.at(-1)).toBe("index.html");
    expect(keys).toHaveLength(4);
  });

  it("loses what the page no longer names, and nothing else", async () => {
    mock.on(ListObjectsV2Command).resolves({
      Contents: [{ Key: "assets/index-1a.js" }, { Key: "assets/index-0f.js" }],
    });
    await publishPage(bucket, readPage(folder, SETTINGS));
    const [deleted] = mock.commandCalls(DeleteObjectsCommand);
    expect(deleted?.args[0].input.Delete?.Objects).toEqual([{ Key: "assets/index-0f.js" }]);
  });

  it("loses all that is old, however many pages of keys and requests that takes", async () => {
    const old = Array.from({ length: 2_300 }, (_, index) => ({ Key: `assets/old-${index}.js` }));
    mock
      .on(ListObjectsV2Command)
      .resolvesOnce({
        Contents: old.slice(0, 1_000),
        IsTruncated: true,
        NextContinuationToken: "1",
      })
      .resolvesOnce({
        Contents: old.slice(1_000, 2_000),
        IsTruncated: true,
        NextContinuationToken: "2",
      })
      .resolvesOnce({ Contents: old.slice(2_000), IsTruncated: false });
    await publishPage(bucket, readPage(folder, SETTINGS));
    const tokens = mock.commandCalls(ListObjectsV2Command).map(({ args }) => args[0].input);
    expect(tokens.map(({ ContinuationToken }) => ContinuationToken)).toEqual([undefined, "1", "2"]);
    const deleted = mock
      .commandCalls(DeleteObjectsCommand)
      .map(({ args }) => args[0].input.Delete?.Objects ?? []);
    expect(deleted.map(({ length }) => length)).toEqual([1_000, 1_000, 300]);
    expect(deleted.flat()).toEqual(old);
  });

  it("says what the service did not delete, though its answer is a success", async () => {
    mock.on(ListObjectsV2Command).resolves({ Contents: [{ Key: "assets/index-0f.js" }] });
    mock.on(DeleteObjectsCommand).resolves({
      Errors: [{ Key: "assets/index-0f.js", Code: "AccessDenied", Message: "Access Denied" }],
    });
    await expect(publishPage(bucket, readPage(folder, SETTINGS))).rejects.toThrow(
      "assets/index-0f.js of site was not deleted: AccessDenied",
    );
  });
});
