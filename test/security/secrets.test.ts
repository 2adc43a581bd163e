/**
 * Goal: no secret is in what we keep, build or deploy. Method: secretlint's recommended rules over every file of the tree
 * and over bundles of functions; test/infra/secrets.test.ts asks the same of the templates. What tests invent is listed.
 */
import { describe, expect, it } from "vitest";
import { bundleFunction } from "../../lib/infra/function-bundle.ts";
import { scratchDirectory } from "../adapters/scratch-directory.ts";
import { filesMatching, read } from "../tidy/tree.ts";
import { secretsIn } from "./secrets-in.ts";

/** Secrets that these tests made up: they are about what becomes of one. */
const INVENTED = [
  "test/adapters/postgres/desk-on-postgres.test.ts",
  "test/adapters/slack/slack-chat.test.ts",
  "test/lambdas/slack-notifier.test.ts",
  "test/security/secrets.test.ts",
];
const COUNTERFEIT = "xoxb-1234567890-abcdefghijklmnop";
/** For esbuild on a machine that does other things. */
const BUNDLING_MS = 120_000;

describe("a secret", () => {
  it("would be found", async () => {
    expect(await secretsIn("here.ts", `const token = "${COUNTERFEIT}";`)).toHaveLength(1);
    expect(await secretsIn("here.ts", "postgres://desk:s3cret@db.example.com/desk")).toHaveLength(
      1,
    );
  });

  it("is in no file of the tree", async () => {
    const texts = filesMatching("**/*", ".*", ".ci/*").filter(
      (path) => !/\.(png|gz|zst|ico|woff2|tsbuildinfo)$|^cdk\.out/.test(path),
    );
    expect(texts.length).toBeGreaterThan(800);
    const found = await Promise.all(texts.map((path) => secretsIn(path, read(path))));
    const files = found.flat().map((one) => one.replace(/:.*/, ""));
    expect([...new Set(files)].filter((path) => !INVENTED.includes(path))).toEqual([]);
    // Nor has the list outlived what it was made for.
    expect(INVENTED.filter((path) => !files.includes(path))).toEqual([]);
  });

  it(
    "is in no function's bundle",
    async () => {
      const directory = scratchDirectory();
      const found: string[] = [];
      for (const name of ["alert-notifier", "api", "publish-site", "slack-notifier"]) {
        const folder = `${directory.path}/${name}`;
        const { file } = await bundleFunction({ name, store: "timestream", folder });
        found.push(...(await secretsIn(name, read(file))));
      }
      directory.remove();
      expect(found).toEqual([]);
    },
    BUNDLING_MS,
  );
});
