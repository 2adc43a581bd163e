/**
 * The function that folds busts and corrections into the past, as the clock or a person calls it. That the figures are those
 * of a fold that knew them from the start, `restate-stream.aws.test.ts` judges.
 */
import "./environment.ts";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { beforeEach, describe, expect, it } from "vitest";
import { packText } from "../../lib/adapters/dynamodb/packed-text.ts";
import { decodeSummary } from "../../lib/core/pipeline/summary.ts";
import { EPOCH_STEP } from "../../lib/core/pipeline/version.ts";
import { bust, line, trade } from "./events.ts";
import { contextOf } from "./invocation.ts";
import { fold, stackModel } from "./stack-model.ts";
import type { Item } from "./tables-model.ts";

const NOTHING = { restated: 0, putOff: 0 };
const HOUR_BY_HOUR = {};

const stack = stackModel();

/** @param remainingMs a quarter of an hour unless given, as the function has it */
async function restate(payload: unknown = HOUR_BY_HOUR, remainingMs = 900_000) {
  const { handler } = await import("../../lambdas/restate.ts");
  return handler(payload, contextOf(remainingMs));
}

async function stateOf(instrument: string) {
  const { stateStore } = await import("../../lambdas/stores.ts");
  const found = await stateStore().summaries();
  const { epoch, summary } = found.find((one) => one.instrument === instrument) ?? {};
  return { epoch: epoch ?? 0, restating: decodeSummary(summary ?? "").restating };
}

const busted = (instrument: string) => [
  line(instrument, 1),
  trade(instrument, 2),
  line(instrument, 3),
  bust(instrument, 4, 2),
];

const throttled = () =>
  Promise.reject(Object.assign(new Error("slow down"), { name: "ThrottlingException" }));

const isOf = (instrument: string, input: object) =>
  (input as { Item?: Item }).Item?.["pk"]?.S?.includes(`main#${instrument}`) === true;

/** What the store has of the instrument in the epoch that is shown. */
async function rowsShown(instrument: string) {
  const { epoch } = await stateOf(instrument);
  return stack.tables
    .items("metrics")
    .filter(({ pk }) => pk?.S?.includes(`main#${instrument}`))
    .filter(({ version }) => Number(version?.N) >= epoch * EPOCH_STEP);
}

describe("each hour", () => {
  it("reads nothing of the archive where no instrument waits", async () => {
    await fold(line("A", 1), trade("A", 2), line("A", 3));
    expect(await restate()).toEqual(NOTHING);
    expect(stack.bucket.mock.commandCalls(ListObjectsV2Command)).toEqual([]);
    expect(stack.heard.metrics()).toMatchObject({
      Restated: 0,
      RestatesPutOff: 0,
      RestateFailures: 0,
    });
  });

  it("a bust is folded into the past, and the instrument no longer says that it restates", async () => {
    await fold(...busted("A"), line("B", 1));
    const [before, other] = [await stateOf("A"), await stateOf("B")];
    expect(before.restating).toBe(true);
    expect(await restate()).toEqual({ restated: 1, putOff: 0 });
    const after = await stateOf("A");
    expect(after.restating).toBe(false);
    expect(after.epoch).toBeGreaterThan(before.epoch);
    expect((await rowsShown("A")).length).toBeGreaterThan(0);
    expect(await stateOf("B")).toEqual(other);
    expect(stack.heard.metrics()).toMatchObject({ Restated: 1, RestateFailures: 0 });
    expect(await restate()).toEqual(NOTHING);
  });

  it("goes on from there: events that follow are folded into what was restated", async () => {
    await fold(...busted("A"));
    await restate();
    const { epoch } = await stateOf("A");
    await fold(line("A", 5), trade("A", 6));
    expect(await stateOf("A")).toEqual({ epoch, restating: false });
    expect(stack.heard.metrics()).toMatchObject({ Applied: 2, Duplicates: 0 });
  });

  it("does not begin an instrument in its last minute, and tells somebody", async () => {
    await fold(...busted("A"));
    const before = await stateOf("A");
    await expect(restate(HOUR_BY_HOUR, 59_999)).rejects.toThrow(
      "not restated: main/A (out of time)",
    );
    expect(await stateOf("A")).toEqual(before);
    expect(stack.heard.metrics()).toMatchObject({ Restated: 0, RestateFailures: 1 });
    expect(await restate()).toEqual({ restated: 1, putOff: 0 });
  });

  it("is put off while the archive does not hold what the state has taken, and only logged", async () => {
    await fold(...busted("A"));
    const kept = new Map(stack.bucket.objects);
    stack.bucket.objects.clear();
    expect(await restate()).toEqual({ restated: 0, putOff: 1 });
    expect(stack.heard.metrics()).toMatchObject({ RestatesPutOff: 1, RestateFailures: 0 });
    expect(stack.heard.text()).toContain('"outcome": "behind"');
    expect(await stateOf("A")).toMatchObject({ restating: true });
    for (const [key, bytes] of kept) stack.bucket.objects.set(key, bytes);
    expect(await restate()).toEqual({ restated: 1, putOff: 0 });
  });
});

