/**
 * Goal: nothing that a name, a prefix or a time holds can leave its place in a statement.
 * Method: statements are built of hostile parts and parsed back by a parser that knows the adapter's subset and nothing
 * else, no semicolon and no comment: exactly one statement, with the very literals that went in.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dimensionText, isDimension } from "../../../lib/adapters/timestream/dimension-text.ts";
import * as sql from "../../../lib/adapters/timestream/sql.ts";
import { HOSTILE_NAMES } from "../../contract/hostile-names.ts";
import { runStatement } from "../timestream-model/evaluate.ts";
import { type Condition, parseStatement, type Term } from "../timestream-model/sql-parser.ts";
import { SqlSyntaxError } from "../timestream-model/sql-tokens.ts";

const FROM = { database: "db1", table: "t_1" };
const select = (where: sql.Sql): sql.Sql =>
  sql.select({ ...FROM, columns: ["part", "time"], where });

/** Texts in which attacks are likely: quotes, comments, ends of statements, halves of escapes. */
const fragment = fc.constantFrom(
  "'",
  "''",
  '"',
  ";",
  "--",
  "/*",
  "*/",
  "\\",
  "\\'",
  "%",
  "\n",
  "(",
  ")",
  " OR 1=1 ",
  "DROP TABLE x",
  "~",
  "é",
  "🚀",
  "'); SELECT 1; --",
);
const hostile = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.oneof(fragment, fc.string({ maxLength: 3 })), { maxLength: 12 })
    .map((parts) => parts.join("")),
);
const anyName = fc.oneof(
  hostile,
  fc.string({ unit: "binary" }),
  fc.constantFrom(...HOSTILE_NAMES.map(({ name }) => name)),
);

function literalsIn(condition: Condition): (string | bigint)[] {
  if (condition.kind !== "compare") return condition.of.flatMap(literalsIn);
  return [condition.left, condition.right].flatMap(literalsOf);
}

function literalsOf(term: Term): (string | bigint)[] {
  if (term.kind === "call") return term.args.flatMap(literalsOf);
  return term.kind === "column" ? [] : [term.value];
}

