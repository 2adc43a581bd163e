/**
 * Goal: a mapping with a parallelization above 1 delivers batches of one shard beside each other, and keeps the order of
 * each key all the same. Nothing of it was recorded; these are the promises of Lambda's documentation.
 * Method: the model on virtual time, with functions that are slow or fail; the order also among any keys, answers and times.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type GivenUp,
  type Invoke,
  type MappingChaos,
  type MappingSettings,
  startMapping,
} from "./event-source.ts";
import { laneOf } from "./lanes.ts";
import { createScheduler, type Scheduler } from "./scheduler.ts";
import { createShards, type Shards, type StoredRecord } from "./shards.ts";

const SECOND_US = 1_000_000;
const LANES = 10;
const SETTINGS: MappingSettings = {
  batchSize: 1,
  windowUs: 0,
  parallelization: LANES,
  bisects: true,
  retries: -1,
  ageUs: -1,
  reportsItemFailures: true,
  startsAt: "TRIM_HORIZON",
};

interface Play {
  readonly settings?: Partial<MappingSettings>;
  readonly put: (shards: Shards, scheduler: Scheduler) => void;
  /** For the texts of a batch; rejects as a function that fails. */
  readonly answer: (scheduler: Scheduler, texts: readonly string[]) => Promise<void>;
  readonly chaos?: (scheduler: Scheduler) => MappingChaos;
}

/** Each with the texts of its records. */
interface Played {
  readonly invoked: readonly string[];
  /** Of invocations that succeeded, in the order of their ends. */
  readonly delivered: readonly string[];
  readonly givenUp: readonly string[];
  readonly isDrained: boolean;
}

/** For ten virtual minutes. */
async function play({ settings, put, answer, chaos }: Play): Promise<Played> {
  const scheduler = createScheduler(0);
  const shards = createShards(scheduler, 1);
  const [invoked, delivered, givenUp]: [string[], string[], string[]] = [[], [], []];
  put(shards, scheduler);
  const mapping = startMapping({
    scheduler,
    shards,
    settings: { ...SETTINGS, ...settings },
    invoke: async ({ records }) => {
      invoked.push(textOf(records));
      await answer(scheduler, records.map(text));
      delivered.push(textOf(records));
    },
    onGivenUp: ({ records }: GivenUp) => givenUp.push(textOf(records)),
    ...(chaos === undefined ? {} : { chaos: chaos(scheduler) }),
  });
  await scheduler.run(() => false, { untilUs: 600 * SECOND_US });
  return { invoked, delivered, givenUp, isDrained: mapping.isDrained() };
}

const text = ({ data }: StoredRecord) => Buffer.from(data).toString();
const textOf = (records: readonly StoredRecord[]) => records.map(text).join(" ");

/** Each record's text is its key and a number. */
function putAll(shards: Shards, ...texts: readonly string[]): void {
  for (const one of texts) shards.put(keyOf(one), Buffer.from(one));
}

const keyOf = (one: string) => one.replace(/\d+$/, "");
const KEYS = Array.from("abcdefghijklmnopqrst");

/** Keys of the first shard that share the lane of a key, that key among them. */
function withLaneOf(key: string): string[] {
  const [shard] = createShards(createScheduler(0), 1).all;
  if (shard === undefined) throw new Error("there is a shard");
  const lane = laneOf(shard, key, LANES);
  return KEYS.filter((one) => laneOf(shard, one, LANES) === lane);
}

/** A key of another lane than that of `a`. */
const OTHER = KEYS.find((key) => !withLaneOf("a").includes(key)) ?? "";

const startingWith = (key: string, texts: readonly string[]) =>
  texts.filter((one) => one.startsWith(key));

