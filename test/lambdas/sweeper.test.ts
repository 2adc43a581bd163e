/** The sweeper as the clock calls it, over what a processor that died left owed. */
import "./environment.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { line } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { fold, stackModel } from "./stack-model.ts";

const NOW = Date.UTC(2026, 0, 2);
const MINUTE_MS = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ now: NOW, toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});
const stack = stackModel();

const throttled = () =>
  Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }));
const owing = () =>
  stack.tables.items("state").filter(({ dirtySince }) => dirtySince !== undefined);

async function sweep() {
  const { handler } = await import("../../lambdas/sweeper.ts");
  return handler({}, contextOf());
}

/** Commits both instruments; their rows are not stored. */
async function owe() {
  stack.tables.meddle = (call) => (call === "PutItem metrics" ? throttled() : undefined);
  await fold(line("A", 1), line("B", 1));
  stack.tables.meddle = () => undefined;
}

describe("the sweeper", () => {
  it("has nothing to do where nothing is owed", async () => {
    expect(await sweep()).toEqual({ flushed: 0 });
    expect(stack.heard.metrics()).toMatchObject({ Swept: 0, SweepFailures: 0 });
  });

  it("leaves what has been owed for less than a minute to whoever is at work on it", async () => {
    await owe();
    vi.setSystemTime(NOW + MINUTE_MS - 1);
    expect(await sweep()).toEqual({ flushed: 0 });
    expect(owing()).toHaveLength(2);
  });

  it("stores what is owed, once", async () => {
    await owe();
    expect(stack.tables.items("metrics")).toEqual([]);
    vi.setSystemTime(NOW + MINUTE_MS + 1);
    expect(await sweep()).toEqual({ flushed: 2 });
    expect(stack.tables.items("metrics").length).toBeGreaterThan(0);
    expect(owing()).toEqual([]);
    expect(await sweep()).toEqual({ flushed: 0 });
  });

  it("fails for what it could not store, and says whose it is; the rest is stored", async () => {
    await owe();
    vi.setSystemTime(NOW + MINUTE_MS + 1);
    stack.tables.meddle = (call, input) =>
      call === "GetItem state" && JSON.stringify(input).includes("main#B")
        ? throttled()
        : undefined;
    await expect(sweep()).rejects.toThrow("not swept");
    expect(stack.heard.metrics()).toMatchObject({ Swept: 1, SweepFailures: 1 });
    expect(stack.heard.text()).toContain('"instrument": "B"');
    stack.tables.meddle = () => undefined;
    expect(await sweep()).toEqual({ flushed: 1 });
  });

  it("fails where the table cannot be asked what is owed", async () => {
    stack.tables.meddle = (call) => (call === "Scan state" ? throttled() : undefined);
    await expect(sweep()).rejects.toThrow("Scan on table state was throttled");
  });
});