describe("a statement", () => {
  it("holds any text as one literal, and is one statement", () => {
    fc.assert(
      fc.property(
        hostile.filter((text) => !text.includes("\0")),
        hostile.filter((text) => !text.includes("\0")),
        (a, b) => {
          const where = sql.all(
            sql.compare("account", "=", sql.textLiteral(a)),
            sql.any(sql.startsWith("part", b), sql.compare("instrument", "<>", sql.textLiteral(b))),
          );
          const parsed = parseStatement(select(where));
          expect(parsed).toHaveLength(1);
          expect(parsed[0]?.database).toBe("db1");
          expect(parsed[0]?.table).toBe("t_1");
          const expected = [a, 1n, BigInt([...b].length), b, b];
          expect(parsed.flatMap((one) => literalsIn(one.where))).toEqual(expected);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it("holds any name at all as a dimension, which stays itself or becomes a hash", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const dimension = dimensionText(name);
        const where = sql.compare("instrument", "=", sql.textLiteral(dimension));
        expect(parseStatement(select(where)).flatMap((one) => literalsIn(one.where))).toEqual([
          dimension,
        ]);
        expect(isDimension(dimension)).toBe(true);
        expect(dimension === name || /^~[0-9a-f]{64}$/.test(dimension)).toBe(true);
        const bytes = Buffer.byteLength(dimension);
        expect(bytes >= 1 && bytes <= 192).toBe(true);
      }),
      { numRuns: 5_000 },
    );
  });

  it("gives different names different dimensions", () => {
    fc.assert(
      fc.property(anyName, anyName, (a, b) => {
        expect(dimensionText(a) === dimensionText(b)).toBe(a === b);
      }),
      { numRuns: 5_000 },
    );
    const dimensions = HOSTILE_NAMES.map(({ name }) => dimensionText(name));
    expect(new Set(dimensions).size).toBe(HOSTILE_NAMES.length);
    expect(dimensionText(dimensionText(""))).not.toBe(dimensionText(""));
  });

  it("says a time to the nanosecond, beyond what a number can count", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (us) => {
        const parsed = parseStatement(select(sql.compare("time", ">=", sql.timeLiteral(us))));
        const expected = BigInt(us) * 1_000n;
        expect(parsed.flatMap((one) => literalsIn(one.where))).toEqual([expected]);
        const again = select(sql.compare("time", "=", sql.sameTime(String(expected))));
        expect(parseStatement(again).flatMap((one) => literalsIn(one.where))).toEqual([expected]);
      }),
    );
  });

  it("reads on behind a position as tuples compare, either way", () => {
    const columns = ["account", "instrument", "trade_id"] as const;
    const names = fc.tuple(...columns.map(() => fc.constantFrom("a", "b", "c")));
    const after = (position: readonly string[], comparison: ">" | "<") =>
      sql.beyond(
        columns.map((name, at) => [name, sql.textLiteral(position[at] ?? "")] as const),
        comparison,
      );
    fc.assert(
      fc.property(names, names, (position, row) => {
        const isAfter = row.join("") > position.join("");
        const isBefore = row.join("") < position.join("");
        const cells = new Map(columns.map((name, at) => [name, row[at] ?? ""]));
        const holds = (comparison: ">" | "<") =>
          parseStatement(
            sql.select({ ...FROM, columns, where: after(position, comparison) }),
          ).flatMap((one) => runStatement(one, [cells])).length === 1;
        expect(holds(">")).toBe(isAfter);
        expect(holds("<")).toBe(isBefore);
      }),
    );
  });

  it.each(["a\0b", "\ud800", "tail\udc00"])(
    "is not made of a text that has no literal: %j",
    (text) => {
      expect(() => sql.textLiteral(text)).toThrow(RangeError);
    },
  );

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    "is not made of %d as a time",
    (us) => {
      expect(() => sql.timeLiteral(us)).toThrow(RangeError);
    },
  );

  it.each(["", "1; DROP", "-1", "1e9", "0x10", "12345678901234567890"])(
    "is not made of %j as a time that the service gave",
    (text) => {
      expect(() => sql.sameTime(text)).toThrow(RangeError);
    },
  );

  it.each(['t"; DROP', "t t", "", "a.b;c", "ab", "x".repeat(257), "täble"])(
    "is not made of a table named %j",
    (table) => {
      const where = sql.compare("piece", "=", sql.textLiteral("0"));
      expect(() => sql.select({ columns: ["part"], database: "db1", table, where })).toThrow(
        RangeError,
      );
      expect(() => sql.select({ columns: ["part"], database: table, table: "t_1", where })).toThrow(
        RangeError,
      );
    },
  );
});

describe("the parser", () => {
  it.each([
    "",
    "SELECT",
    'SELECT "a" FROM "d"."t" WHERE "a" = \'x\';',
    'SELECT "a" FROM "d"."t" WHERE "a" = \'x\' -- rest',
    'SELECT "a" FROM "d"."t" WHERE "a" = \'x\' SELECT "a" FROM "d"."t" WHERE "a" = \'x\'',
    'SELECT "a" FROM "d"."t" WHERE "a" = \'x',
    'SELECT "a" FROM "d"."t" WHERE "a" LIKE \'x\'',
    'SELECT "a" FROM "d"."t" WHERE "a" = \'x\' AND "b" = \'y\' OR "c" = \'z\'',
    'SELECT sleep(\'9\') AS a FROM "d"."t" WHERE "a" = \'x\'',
    'SELECT "a" FROM d.t WHERE "a" = \'x\'',
    '(SELECT "a" FROM "d"."t" WHERE "a" = \'x\') UNION (SELECT "a" FROM "d"."t" WHERE "a" = \'x\')',
  ])("refuses what the adapter does not write: %s", (text) => {
    expect(() => parseStatement(text)).toThrow(SqlSyntaxError);
  });
});