describe("batches of one shard", () => {
  it("are as many at once as there are lanes with records, and one with a factor of 1", async () => {
    const most = async (parallelization: number) => {
      let [running, highest] = [0, 0];
      await play({
        settings: { parallelization },
        put: (shards) => putAll(shards, ...KEYS.map((key) => `${key}1`)),
        answer: async (scheduler) => {
          running += 1;
          highest = Math.max(highest, running);
          await scheduler.sleep(SECOND_US);
          running -= 1;
        },
      });
      return highest;
    };
    const inUse = new Set(KEYS.map((key) => withLaneOf(key).join("")));
    expect(inUse.size).toBeGreaterThan(5);
    expect([await most(1), await most(LANES)]).toEqual([1, inUse.size]);
  });

  it("hold up only the keys of their lane while they fail", async () => {
    const { delivered, isDrained } = await play({
      put: (shards) => putAll(shards, ...KEYS.map((key) => `${key}1`)),
      answer: async (_, texts) => {
        if (texts.includes("a1")) throw new Error("poison");
      },
    });
    const blocked = withLaneOf("a");
    const free = KEYS.filter((key) => !blocked.includes(key));
    expect(free.length).toBeGreaterThan(0);
    expect(delivered.toSorted()).toEqual(free.map((key) => `${key}1`));
    expect(isDrained).toBe(false);
  });

  it("are split, retried and given up each by itself", async () => {
    const { invoked, givenUp } = await play({
      settings: { batchSize: 10, retries: 1 },
      put: (shards) => putAll(shards, ...[1, 2, 3].flatMap((at) => [`a${at}`, `${OTHER}${at}`])),
      answer: async (_, texts) => {
        if (texts.includes("a2")) throw new Error("poison");
      },
    });
    const split = ["a1 a2 a3", "a1 a2", "a1", "a2", "a2", "a3"];
    expect(startingWith("a", invoked)).toEqual(split);
    expect(startingWith(OTHER, invoked)).toEqual([`${OTHER}1 ${OTHER}2 ${OTHER}3`]);
    expect(givenUp).toEqual(["a2"]);
  });

  it("come before those of the shard's children, from every lane", async () => {
    const { delivered, isDrained } = await play({
      put: (shards) => {
        putAll(shards, ...KEYS.map((key) => `${key}1`));
        shards.split();
        putAll(shards, ...KEYS.map((key) => `${key}2`));
      },
      answer: async (scheduler, texts) => {
        await scheduler.sleep(texts.includes("a1") ? 60 * SECOND_US : 1_000);
      },
    });
    expect(isDrained).toBe(true);
    expect(delivered.slice(0, KEYS.length).toSorted()).toEqual(KEYS.map((key) => `${key}1`));
    // The slow lane is the last, and is waited for.
    const slow = withLaneOf("a").map((key) => `${key}1`);
    expect(delivered.slice(KEYS.length - slow.length, KEYS.length)).toEqual(slow);
    expect(delivered.slice(KEYS.length).toSorted()).toEqual(KEYS.map((key) => `${key}2`));
  });
});

/** A reader is lost once, with the first batch that succeeds from a time on. */
function losing(fromUs: number) {
  const saw: string[] = [];
  /** Batches that were begun, and those whose success the reader heard. */
  const found = { saw, begun: 0, heard: 0, isLost: false };
  const chaos = (scheduler: Scheduler): MappingChaos => ({
    losesPlace: () => {
      found.heard += 1;
      const isNow = !found.isLost && scheduler.now() >= fromUs;
      found.isLost ||= isNow;
      return isNow;
    },
    pollsTwice: () => {
      found.begun += 1;
      return false;
    },
    saw: (point) => saw.push(point),
  });
  return { found, chaos };
}

