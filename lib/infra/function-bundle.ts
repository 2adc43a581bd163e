/**
 * A function of `lambdas/` as one minified ES module that holds what it runs: the store of its stage and no other, the
 * role's credentials and no search for others. Size is time: every byte is read and compiled when a function starts cold.
 */
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { sdkPruning } from "./prune-sdk.ts";

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
  plugins: [...sdkPruning],
  // What packages still require as CommonJS, of Node.js itself.
  banner: {
    js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
  },
} satisfies BuildOptions;
