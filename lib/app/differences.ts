/** What two computations of the same rows disagree on, told one by one at first and counted by kind after. */
import type { Resolution } from "../core/rollup/row.ts";

/** One field of one row; `undefined` is what one side does not have. */
export interface Difference {
  /** `account/instrument`. */
  readonly instrument: string;
  /** Which rows: rollups of a resolution, trades, or the committed state. */
  readonly of: Resolution | "trade" | "state";
  /** µs: the bucket, or the trade's time; undefined for a state. */
  readonly time: number | undefined;
  /** A rollup's part, a trade's id, or empty. */
  readonly part: string;
  /** Path in the row's value, such as `path.2`; empty where the whole row is there on one side only. */
  readonly field: string;
  readonly stored: unknown;
  readonly expected: unknown;
}

/** How many differences of one kind there are beyond those told one by one. */
export interface DifferenceGroup {
  readonly instrument: string;
  readonly of: Difference["of"];
  /** Without the sequence of a late trade, and empty for trades: so that there are few groups. */
  readonly part: string;
  readonly count: number;
}

export interface Differences {
  readonly count: number;
  readonly first: readonly Difference[];
  readonly groups: readonly DifferenceGroup[];
}

/** Told one by one. */
const TOLD = 20;

export interface DifferenceList {
  add(difference: Difference): void;
  /** Adds a difference for every field in which two JSON texts disagree. */
  compare(
    of: Pick<Difference, "instrument" | "of" | "time" | "part">,
    stored: string | undefined,
    expected: string | undefined,
  ): void;
  result(): Differences;
}

export function createDifferenceList(): DifferenceList {
  const first: Difference[] = [];
  const groups = new Map<string, DifferenceGroup>();
  let count = 0;
  const add = (difference: Difference) => {
    count += 1;
    if (first.length < TOLD) {
      first.push(difference);
      return;
    }
    const { instrument, of } = difference;
    const part = of === "trade" ? "" : (difference.part.split("+")[0] ?? "");
    const key = JSON.stringify([instrument, of, part]);
    const known = groups.get(key)?.count ?? 0;
    groups.set(key, { instrument, of, part, count: known + 1 });
  };
  return {
    add,
    compare: (of, stored, expected) => {
      if (stored === expected) return;
      if (stored === undefined || expected === undefined) {
        const side = (text: string | undefined) => (text === undefined ? undefined : "a row");
        add({ ...of, field: "", stored: side(stored), expected: side(expected) });
        return;
      }
      const before = count;
      for (const leaf of leaves(JSON.parse(stored), JSON.parse(expected), "")) {
        add({ ...of, ...leaf });
      }
      // Another text of the same values: an order of keys, a form of a number.
      if (count === before) add({ ...of, field: "(text)", stored, expected });
    },
    result: () => ({ count, first, groups: [...groups.values()] }),
  };
}

type Leaf = Pick<Difference, "field" | "stored" | "expected">;

function* leaves(stored: unknown, expected: unknown, path: string): Generator<Leaf> {
  if (!isTree(stored) || !isTree(expected)) {
    if (stored !== expected) yield { field: path, stored, expected };
    return;
  }
  for (const name of new Set([...Object.keys(stored), ...Object.keys(expected)])) {
    yield* leaves(stored[name], expected[name], path === "" ? name : `${path}.${name}`);
  }
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
