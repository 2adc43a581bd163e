import { describe, expect, it } from "vitest";
import { openApiDocument } from "../../../lib/core/api/openapi.ts";
import { API_BASE, OPERATIONS } from "../../../lib/core/api/operations.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const document = openApiDocument("1.2.3") as unknown as Document;
const text = JSON.stringify(document);

describe("openApiDocument", () => {
  it("lists every operation under its method and path, and nothing else", () => {
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = Object.values(OPERATIONS).map(
      ({ method, path }) => `${method} ${API_BASE}${path}`,
    );
    expect(listed.sort()).toEqual(served.sort());
  });

  it("refers only to components that it holds, and holds none that nobody refers to", () => {
    const used = new Set(
      [...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name),
    );
    const held = new Set(Object.keys(document.components.schemas));
    expect([...used].filter((name) => !held.has(name ?? ""))).toEqual([]);
    expect([...held].filter((name) => !used.has(name))).toEqual([]);
  });

  it("writes pairs as JSON Schema 2020-12 does: `items` is one schema, never a list", () => {
    expect(text).not.toContain('"items":[');
    expect(document.openapi).toBe("3.1.0");
  });

  it("says which parameters must be given", () => {
    const series = document.paths["/api/v1/series"]?.["get"] as {
      parameters: readonly { name: string; required: boolean }[];
    };
    const required = series.parameters.filter((one) => one.required).map((one) => one.name);
    expect(required).toEqual(["metric", "from", "to"]);
  });
});
