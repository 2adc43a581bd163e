/**
 * The part of Timestream's SQL that the adapter writes, and nothing more:
 *
 *     SELECT term [AS name], … FROM "database"."table" WHERE condition [ORDER BY column ASC|DESC, …] [LIMIT n]
 *
 * or several of those in parentheses, put together by UNION ALL; with conditions of comparisons, AND, OR and parentheses, and terms of columns, literals, and four functions.
 */
import { SqlSyntaxError, type Token, tokensOf } from "./sql-tokens.ts";

export type Term =
  | { readonly kind: "column"; readonly name: string }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Term[] };

export type Condition =
  | { readonly kind: "and" | "or"; readonly of: readonly Condition[] }
  | {
      readonly kind: "compare";
      readonly comparison: string;
      readonly left: Term;
      readonly right: Term;
    };

export interface Statement {
  readonly chosen: readonly { readonly term: Term; readonly name: string }[];
  readonly database: string;
  readonly table: string;
  readonly where: Condition;
  readonly orderBy: readonly { readonly name: string; readonly descends: boolean }[];
  readonly limit: number | undefined;
}

const FUNCTIONS = ["from_nanoseconds", "to_nanoseconds", "substr"];
const COMPARISONS = ["=", "<>", "<", "<=", ">", ">="];

/**
 * The selections that a statement puts together, one at least.
 *
 * @throws {SqlSyntaxError} unless the text is exactly one such statement
 */
export function parseStatement(text: string): readonly Statement[] {
  return new Parser(tokensOf(text)).statements();
}

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  statements(): readonly Statement[] {
    const statements: Statement[] = [];
    if (this.tokens[0]?.text === "SELECT") statements.push(this.statement());
    else {
      do statements.push(this.inParentheses(() => this.statement()));
      while (this.tryUnion());
    }
    if (this.at < this.tokens.length) throw this.unexpected("the end");
    return statements;
  }

  private tryUnion(): boolean {
    if (!this.tryWord("UNION")) return false;
    this.word("ALL");
    return true;
  }

  private inParentheses<Inner>(inner: () => Inner): Inner {
    this.symbol("(");
    const found = inner();
    this.symbol(")");
    return found;
  }

  private statement(): Statement {
    this.word("SELECT");
    const chosen = this.list(() => this.chosen());
    this.word("FROM");
    const database = this.take("identifier");
    this.symbol(".");
    const table = this.take("identifier");
    this.word("WHERE");
    const where = this.condition();
    const orderBy = this.tryWord("ORDER") ? this.order() : [];
    const limit = this.tryWord("LIMIT") ? Number(this.take("number")) : undefined;
    return { chosen, database, table, where, orderBy, limit };
  }

  private chosen(): Statement["chosen"][number] {
    const term = this.term();
    if (this.tryWord("AS")) return { term, name: this.take("word") };
    if (term.kind === "column") return { term, name: term.name };
    throw this.unexpected("AS");
  }

  private order(): Statement["orderBy"] {
    this.word("BY");
    return this.list(() => {
      const name = this.take("identifier");
      if (this.tryWord("DESC")) return { name, descends: true };
      this.word("ASC");
      return { name, descends: false };
    });
  }

  /** AND and OR never stand side by side without parentheses. */
  private condition(): Condition {
    const of = [this.operand()];
    for (const [word, kind] of [
      ["AND", "and"],
      ["OR", "or"],
    ] as const) {
      if (!this.tryWord(word)) continue;
      do of.push(this.operand());
      while (this.tryWord(word));
      return { kind, of };
    }
    return of[0] ?? { kind: "and", of };
  }

  private operand(): Condition {
    const { kind, text } = this.tokens[this.at] ?? {};
    if (kind === "symbol" && text === "(") return this.inParentheses(() => this.condition());
    const left = this.term();
    const comparison = this.take("symbol");
    if (!COMPARISONS.includes(comparison)) throw this.unexpected("a comparison");
    return { kind: "compare", comparison, left, right: this.term() };
  }

  private term(): Term {
    const token = this.tokens[this.at];
    this.at += 1;
    if (token?.kind === "identifier") return { kind: "column", name: token.text };
    if (token?.kind === "string") return { kind: "text", value: token.text };
    if (token?.kind === "number") return { kind: "number", value: BigInt(token.text) };
    if (token?.kind === "word" && FUNCTIONS.includes(token.text)) {
      const args = this.inParentheses(() => this.list(() => this.term()));
      return { kind: "call", name: token.text, args };
    }
    this.at -= 1;
    throw this.unexpected("a column, a literal or a function");
  }

  private list<Item>(item: () => Item): readonly Item[] {
    const items = [item()];
    while (this.trySymbol(",")) items.push(item());
    return items;
  }

  private take(kind: Token["kind"]): string {
    const token = this.tokens[this.at];
    if (token?.kind !== kind) throw this.unexpected(kind);
    this.at += 1;
    return token.text;
  }

  private word(text: string): void {
    if (!this.tryWord(text)) throw this.unexpected(text);
  }

  private tryWord(text: string): boolean {
    return this.tryToken("word", text);
  }

  private symbol(text: string): void {
    if (!this.trySymbol(text)) throw this.unexpected(text);
  }

  private trySymbol(text: string): boolean {
    return this.tryToken("symbol", text);
  }

  private tryToken(kind: Token["kind"], text: string): boolean {
    const token = this.tokens[this.at];
    if (token?.kind !== kind || token.text !== text) return false;
    this.at += 1;
    return true;
  }

  private unexpected(expected: string): SqlSyntaxError {
    const token = this.tokens[this.at];
    return new SqlSyntaxError(`expected ${expected}, found ${token?.text ?? "the end"}`);
  }
}
