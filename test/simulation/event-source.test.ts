/**
 * Goal: the simulation's event source mapping does what the real one does.
 * Method: the scenarios that were recorded of a real mapping are played with the model; what was delivered, in which
 * invocations, and what was left of records that were given up must be as recorded.
 */
import { describe, expect, it } from "vitest";
import { sharedPresent, warnSharedAbsent } from "../shared-data.ts";
import { startMapping } from "./event-source.ts";
import { OUT_OF_SCOPE, observe, observed, readRecorded, SCENARIOS } from "./recorded-mappings.ts";
import { createScheduler } from "./scheduler.ts";
import { createShards } from "./shards.ts";

if (!sharedPresent) warnSharedAbsent("recorded event source mappings");

describe.skipIf(!sharedPresent)("the event source mapping", () => {
  const recorded = sharedPresent ? readRecorded() : new Map();

  it(`is held to ${SCENARIOS.length} of ${recorded.size} recordings, each other one with its reason`, () => {
    const names = [...SCENARIOS.map(({ name }) => name), ...OUT_OF_SCOPE.keys()];
    expect(names.sort()).toEqual([...recorded.keys()].sort());
  });

  it.each(SCENARIOS)("does as in $name", async (scenario) => {
    const recording = recorded.get(scenario.name) ?? {};
    const expected = observed(recording);
    const found = await observe(scenario, recording);
    const isFlat = Array.isArray(expected.invocations) && !Array.isArray(expected.invocations[0]);
    expect(Object.keys(expected)).not.toEqual([]);
    expect({
      ...(expected.invocations === undefined
        ? {}
        : { invocations: isFlat ? found.invocations.flat() : found.invocations }),
      ...(expected.givenUp === undefined
        ? {}
        : { givenUp: found.givenUp.map((text) => withoutPayload(text, expected.givenUp)) }),
      ...(expected.lastResult === undefined ? {} : { lastResult: found.lastResult }),
    }).toEqual(expected);
  });
});

/** Only a bucket gets the records themselves. */
function withoutPayload(text: string, expected: unknown): string {
  return String(expected).endsWith("()") ? text.replace(/\(.*\)$/, "()") : text;
}

describe("the model beyond what was recorded", () => {
  it("splits a failed batch until one record is left, which uses up no retry", async () => {
    const scheduler = createScheduler(0);
    const shards = createShards(scheduler, 1);
    const invoked: string[] = [];
    const givenUp: string[] = [];
    const text = (records: readonly { readonly data: Uint8Array }[]) =>
      records.map(({ data }) => Buffer.from(data).toString()).join("");
    for (const data of "abcd") shards.put("k", Buffer.from(data));
    const mapping = startMapping({
      scheduler,
      shards,
      settings: {
        batchSize: 10,
        windowUs: 0,
        parallelization: 1,
        bisects: true,
        retries: 1,
        ageUs: -1,
        reportsItemFailures: false,
        startsAt: "TRIM_HORIZON",
      },
      invoke: async ({ records }) => {
        invoked.push(text(records));
        if (text(records).includes("c")) throw new Error("poison");
      },
      onGivenUp: ({ records, invocations }) => givenUp.push(`${text(records)} ${invocations}`),
    });
    await scheduler.run(() => mapping.isDrained(), { untilUs: 60_000_000 });
    expect(invoked).toEqual(["abcd", "ab", "cd", "c", "c", "d"]);
    expect(givenUp).toEqual(["c 2"]);
  });

  it("reads a child shard only after its parents", async () => {
    const scheduler = createScheduler(0);
    const shards = createShards(scheduler, 1);
    const order: string[] = [];
    for (const data of "ab") shards.put("k", Buffer.from(data));
    shards.split();
    shards.put("k", Buffer.from("c"));
    shards.merge();
    shards.put("k", Buffer.from("d"));
    const mapping = startMapping({
      scheduler,
      shards,
      settings: {
        batchSize: 1,
        windowUs: 0,
        parallelization: 1,
        bisects: true,
        retries: -1,
        ageUs: -1,
        reportsItemFailures: true,
        startsAt: "TRIM_HORIZON",
      },
      invoke: async ({ records }) => {
        await scheduler.sleep(order.length === 0 ? 5_000_000 : 1_000);
        order.push(...records.map(({ data }) => Buffer.from(data).toString()));
      },
      onGivenUp: () => {},
    });
    await scheduler.run(() => mapping.isDrained(), { untilUs: 60_000_000 });
    expect(order.join("")).toBe("abcd");
  });
});