describe("when a shard's reader is lost, the next one", () => {
  it("delivers again from the lowest place that was not done, in every lane", async () => {
    const { found, chaos } = losing(2 * SECOND_US);
    let isSlow = true;
    const { invoked, givenUp, isDrained } = await play({
      settings: { retries: 0 },
      put: (shards) => putAll(shards, `${OTHER}1`, "a1", `${OTHER}2`, `${OTHER}3`, "a2"),
      answer: async (scheduler, texts) => {
        if (!texts.includes("a1") || !isSlow) return;
        isSlow = false;
        await scheduler.sleep(30 * SECOND_US);
        throw new Error("nobody hears it");
      },
      chaos,
    });
    expect(startingWith(OTHER, invoked)).toEqual([1, 2, 3, 2, 3].map((at) => `${OTHER}${at}`));
    expect(startingWith("a", invoked)).toEqual(["a1", "a1", "a2"]);
    expect(found.saw).toContain("reader lost beside a batch");
    // The answer that nobody heard is no reason to give up, and comes to no place that could be lost.
    expect([givenUp, isDrained, found.heard]).toEqual([[], true, 7]);
  });

  it("delivers what the one before was about to deliver again, which does not", async () => {
    const { found, chaos } = losing(2 * SECOND_US);
    const { invoked } = await play({
      put: (shards) => putAll(shards, ...[1, 2, 3].map((at) => `${OTHER}${at}`), "a1"),
      answer: async (_, texts) => {
        if (texts.includes("a1") && !found.isLost) throw new Error("until then");
      },
      chaos,
    });
    // At 0, 0.25, 0.75 and 1.75 s, the next would be at 3.75; and once by the new reader, at 3.
    expect(startingWith("a", invoked)).toEqual(["a1", "a1", "a1", "a1", "a1"]);
  });

  it("delivers what the one before was collecting, which does not", async () => {
    const { found, chaos } = losing(SECOND_US);
    const { invoked } = await play({
      settings: { windowUs: 1.5 * SECOND_US },
      put: (shards, scheduler) => {
        putAll(shards, `${OTHER}1`);
        scheduler.after(SECOND_US / 2, () => putAll(shards, "a1"));
      },
      answer: async () => {},
      chaos,
    });
    expect(invoked.toSorted()).toEqual(["a1", `${OTHER}1`, `${OTHER}1`].toSorted());
    expect([found.begun, found.isLost]).toEqual([3, true]);
  });
});

/** What the function does with a batch, and when. */
const answers = fc.array(
  fc.record({
    takesUs: fc.integer({ min: 0, max: 5 * SECOND_US }),
    /** Of the batch, that is done; more than 1: all of it. */
    done: fc.double({ min: 0, max: 2, noNaN: true }),
    throws: fc.boolean(),
  }),
  { maxLength: 60 },
);

describe("records of one key", () => {
  it("come in their order, each after the one before is done, whatever fails and however many lanes", async () => {
    const settings = fc.record({
      parallelization: fc.integer({ min: 1, max: LANES }),
      batchSize: fc.integer({ min: 1, max: 5 }),
      windowUs: fc.constantFrom(0, 2 * SECOND_US),
      bisects: fc.boolean(),
    });
    const keys = fc.array(fc.constantFrom(...KEYS), { minLength: 1, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(settings, keys, answers, async (drawn, put, script) => {
        const done = await deliverAll({ ...SETTINGS, ...drawn }, put, script);
        for (const key of KEYS) {
          const sent = put.map((one, at) => `${one}${at}`).filter((one) => keyOf(one) === key);
          expect(done.filter((one) => keyOf(one) === key)).toEqual(sent);
        }
      }),
    );
  });
});

/** @returns what was done, in order; fails where a key is in two batches at once */
async function deliverAll(
  settings: MappingSettings,
  keys: readonly string[],
  script: readonly { takesUs: number; done: number; throws: boolean }[],
): Promise<string[]> {
  const scheduler = createScheduler(0);
  const shards = createShards(scheduler, 1);
  const rest = [...script];
  const done: string[] = [];
  const underWay = new Set<string>();
  const invoke: Invoke = async ({ records }) => {
    const { takesUs, done: share, throws } = rest.shift() ?? { takesUs: 0, done: 2, throws: false };
    const own = new Set(records.map(({ partitionKey }) => partitionKey));
    expect([...own].filter((key) => underWay.has(key))).toEqual([]);
    for (const key of own) underWay.add(key);
    await scheduler.sleep(takesUs);
    for (const key of own) underWay.delete(key);
    const failed = records[Math.floor(share * records.length)];
    if (failed === undefined) {
      done.push(...records.map(text));
      return undefined;
    }
    if (throws) throw new Error("as drawn");
    done.push(...records.slice(0, records.indexOf(failed)).map(text));
    return { batchItemFailures: [{ itemIdentifier: failed.sequenceNumber }] };
  };
  putAll(shards, ...keys.map((key, at) => `${key}${at}`));
  const mapping = startMapping({ scheduler, shards, settings, invoke, onGivenUp: () => {} });
  const end = await scheduler.run(() => mapping.isDrained(), { untilUs: 86_400 * SECOND_US });
  expect(end).toBe("done");
  return done;
}
