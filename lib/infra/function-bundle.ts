/**
 * A function of `lambdas/` as one minified ES module that holds what it runs: the store of its stage and no other, the
 * role's credentials and no search for others. Size is time: every byte is read and compiled when a function starts cold.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type OnLoadResult, type Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface FunctionBundle {
  /** The file in `lambdas/`, without its ending. */
  readonly name: string;
  /** Where the stage keeps its metrics: the module behind `#metric-store`. */
  readonly store: "dynamodb" | "timestream";
  /** Gets `index.mjs`. */
  readonly folder: string;
}

export interface BuiltBundle {
  readonly file: string;
  readonly bytes: number;
  /** What is in it, as esbuild names them: paths from the project's root. */
  readonly modules: readonly string[];
}

/** @throws {Error} what esbuild says of source that it cannot bundle */
export async function bundleFunction({
  name,
  store,
  folder,
}: FunctionBundle): Promise<BuiltBundle> {
  const file = `${folder}/index.mjs`;
  const { metafile } = await build({
    ...OPTIONS,
    entryPoints: [`${ROOT}lambdas/${name}.ts`],
    outfile: file,
    // To name conditions of one's own takes `module` away.
    conditions: [store, "module"],
  });
  const outputs = Object.values(metafile.outputs);
  return {
    file,
    bytes: outputs.reduce((sum, { bytes }) => sum + bytes, 0),
    modules: outputs.flatMap(({ inputs }) => Object.keys(inputs)),
  };
}

/** A key that is a constant's name in brackets. */
const COMPUTED_KEY = /\[(\w+)\]:/g;
const TEXT_CONSTANT = /^const (\w+) = ("[^"]*");$/gm;

/**
 * The SDK writes the schemas of a service as objects whose keys are constants, `{ [_hH]: 1 }`. esbuild has to suppose that
 * working out a key does something, and keeps every schema of the service; with the keys written out it keeps those of
 * the operations that are called.
 */
const prunableSchemas: Plugin = {
  name: "prunable-schemas",
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[/\\]client-.*[/\\]schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};

/** @returns the same module, its keys written out */
export function withPlainKeys(source: string): string {
  const values = new Map(
    [...source.matchAll(TEXT_CONSTANT)].map(([, name = "", text = ""]) => [name, text]),
  );
  return source.replaceAll(COMPUTED_KEY, (whole, name: string) => {
    const text = values.get(name);
    return text === undefined ? whole : `${text}:`;
  });
}

/** Of its manifest a client wants its version, for the user agent. */
const versionsOnly: Plugin = {
  name: "versions-only",
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[/\\][^/\\]+[/\\]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
      return { contents: JSON.stringify({ version }), loader: "json" } satisfies OnLoadResult;
    });
  },
};

/** They are loaded when an operation streams events; none of those that are called does. */
const withoutEventStreams: Plugin = {
  name: "without-event-streams",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

const OPTIONS = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "esm",
  // The packages' own ES modules, which can be pruned.
  mainFields: ["module", "main"],
  minify: true,
  legalComments: "none",
  metafile: true,
  logLevel: "error",
  alias: { "@aws-sdk/credential-provider-node": `${ROOT}lambdas/role-credentials.ts` },
  plugins: [prunableSchemas, versionsOnly, withoutEventStreams],
  // What packages still require as CommonJS, of Node.js itself.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} satisfies BuildOptions;
