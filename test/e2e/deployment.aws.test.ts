/**
 * The whole system on an emulator: deployed as a user deploys it, fed through its stream, asked through its API, told
 * through its outbox, updated and taken down. What the emulator cannot do (the authorizer, S3 behind the gateway, the
 * mapping's retries) is proven elsewhere: docs/reference/aws-proof.md says where.
 */
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { zlibFrameCodec } from "../../lib/adapters/frames/zlib-frame-codec.ts";
import { kinesisClient } from "../../lib/adapters/kinesis/client.ts";
import { kinesisEventSink } from "../../lib/adapters/kinesis/event-sink.ts";
import { systemClock } from "../../lib/adapters/local/system-clock.ts";
import { s3Client } from "../../lib/adapters/s3/client.ts";
import type { DaysBody } from "../../lib/core/api/days.ts";
import type { HealthBody } from "../../lib/core/api/health.ts";
import type { TrendsBody } from "../../lib/core/api/trends.ts";
import type { Report } from "../../lib/core/metrics/performance-metrics.ts";
import { simulate } from "../../lib/core/simulator/simulation.ts";
import { DAY_US, type DurationUs, type EpochUs, HOUR_US, MINUTE_US } from "../../lib/core/units.ts";
import { amendments, type MarketLine } from "../app/amended-market.ts";
import { reportFrom } from "../fold.ts";
import { type Deployment, deploymentOf, REGION } from "./deployment.ts";
import { openSlackReceiver, type SlackReceiver } from "./slack-receiver.ts";

const INSTRUMENTS = ["BTC-PERP", "ETH-PERP"];
const MARKET_US = (30 * MINUTE_US) as DurationUs;

const endpoint = inject("awsEndpoint");
const account = {
  region: REGION,
  endpoint,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};

/** What API Gateway hands over, once its authorizer has let a person of these groups through. */
const request = (
  path: string,
  groups: string | undefined,
  query?: Readonly<Record<string, string>>,
) => ({
  httpMethod: "GET",
  path: `/api/v1${path}`,
  headers: { host: "api.test" },
  queryStringParameters: query ?? null,
  body: null,
  isBase64Encoded: false,
  requestContext: { authorizer: { claims: { username: "mb", "cognito:groups": groups } } },
});

interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

