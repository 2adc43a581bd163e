/** The function that sets days down, as the clock calls it. What it sets down the end-to-end test compares with a report. */
import "./environment.ts";
import { describe, expect, it } from "vitest";
import { line } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { fold, stackModel } from "./stack-model.ts";

const stack = stackModel();

async function snapshot() {
  const { handler } = await import("../../lambdas/rolling-snapshot.ts");
  return handler({}, contextOf());
}

describe("the rolling snapshot", () => {
  it("has nothing to set down before the first event", async () => {
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
    expect(stack.heard.metrics()).toMatchObject({
      DaysTaken: 0,
      DaysRevised: 0,
      ConflictingRows: 0,
    });
  });

  it("writes nothing while the only day is not over", async () => {
    await fold(line("A", 1), line("A", 2));
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
    expect(stack.tables.items("analysis")).toEqual([]);
  });

  it("writes to no table but its own", async () => {
    await fold(line("A", 1), line("A", 2));
    const before = stack.tables.calls.length;
    await snapshot();
    const written = stack.tables.calls
      .slice(before)
      .filter((call) => !/^(Get|BatchGet|Query|Scan)/.test(call));
    expect(written.filter((call) => !call.endsWith(" analysis"))).toEqual([]);
  });

  it("fails where a table is throttled, and is whole when the clock calls again", async () => {
    await fold(line("A", 1), line("A", 2));
    stack.tables.meddle = (call) =>
      call === "Scan state"
        ? Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }))
        : undefined;
    await expect(snapshot()).rejects.toThrow("throttled");
    stack.tables.meddle = () => undefined;
    expect(await snapshot()).toEqual({ taken: 0, revised: 0 });
  });
});
