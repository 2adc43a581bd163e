/** The function that looks at the past as a whole, as the clock calls it. What it finds `analyze-history.test.ts` judges. */
import "./environment.ts";
import { describe, expect, it } from "vitest";
import { line } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { fold, stackModel } from "./stack-model.ts";

const stack = stackModel();

async function analyse() {
  const { handler } = await import("../../lambdas/historical-analysis.ts");
  return handler({}, contextOf());
}

describe("the historical analysis", () => {
  it("has nothing to say before the first event", async () => {
    expect(await analyse()).toEqual({ written: 0, found: 0 });
    expect(stack.heard.metrics()).toMatchObject({ TrendsWritten: 0, TrendsFound: 0 });
  });

  it("writes what it found, and to no table but its own", async () => {
    await fold(line("A", 1), line("A", 2));
    const before = stack.tables.calls.length;
    expect(await analyse()).toEqual({ written: 2, found: 0 });
    const puts = stack.tables.calls.slice(before).filter((call) => call.startsWith("PutItem"));
    expect(puts).toEqual(["PutItem analysis", "PutItem analysis"]);
  });

  it("fails where a table is throttled, and is whole when the clock calls again", async () => {
    await fold(line("A", 1), line("A", 2));
    stack.tables.meddle = (call) =>
      call === "PutItem analysis"
        ? Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }))
        : undefined;
    await expect(analyse()).rejects.toThrow("throttled");
    stack.tables.meddle = () => undefined;
    expect(await analyse()).toEqual({ written: 2, found: 0 });
  });
});