describe("what fails", () => {
  it.each([
    { call: "PutItem metrics", what: "the rows' table is throttled" },
    { call: "PutItem state", what: "the states' table is throttled" },
  ])("of one of two instruments leaves the other done: $what", async ({ call: failing }) => {
    await fold(...busted("A"), ...busted("B"));
    stack.tables.meddle = (call, input) =>
      call === failing && isOf("B", input) ? throttled() : undefined;
    await expect(restate()).rejects.toThrow("not restated: main/B (failed)");
    expect(await stateOf("A")).toMatchObject({ restating: false });
    expect(await stateOf("B")).toMatchObject({ restating: true });
    expect(stack.heard.metrics()).toMatchObject({ Restated: 1, RestateFailures: 1 });
    expect(stack.heard.text()).toMatch(/"instrument": "B"[\s\S]*throttled/);
    stack.tables.meddle = () => undefined;
    expect(await restate()).toEqual({ restated: 1, putOff: 0 });
    expect(await stateOf("B")).toMatchObject({ restating: false });
  });

  it.each([
    { deny: () => stack.bucket.mock.on(ListObjectsV2Command), what: "cannot be listed" },
    { deny: () => stack.bucket.mock.on(GetObjectCommand), what: "cannot be read" },
  ])("with the archive, which $what, changes nothing and tells somebody", async ({ deny }) => {
    await fold(...busted("A"));
    const rows = await rowsShown("A");
    deny().rejects(new Error("AccessDenied"));
    await expect(restate()).rejects.toThrow("AccessDenied");
    expect(await stateOf("A")).toMatchObject({ restating: true });
    expect(await rowsShown("A")).toEqual(rows);
  });

  it("with the list of states tells somebody", async () => {
    stack.tables.meddle = (call) => (call === "Scan state" ? throttled() : undefined);
    await expect(restate()).rejects.toThrow("Scan on table state was throttled");
  });
});

describe("by hand", () => {
  const asked = (...instruments: readonly string[]) => ({
    rebuild: instruments.map((instrument) => ({ account: "main", instrument })),
  });

  it("an instrument is rebuilt that waits for nothing, and no other", async () => {
    await fold(line("A", 1), trade("A", 2), line("B", 1));
    const [before, other] = [await stateOf("A"), await stateOf("B")];
    expect(await restate(asked("A"))).toEqual({ restated: 1, putOff: 0 });
    expect((await stateOf("A")).epoch).toBeGreaterThan(before.epoch);
    expect(await stateOf("B")).toEqual(other);
  });

  /** Puts another body into the place of the one that stands. */
  const damage = (B: Uint8Array) => {
    const [state] = stack.tables.items("state");
    Object.assign(state ?? {}, { body: { B } });
  };

  it("a state that this program cannot read is made anew, and takes what follows", async () => {
    await fold(line("A", 1), trade("A", 2), line("A", 3));
    const { epoch } = await stateOf("A");
    damage(packText('{"schema":"of another program"}'));
    expect(await restate(asked("A"))).toEqual({ restated: 1, putOff: 0 });
    expect((await stateOf("A")).epoch).toBeGreaterThan(epoch);
    await fold(line("A", 4));
    expect(stack.heard.metrics()).toMatchObject({ Applied: 1 });
  });

  it("an item that is no state stands until somebody deletes it, which the log says", async () => {
    await fold(line("A", 1), trade("A", 2));
    damage(Buffer.from("damaged"));
    await expect(restate(asked("A"))).rejects.toThrow("not restated: main/A (failed)");
    expect(stack.heard.text()).toContain("delete it and rebuild the instrument");
  });
});

describe("a payload that is not understood", () => {
  const KEY = { account: "main", instrument: "BTC-PERP" };
  let calls: number;

  beforeEach(() => {
    calls = stack.tables.calls.length;
  });

  it.each([
    { payload: null, says: "the payload is null" },
    { payload: "BTC-PERP", says: 'the payload is "BTC-PERP"' },
    { payload: [KEY], says: "the payload is [" },
    { payload: { rebuilt: [KEY] }, says: 'the payload has "rebuilt", which is not known' },
    { payload: { rebuild: [] }, says: "rebuild is [], and should be a list of one instrument" },
    { payload: { rebuild: KEY }, says: "and should be a list of one instrument or more" },
    { payload: { rebuild: undefined }, says: "rebuild is missing" },
    { payload: { rebuild: ["main/BTC-PERP"] }, says: 'rebuild[0] is "main/BTC-PERP"' },
    {
      payload: { rebuild: [{ instrument: "BTC-PERP" }] },
      says: "rebuild[0].account is missing, and should match ^[a-z0-9]",
    },
    {
      payload: { rebuild: [KEY, { account: "main", instrument: "btc-perp" }] },
      says: 'rebuild[1].instrument is "btc-perp", and should match ^[A-Z0-9]',
    },
    {
      payload: { rebuild: [{ account: "~", instrument: "BRAWLER" }] },
      says: 'rebuild[0].account is "~"',
    },
    {
      payload: { rebuild: [{ ...KEY, epoch: 7 }] },
      says: 'rebuild[0] has "epoch", which is not known',
    },
    { payload: { rebuild: [KEY, KEY] }, says: "rebuild[1] is named before" },
  ])("is refused before anything is read: $says", async ({ payload, says }) => {
    const refused = restate(payload);
    await expect(refused).rejects.toThrow(says);
    await expect(refused).rejects.toThrow(
      'Call it with {}, or as with {"rebuild":[{"account":"main","instrument":"BTC-PERP"}]}',
    );
    expect(stack.tables.calls).toHaveLength(calls);
  });

  it("is told of everything that is wrong with it at once", async () => {
    const refused = restate({ rebuild: [{ account: "Main" }], all: true });
    for (const part of ['"all"', "rebuild[0].account", "rebuild[0].instrument"]) {
      await expect(refused).rejects.toThrow(part);
    }
  });
});
