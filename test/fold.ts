/** Drives the real pipeline in a test: lines or events in, stores and reports out. Nothing of it is replaced. */
import { type EmbeddedStore, openEmbedded } from "../lib/adapters/embedded/open-embedded.ts";
import type { Delivery } from "../lib/app/fold-group.ts";
import type { InputBatch, RefusedLine, SetAside } from "../lib/app/fold-input.ts";
import { type ReplayOptions, type ReplayResult, replay } from "../lib/app/replay.ts";
import { buildReport, type ReportQuestion } from "../lib/app/report.ts";
import { type Configuration, resolveConfig } from "../lib/core/api/config.ts";
import { parseEvent } from "../lib/core/events/parse.ts";
import type { PerformanceMetrics, Report } from "../lib/core/metrics/performance-metrics.ts";

/** A desk that has configured nothing. */
export const DEFAULTS: Configuration = resolveConfig({});

/** Beyond every time in these tests. */
export const FUTURE_LIMIT = 2 ** 52;

/** A line, or its object. */
export type Line = string | Readonly<Record<string, unknown>>;

export interface FoldOptions {
  readonly config?: Configuration;
  /** Lines a batch; all in one unless given. */
  readonly batch?: number;
  readonly futureLimit?: number;
  /** What is written is what a report of everything reads, and no more. */
  readonly onlyReport?: ReplayOptions["onlyReport"];
}

export interface Folded {
  readonly store: EmbeddedStore;
  readonly result: ReplayResult;
  readonly setAside: readonly SetAside[];
  readonly report: (question?: Partial<ReportQuestion>) => Promise<Report>;
}

/** Folds the lines into a store of its own, and closes it after `use`. */
export async function folded<T>(
  lines: Iterable<Line>,
  use: (fold: Folded) => Promise<T>,
  options: FoldOptions = {},
): Promise<T> {
  const batches = batchesOf(lines, options.batch);
  return foldedBatches(() => batches, use, options);
}

/** The same, of batches that are made as they are asked for. */
export async function foldedBatches<T>(
  batches: () => Iterable<InputBatch>,
  use: (fold: Folded) => Promise<T>,
  { config = DEFAULTS, futureLimit = FUTURE_LIMIT, onlyReport }: FoldOptions = {},
): Promise<T> {
  const store = openEmbedded({ temporary: true });
  try {
    const setAside: SetAside[] = [];
    const result = await replay({
      state: store.state,
      metrics: store.metrics,
      settings: config,
      retention: config.retention,
      futureLimit,
      durable: false,
      ...(onlyReport === undefined ? {} : { onlyReport }),
      input: () => inTurn(batches()),
      onSetAside: (aside) => setAside.push(aside),
    });
    const report = (question: Partial<ReportQuestion> = {}) =>
      reportOf(store, config, { span: { kind: "all" }, ...question }, result);
    return await use({ store, result, setAside, report });
  } finally {
    store.close();
  }
}

async function reportOf(
  store: EmbeddedStore,
  config: Configuration,
  question: ReportQuestion,
  { stray }: ReplayResult,
): Promise<Report> {
  const report = await buildReport(store, config, question, stray);
  if (report === undefined) throw new Error("expected something to report, there was nothing");
  return report;
}

/** The report of everything, of all instruments unless the question says otherwise. */
export function reportFrom(
  lines: Iterable<Line>,
  question: Partial<ReportQuestion> = {},
  options: FoldOptions = {},
): Promise<Report> {
  return folded(lines, ({ report }) => report(question), options);
}

/** The figures of the one instrument that the lines are about. */
export async function figuresFrom(
  lines: Iterable<Line>,
  question: Partial<ReportQuestion> = {},
  options: FoldOptions = {},
): Promise<PerformanceMetrics> {
  return onlyInstrument(await reportFrom(lines, question, options));
}

export function onlyInstrument({ instruments }: Report): PerformanceMetrics {
  const [only, ...others] = Object.values(instruments);
  if (only === undefined || others.length > 0) {
    throw new Error(`expected one instrument, were ${Object.keys(instruments).join(", ")}`);
  }
  return only;
}

/** Parsed, in batches; refused lines are set aside as the product does. */
export function batchesOf(lines: Iterable<Line>, size = Number.POSITIVE_INFINITY): InputBatch[] {
  const batches: InputBatch[] = [];
  let deliveries: Delivery[] = [];
  let refused: RefusedLine[] = [];
  let line = 0;
  for (const one of lines) {
    line += 1;
    const outcome = parseEvent(typeof one === "string" ? one : JSON.stringify(one));
    if ("type" in outcome) deliveries.push({ event: outcome, line });
    else refused.push({ line, reason: outcome.reason, detail: outcome.detail });
    if (line % size !== 0) continue;
    batches.push({ deliveries, refused });
    [deliveries, refused] = [[], []];
  }
  return [...batches, { deliveries, refused }];
}

/** Hands over the batches one by one, as a file or a stream would. */
export async function* inTurn(batches: Iterable<InputBatch>): AsyncIterable<InputBatch> {
  for (const batch of batches) yield batch;
}
