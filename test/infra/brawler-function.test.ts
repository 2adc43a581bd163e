/** The functions' code as a deployment uploads it: the CDK keeps what it has bundled, and must not take one for another. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BrawlerFunction, NO_DEAD_LETTERS } from "../../lib/infra/brawler-function.ts";
import { configOf, FULL } from "./stages.ts";

/** For three processes that bundle, on a machine that does other things. */
const BUNDLING_MS = 120_000;

describe("the code of the functions", () => {
  const folder = mkdtempSync(join(tmpdir(), "brawler-test-"));
  const page = join(folder, "built");
  const code = (asset: string) => readFileSync(join(folder, "cdk.out", asset, "index.mjs"), "utf8");
  let assets: readonly string[];

  beforeAll(() => {
    mkdirSync(page);
    writeFileSync(join(page, "index.html"), "<html></html>");
    const app = new App({ outdir: join(folder, "cdk.out") });
    const stack = new Stack(app, "Functions");
    const config = configOf({ ...FULL, store: "dynamodb" });
    const common = { config, withoutDeadLetters: NO_DEAD_LETTERS.caller, environment: {} };
    const named = (name: string) => ({ ...common, name, description: name });
    new BrawlerFunction(stack, "Sweeper", named("sweeper"));
    new BrawlerFunction(stack, "Redrive", named("redrive"));
    const beside = { name: "page", from: page };
    new BrawlerFunction(stack, "Publisher", { ...named("publish-site"), beside });
    app.synth();
    assets = readdirSync(join(folder, "cdk.out")).filter((name) => name.startsWith("asset."));
  }, BUNDLING_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is each function's own", () => {
    const digests = assets.map((asset) => createHash("sha256").update(code(asset)).digest("hex"));
    expect(assets).toHaveLength(3);
    expect(new Set(digests).size).toBe(3);
  });

  it("has beside it what it was given", () => {
    const withPage = assets.filter((asset) =>
      readdirSync(join(folder, "cdk.out", asset)).includes("page"),
    );
    expect(withPage).toHaveLength(1);
    expect(code(withPage[0] ?? "")).toContain("BRAWLER_SITE_BUCKET");
  });
});
