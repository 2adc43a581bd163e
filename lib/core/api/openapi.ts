/** The OpenAPI 3.1 document, built from the schemas that validate; there is no second description. */
import type { TSchema } from "typebox";
import { dayRecordSchema, daysSchema } from "./days.ts";
import { healthSchema, historySchema } from "./health.ts";
import { instrumentSchema, instrumentsSchema } from "./instruments.ts";
import { liveEventSchema, liveInstrumentSchema, liveSchema } from "./live.ts";
import { API_BASE, OPERATIONS, type Operation } from "./operations.ts";
import { problemSchema } from "./problem.ts";
import { publishedSchema } from "./publish.ts";
import {
  dataFiguresSchema,
  figureSchema,
  markoutFiguresSchema,
  performanceMetricsSchema,
  snapshotSchema,
} from "./report.ts";
import { freshSchema } from "./schema.ts";
import { seriesSchema } from "./series.ts";
import { tradeSchema, tradesSchema } from "./trades.ts";
import { trendRecordSchema, trendSchema, trendsSchema } from "./trends.ts";

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const NAMED: Readonly<Record<string, TSchema>> = {
  DataFigures: dataFiguresSchema,
  DayRecord: dayRecordSchema,
  Days: daysSchema,
  Figure: figureSchema,
  Fresh: freshSchema,
  Health: healthSchema,
  HistoryProgress: historySchema,
  Instrument: instrumentSchema,
  Instruments: instrumentsSchema,
  Live: liveSchema,
  LiveEvent: liveEventSchema,
  LiveInstrument: liveInstrumentSchema,
  MarkoutFigures: markoutFiguresSchema,
  PerformanceMetrics: performanceMetricsSchema,
  Problem: problemSchema,
  Published: publishedSchema,
  Series: seriesSchema,
  Snapshot: snapshotSchema,
  Trade: tradeSchema,
  Trades: tradesSchema,
  Trend: trendSchema,
  TrendRecord: trendRecordSchema,
  Trends: trendsSchema,
};

/** @param version the product's, not the API's: that stands in the path */
export function openApiDocument(version: string): Json {
  const nameByText = new Map(
    Object.entries(NAMED).map(([name, schema]) => [JSON.stringify(schema), name]),
  );
  const paths: Record<string, Record<string, Json>> = {};
  for (const [id, operation] of Object.entries<Operation>(OPERATIONS)) {
    const path = `${API_BASE}${operation.path}`;
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: operationObject(id, operation, nameByText),
    };
  }
  const schemas = Object.entries(NAMED).map(([name, schema]) => [
    name,
    withReferences(plain(schema), nameByText, name),
  ]);
  return {
    openapi: "3.1.0",
    info: {
      title: "Brawler Performance Analytics",
      version,
      description: "How a market maker is doing. Simulated or recorded data only.",
    },
    jsonSchemaDialect: "https://json-schema.org/draft/2020-12/schema",
    paths,
    components: { schemas: Object.fromEntries(schemas) },
  };
}

function operationObject(
  id: string,
  operation: Operation,
  nameByText: ReadonlyMap<string, string>,
): Json {
  const schema =
    operation.response === undefined
      ? { type: "object" }
      : withReferences(plain(operation.response), nameByText);
  const parameters = parameterObjects(operation);
  return {
    operationId: id,
    summary: operation.summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation.body === undefined ? {} : { requestBody: ndjsonBody(operation.body) }),
    responses: {
      [String(operation.status)]: {
        description: operation.summary,
        content: { [operation.mediaType]: { schema } },
      },
      ...(operation.method === "GET" ? { "304": { description: "Not changed: the ETag." } } : {}),
      default: {
        description: "A problem.",
        content: {
          "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
        },
      },
    },
  };
}

function parameterObjects(operation: Operation): readonly Json[] {
  const required = (operation.query as { required?: readonly string[] }).required ?? [];
  return Object.entries(operation.query.properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema: plain(schema),
  }));
}

function ndjsonBody(mediaType: string): Json {
  return { required: true, content: { [mediaType]: { schema: { type: "string" } } } };
}

function plain(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}

/** Replaces every nested schema that has a name by a reference to it; `self` stays written out. */
function withReferences(node: Json, nameByText: ReadonlyMap<string, string>, self?: string): Json {
  if (typeof node !== "object" || node === null) return node;
  const name = nameByText.get(JSON.stringify(node));
  if (name !== undefined && name !== self) return { $ref: `#/components/schemas/${name}` };
  if (Array.isArray(node)) return node.map((item: Json) => withReferences(item, nameByText));
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, withReferences(value, nameByText)]),
  );
}