describe("the deployed system", () => {
  let slack: SlackReceiver;
  let deployment: Deployment;
  /** All that was published, once each. */
  const published: MarketLine[] = [];

  const ask = (path: string, query?: Readonly<Record<string, string>>, groups = "viewer") =>
    deployment.invoke<HttpAnswer>("api", request(path, groups, query));

  const localReport = () => reportFrom(published.map(({ line }) => line));
  const figuresOf = ({ instruments, portfolio }: Report) => ({ instruments, portfolio });
  const report = async () => {
    const { statusCode, body } = await ask("/snapshot", { window: "all" });
    expect(statusCode).toBe(200);
    const found = JSON.parse(body) as Report;
    return { data: found.data, ...figuresOf(found) };
  };

  async function publish(...batches: readonly (readonly MarketLine[])[]): Promise<void> {
    const stream = await deployment.physicalId("Stateful", "IngestStream");
    const codec = zlibFrameCodec();
    const encode = (ndjson: Uint8Array) => codec.encode(ndjson);
    const sink = kinesisEventSink({ client: kinesisClient(account), stream, encode });
    for (const lines of batches) await sink.publish(lines);
    await sink.close();
  }

  beforeAll(async () => {
    slack = await openSlackReceiver();
    const SecretString = JSON.stringify({ botToken: "xoxb-0123456789", channel: "C0123456" });
    const secrets = new SecretsManagerClient(account);
    await secrets.send(new CreateSecretCommand({ Name: "brawler/slack", SecretString }));
    deployment = deploymentOf({
      endpoint,
      settings: {
        emulator: "true",
        store: "dynamodb",
        stage: "e2e",
        mock: "off",
        slackSecret: "brawler/slack",
        slackBaseUrl: slack.url,
      },
    });
    await expect(deployment.deploy()).rejects.toThrow("CDK bootstrap: not done");
    expect(await deployment.statusOf("Stateful")).toBe("gone");
    await deployment.bootstrap();
    await deployment.deploy();
  }, 300_000);
  afterAll(() => slack?.close());

  it("folds what is published into the figures of a local fold, each event once", async () => {
    // The busy hours of the day before yesterday: young enough for every retention, over by now, and with trades
    // whatever the hour of the test.
    const from = Math.floor(systemClock.now() / DAY_US) * DAY_US - DAY_US - 10 * HOUR_US;
    const market = simulate({
      seed: 11,
      from: from as EpochUs,
      durationUs: MARKET_US,
      instruments: INSTRUMENTS,
    });
    const lines = [...market].map(({ instrument, line }) => ({ instrument, line }));
    for (const instrument of INSTRUMENTS) lines.push(nextDay(lines, instrument));
    // A producer that did not hear the answer sends again.
    await publish(lines, lines.slice(0, 500));
    published.push(...lines);

    const local = await localReport();
    expect(local.portfolio.trades.count).toBeGreaterThan(0);
    // A commit is seen a moment before its rows are.
    await vi.waitFor(
      async () => {
        const { data, ...figures } = await report();
        expect(data).toMatchObject({ events: lines.length + 500, applied: lines.length });
        expect(figures).toEqual(figuresOf(local));
      },
      { timeout: 120_000, interval: 2_000 },
    );
  });

  it("folds a bust and a correction into the past, as if it had known them from the start", async () => {
    const told = amendments(published, "BTC-PERP");
    await publish(told);
    published.push(...told);
    const restating = async () => {
      const { instruments } = JSON.parse((await ask("/health")).body) as HealthBody;
      return instruments.filter(({ state }) => state === "restating").map((one) => one.instrument);
    };
    await vi.waitFor(async () => expect(await restating()).toEqual(["BTC-PERP"]), {
      timeout: 60_000,
      interval: 1_000,
    });
    expect(await deployment.invoke("restate", {})).toEqual({ restated: 1, putOff: 0 });
    expect(await restating()).toEqual([]);
    const { data, ...figures } = await report();
    expect(data).toMatchObject({ applied: published.length });
    expect(figures).toEqual(figuresOf(await localReport()));
    expect(await deployment.invoke("restate", {})).toEqual({ restated: 0, putOff: 0 });
    const wrong = deployment.invoke("restate", { rebuild: ["BTC-PERP"] });
    await expect(wrong).rejects.toThrow("rebuild[0] is");
  });

  it("sets down the day that is over, as its report has it", async () => {
    expect(await deployment.invoke("rolling-snapshot", {})).toEqual({ taken: 3, revised: 0 });
    expect(await deployment.invoke("rolling-snapshot", {})).toEqual({ taken: 0, revised: 0 });
    const { days } = JSON.parse((await ask("/analysis/day")).body) as DaysBody;
    expect(days).toMatchObject([{ instrument: null, status: "closed", revision: 1 }]);
    const [{ from, to, figures } = { from: 0, to: 0, figures: undefined }] = days;
    const range = { from: String(from), to: String(to) };
    const report = JSON.parse((await ask("/snapshot", range)).body) as Report;
    expect(figures).toEqual(report.portfolio);
    expect(figures?.trades.count).toBeGreaterThan(0);
  });

  it("looks at the past as a whole, of which one day is no trend", async () => {
    expect(await deployment.invoke("historical-analysis", {})).toEqual({ written: 3, found: 0 });
    expect(await deployment.invoke("historical-analysis", {})).toEqual({ written: 0, found: 0 });
    const { trends } = JSON.parse((await ask("/analysis/trend")).body) as TrendsBody;
    expect(trends.map(({ instrument }) => instrument)).toEqual([null, ...INSTRUMENTS]);
    expect(trends[0]?.trends["pnl.net"]).toMatchObject({ status: "insufficient", slope: null });
  });

  it("keeps what came in its archive, and the page in its bucket", async () => {
    const client = s3Client(account);
    const keysIn = async (logicalId: string) => {
      const Bucket = await deployment.physicalId("Stateful", logicalId);
      const { Contents } = await client.send(new ListObjectsV2Command({ Bucket }));
      return (Contents ?? []).map(({ Key }) => Key ?? "");
    };
    const kept = await keysIn("BucketsArchive");
    expect(kept.length).toBeGreaterThan(0);
    for (const key of kept) expect(key).toMatch(/^raw\/\d{4}-\d{2}-\d{2}T\d{2}Z\/shardId-/);
    const page = await keysIn("BucketsSite");
    expect(page).toEqual(expect.arrayContaining(["config.json", "index.html"]));
    expect(page.filter((key) => key.startsWith("assets/")).length).toBeGreaterThan(1);
  });

  it("answers by role, with security headers, and never with how it is built", async () => {
    const health = await ask("/health");
    expect(health.statusCode).toBe(200);
    expect(health.headers).toMatchObject({ "x-content-type-options": "nosniff" });
    expect((await ask("/health", undefined, "")).statusCode).toBe(403);
    expect((await ask("/nothing")).statusCode).toBe(404);
    const wrong = await ask("/series", { metric: "netPnl", from: "0", to: "99999999999999999" });
    expect(wrong.statusCode).toBe(400);
    expect(wrong.body).not.toMatch(/arn:|at .*[.]ts:|brawler-e2e/);
  });

  it("quarantines what is no event, and goes on", async () => {
    const stream = await deployment.physicalId("Stateful", "IngestStream");
    const client = kinesisClient(account);
    const { PutRecordCommand } = await import("@aws-sdk/client-kinesis");
    const Data = Buffer.from("neither compressed nor JSON");
    await client.send(new PutRecordCommand({ StreamName: stream, PartitionKey: "BTC-PERP", Data }));
    const bucket = await deployment.physicalId("Stateful", "BucketsArchive");
    await vi.waitFor(
      async () => {
        const listed = await s3Client(account).send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: "quarantine/" }),
        );
        expect(listed.Contents?.length).toBe(1);
      },
      { timeout: 60_000, interval: 1_000 },
    );
  });

  it("tells a person: outbox, topic, Slack, once", async () => {
    const counts = await deployment.invoke("alert-notifier", { test: true });
    expect(counts).toMatchObject({ sent: 2, failed: 0 });
    await vi.waitFor(() => expect(slack.messages.length).toBe(1), {
      timeout: 60_000,
      interval: 500,
    });
    expect(slack.messages[0]).toMatchObject({
      path: "/api/chat.postMessage",
      text: "TEST INFO Test notification: the way out is open",
    });
    expect(await deployment.invoke("alert-notifier", {})).toMatchObject({ sent: 0 });
  });

  it("has nothing to sweep and nothing to redrive after a good run", async () => {
    expect(await deployment.invoke("redrive")).toMatchObject({ settled: [], failed: [] });
    expect(await deployment.invoke("sweeper")).toMatchObject({ flushed: 0 });
  });

  it("is updated in place: the Brawler comes, the data stays", async () => {
    const before = JSON.parse((await ask("/health")).body) as { data: { applied: number } };
    await deployment.deploy({ mock: "on", seed: "5", instruments: "SOL-PERP" });
    const told = await deployment.invoke<{ lines: number }>("mock-brawler", { seconds: 8 });
    expect(told.lines).toBeGreaterThan(0);
    await vi.waitFor(
      async () => {
        const { data } = JSON.parse((await ask("/health")).body) as typeof before;
        expect(data.applied).toBeGreaterThan(before.data.applied);
      },
      { timeout: 60_000, interval: 1_000 },
    );
  }, 300_000);

  it("is taken down, functions first", async () => {
    await deployment.remove();
    for (const stack of ["Stateless", "Stateful"] as const) {
      await vi.waitFor(async () => expect(await deployment.statusOf(stack)).toBe("gone"), {
        timeout: 60_000,
        interval: 1_000,
      });
    }
  });
});

/** A reference a day after the instrument's last line: then its day is over. */
function nextDay(lines: readonly { instrument: string; line: string }[], instrument: string) {
  const last = lines.findLast((one) => one.instrument === instrument)?.line ?? "{}";
  const { time, sequence } = JSON.parse(last) as { time: number; sequence: number };
  const next = { type: "reference", instrument, time: time + DAY_US, sequence: sequence + 1 };
  return { instrument, line: JSON.stringify({ ...next, bid: "99.5", ask: "100.5" }) };
}
