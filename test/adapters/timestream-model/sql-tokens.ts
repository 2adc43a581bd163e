/** Text of a statement → tokens. Anything that the adapter does not write is a syntax error, a semicolon first of all. */
export type Token =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "identifier"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "symbol"; readonly text: string };

export class SqlSyntaxError extends Error {
  override readonly name = "SqlSyntaxError";
}

const TOKENS: readonly (readonly [Token["kind"] | "blank", RegExp])[] = [
  ["blank", /[ \n\t]+/y],
  ["word", /[A-Za-z_][A-Za-z0-9_]*/y],
  ["number", /[0-9]+/y],
  ["string", /'(?:[^']|'')*'/y],
  ["identifier", /"(?:[^"]|"")*"/y],
  ["symbol", /<=|>=|<>|[=<>(),.]/y],
];

export function tokensOf(statement: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < statement.length) {
    const found = tokenAt(statement, at);
    if (found.kind !== "blank") tokens.push({ kind: found.kind, text: unquoted(found) });
    at += found.text.length;
  }
  return tokens;
}

interface Found {
  readonly kind: Token["kind"] | "blank";
  readonly text: string;
}

function tokenAt(statement: string, at: number): Found {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const [text] = pattern.exec(statement) ?? [];
    if (text !== undefined) return { kind, text };
  }
  throw new SqlSyntaxError(`unexpected at ${at}: ${statement.slice(at, at + 20)}`);
}

function unquoted({ kind, text }: Found): string {
  if (kind === "string") return text.slice(1, -1).replaceAll("''", "'");
  if (kind === "identifier") return text.slice(1, -1).replaceAll('""', '"');
  return text;
}
