/** Compares two reports as `test/oracle/compare.py` does: money and counts identical, statistics within 1e-9. */

/** A place where they differ; `undefined` is what one side does not have. */
export interface Leaf {
  readonly path: readonly string[];
  readonly actual: unknown;
  readonly expected: unknown;
}

const RELATIVE = 1e-9;
const ABSOLUTE = 1e-12;

export function differences(
  actual: unknown,
  expected: unknown,
  path: readonly string[] = [],
): Leaf[] {
  if (isTree(actual) && isTree(expected)) {
    const names = new Set([...Object.keys(actual), ...Object.keys(expected)]);
    return [...names].flatMap((name) => differences(actual[name], expected[name], [...path, name]));
  }
  return isSame(actual, expected) ? [] : [{ path, actual, expected }];
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Whole numbers are counts and times; other numbers are statistics. */
function isSame(actual: unknown, expected: unknown): boolean {
  if (typeof actual !== "number" || typeof expected !== "number") return actual === expected;
  if (Number.isInteger(actual) && Number.isInteger(expected)) return actual === expected;
  const scale = Math.max(Math.abs(actual), Math.abs(expected));
  return Math.abs(actual - expected) <= Math.max(ABSOLUTE, RELATIVE * scale);
}
