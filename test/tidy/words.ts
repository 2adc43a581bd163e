/** What no line of ours may hold. Each rule brings a line that it must catch and one that it must spare. */

export interface WordRule {
  readonly forbids: string;
  readonly pattern: RegExp;
  readonly caught: string;
  readonly spared: string;
}

export const WORD_RULES: readonly WordRule[] = [
  {
    forbids: "a test that is run alone, left out or yet to be written",
    pattern: /\b(it|test|describe)(\.\w+)*\.(only|skip|todo)\b/,
    caught: 'it.concurrent.skip("settles once", () => {',
    spared: "describe.skipIf(!present)(title, () => {",
  },
  {
    forbids: "work left for later",
    pattern: /\b(FIXME|TODO|XXX)\b/,
    caught: "// TODO: the other side",
    spared: "const todos = list;",
  },
  {
    forbids: "a path of one machine",
    pattern: /(?<![\w.:}*)-])\/(home|root|tmp|Users|work)\//,
    caught: 'const seed = "/home/me/seed.json";',
    spared: "https://example.org/work/ and ./tmp/x",
  },
  {
    forbids: "the host of a package registry",
    pattern: /\bregistry\.\w|npmjs|"resolved":/,
    caught: '"resolved": "https://registry.example.org/a.tgz"',
    spared: "the registry answers",
  },
  {
    forbids: "a compiler told to look away",
    pattern: /@ts-(ignore|nocheck)/,
    caught: "// @ts-ignore",
    spared: "// @ts-expect-error: a string is no instant",
  },
];

/** Comments that switch off one rule for one line: lawful, counted, and each with its reason. */
export const ESCAPE = /biome-ignore|@ts-expect-error/;
export const EXPLAINED_ESCAPE = /(biome-ignore lint\/[\w/]+|@ts-expect-error): (\S+ ){3}/;

/** Names that say nothing about what a file holds. */
export const VAGUE_NAME = /(^|[-.])(utils?|helpers?|common|managers?|services?)([-.]|$)/;
