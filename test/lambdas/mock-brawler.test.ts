/** The simulated market maker as the clock calls it; `seconds` makes its minute short. */
import "./environment.ts";
import { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { linesOfRecords } from "../adapters/kinesis/lines-of-records.ts";
import { modelStream, type StreamModel } from "../adapters/kinesis/stream-model.ts";
import { contextOf, type Heard, listen } from "./invocation.ts";
import { type TablesModel, tablesModel } from "./tables-model.ts";

const kinesis = mockClient(KinesisClient);
/** Five of them are left for saving. */
const SECONDS = 5.4;

let tables: TablesModel;
let stream: Omit<StreamModel, "client">;
let heard: Heard;

beforeEach(() => {
  tables = tablesModel();
  heard = listen();
  kinesis.reset();
  stream = modelStream(kinesis);
  vi.resetModules();
});
afterEach(() => {
  tables.restore();
  vi.restoreAllMocks();
});

async function run({ seconds = SECONDS, left = 90_000 } = {}) {
  const { handler } = await import("../../lambdas/mock-brawler.ts");
  return handler({ seconds }, contextOf(left));
}

/** In the order in which the stream has them. */
const sequences = () =>
  linesOfRecords(stream.records).map(
    ({ line }) => (JSON.parse(line) as { readonly sequence: number }).sequence,
  );
const state = () => tables.items("state")[0];

describe("a run", () => {
  it("tells the market up to now, and keeps where it stopped", async () => {
    const { lines, saved } = await run();
    expect(saved).toBe(true);
    expect(lines).toBeGreaterThan(0);
    expect(sequences()).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    expect(state()?.["gen"]).toEqual({ N: "1" });
    expect(heard.metrics()).toMatchObject({ Lines: lines });
  });

  it("goes on where the last one stopped: no event twice, none left out", async () => {
    const first = await run();
    const second = await run({ seconds: 6.4 });
    const all = first.lines + second.lines;
    expect(second.lines).toBeGreaterThan(0);
    expect(sequences()).toEqual(Array.from({ length: all }, (_, index) => index + 1));
    expect(state()?.["gen"]).toEqual({ N: "2" });
  });

  it("sends again what the stream did not take, in order", async () => {
    const refusals = [true, true, false];
    stream = modelStream(kinesis, { throttles: () => refusals.shift() ?? false });
    const { lines, saved } = await run();
    expect(saved).toBe(true);
    expect(stream.requests.length).toBeGreaterThan(2);
    expect(sequences()).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
  });

  it("ends before the function's limit, whatever it was asked for", async () => {
    const { saved } = await run({ seconds: 58, left: 5_400 });
    expect(saved).toBe(true);
  });

  it("that another overtook saves nothing over it", async () => {
    const own = run({ seconds: 6.4 });
    const other = run();
    expect((await other).saved).toBe(true);
    expect((await own).saved).toBe(false);
    expect(state()?.["gen"]).toEqual({ N: "1" });
  });

  it.each(["ResourceNotFoundException", "AccessDeniedException"])(
    "that the stream refuses by %s saves nothing: the next one tells it again",
    async (name) => {
      kinesis.on(PutRecordsCommand).rejects(Object.assign(new Error("no"), { name }));
      await expect(run()).rejects.toThrow("events");
      expect(state()).toBeUndefined();
      kinesis.reset();
      stream = modelStream(kinesis);
      const { lines } = await run();
      expect(sequences()).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    },
  );
});
