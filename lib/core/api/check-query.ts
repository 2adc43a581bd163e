/** Holds a query string to its schema and says, for each parameter, what was expected and what it was. */
import { Value } from "typebox/value";
import type { Operation } from "./operations.ts";
import type { ProblemError } from "./problem.ts";

const SHOWN = 60;

/**
 * @param pairs the parameters in order, decoded; a name may stand more than once, and is then refused
 * @returns every fault; empty when the query is what the operation's schema describes
 */
export function checkQuery(
  operation: Operation,
  pairs: readonly (readonly [string, string])[],
): readonly ProblemError[] {
  const given = new Map<string, string>();
  const faults: ProblemError[] = [];
  for (const [name, value] of pairs) {
    const fault = given.has(name)
      ? { reason: "repeated", detail: `${shown(name)} is given more than once` }
      : checkOne(operation, name, value);
    given.set(name, value);
    if (fault !== undefined) faults.push({ field: clipped(name), ...fault });
  }
  const required = (operation.query as { required?: readonly string[] }).required ?? [];
  for (const name of required) {
    if (given.has(name)) continue;
    const detail = `${name} is required: ${expected(operation, name)}`;
    faults.push({ field: name, reason: "missing", detail });
  }
  return faults;
}

function checkOne(operation: Operation, name: string, value: string) {
  if (!Object.hasOwn(operation.query.properties, name)) {
    const known = Object.keys(operation.query.properties).join(", ") || "none";
    const detail = `${shown(name)} is no parameter of ${operation.path}; known: ${known}`;
    return { reason: "unknown", detail };
  }
  const schema = operation.query.properties[name];
  if (schema === undefined || Value.Check(schema, value)) return undefined;
  const detail = `${name} was ${shown(value)}; expected: ${expected(operation, name)}`;
  return { reason: "malformed", detail };
}

function expected(operation: Operation, name: string): string {
  const schema = operation.query.properties[name] as {
    enum?: readonly string[];
    description?: string;
    pattern?: string;
  };
  if (schema.enum !== undefined) return `one of ${schema.enum.join(", ")}`;
  return (
    schema.description?.replace(/\.$/, "") ?? `text matching ${schema.pattern ?? "its schema"}`
  );
}

function shown(text: string): string {
  return JSON.stringify(clipped(text));
}

function clipped(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}
