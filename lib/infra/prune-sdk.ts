/**
 * What lets esbuild prune the SDK, as plugins: its text is rewritten where esbuild cannot see that nothing uses it, and
 * what a function never runs is replaced by a refusal.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { OnLoadResult, Plugin } from "esbuild";

/** A key that is a constant's name in brackets. */
const COMPUTED_KEY = /\[(\w+)\]:/g;
const TEXT_CONSTANT = /^const (\w+) = ("[^"]*");$/gm;
/** What makes a failure that the service names an error of its own class. */
const REGISTRATION = /^n0_registry\.registerError\((\w+)\$, \1\);$/gm;
const ERROR_SCHEMA = /^export var (\w+)\$ = \[-3, n0, [\s\S]*?^\];$/gm;
const CLASS = /^export class (\w+) [\s\S]*?^\}$/gm;
const EXPORTED = /^export (?:async )?(?:class|const|function\*?) (\w+)/gm;

/**
 * The schemas of a service: esbuild keeps those of the operations that are called, and of the errors that are asked for
 * by their class.
 */
const prunableSchemas: Plugin = {
  name: "prunable-schemas",
  setup: ({ onLoad }) => {
    onLoad({ filter: /@aws-sdk[/\\]client-.*[/\\]schemas_0\.js$/ }, async ({ path }) => {
      const [schemas, errors] = await schemasAndErrors(join(path, "../.."));
      return { contents: withPlainKeys(withErrorsOnDemand(schemas, errors)), loader: "js" };
    });
    onLoad(
      { filter: /@aws-sdk[/\\]client-[^/\\]+[/\\]dist-es[/\\]index\.js$/ },
      async ({ path }) => {
        const names = errorsOnDemand(...(await schemasAndErrors(join(path, ".."))));
        const exports = names.map((name) => `${onDemand(name)} as ${name}`).join(", ");
        // What is exported by its name goes before what `export *` exports.
        const index = `${await readFile(path, "utf8")}\nexport { ${exports} } from "./schemas/schemas_0";\n`;
        return { contents: index, loader: "js" };
      },
    );
  },
};

async function schemasAndErrors(client: string): Promise<[schemas: string, errors: string]> {
  const files = ["schemas/schemas_0.js", "models/errors.js"];
  const [schemas = "", errors = ""] = await Promise.all(
    files.map((file) => readFile(join(client, file), "utf8")),
  );
  return [schemas, errors];
}

/**
 * The SDK writes a schema as an object whose keys are constants, `{ [_hH]: 1 }`. esbuild has to suppose that working out a
 * key does something, and keeps every schema of the service; not so with the keys written out.
 *
 * @returns the same module, its keys written out
 */
export function withPlainKeys(source: string): string {
  const values = new Map(
    [...source.matchAll(TEXT_CONSTANT)].map(([, name = "", text = ""]) => [name, text]),
  );
  return source.replaceAll(COMPUTED_KEY, (whole, name: string) => {
    const text = values.get(name);
    return text === undefined ? whole : `${text}:`;
  });
}

/**
 * The SDK registers every error of a service, so that none can be pruned. Here one is registered by whoever imports its
 * class from the client: then it arrives as ever. Any other arrives as the service's general exception, with its name,
 * its message and its fields as they were sent.
 *
 * @returns the module of schemas, exporting such a class as `onDemand` names it
 */
export function withErrorsOnDemand(schemas: string, errors: string): string {
  const names = new Set(errorsOnDemand(schemas, errors));
  return schemas.replaceAll(REGISTRATION, (registration, name: string) =>
    names.has(name)
      ? `export const ${onDemand(name)} = /* @__PURE__ */ (() => { ${registration} return ${name}; })();`
      : registration,
  );
}

/** All but those of which the SDK asks more than what was sent. */
function errorsOnDemand(schemas: string, errors: string): readonly string[] {
  // Their class says that they are worth another attempt.
  const retried = [...errors.matchAll(CLASS)].filter(([text]) => text.includes("$retryable"));
  // The service sends them by another name, which their schema knows.
  const renamed = [...schemas.matchAll(ERROR_SCHEMA)].filter(([text]) => text.includes("[_aQE]"));
  const kept = new Set([...retried, ...renamed].map(([, name]) => name));
  return [...schemas.matchAll(REGISTRATION)]
    .map(([, name = ""]) => name)
    .filter((name) => !kept.has(name));
}

function onDemand(name: string): string {
  return `${name}_onDemand`;
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

/** Files that no function runs, and why: each export of theirs is a refusal that gives the reason. */
export const NEVER_RUN: readonly { readonly files: RegExp; readonly because: string }[] = [
  {
    files: /[/\\]eventstream-serde-universal[/\\]EventStreamMarshaller\.js$/,
    because: "no operation that is called streams events",
  },
  {
    // Other checksums in JavaScript do run: S3 itself takes that of CRC-64/NVME where the writer gave none.
    files: /[/\\](Sha256|Sha1|Md5|Crc32)Js\.js$/,
    because: "Node.js has this checksum itself",
  },
  {
    files:
      /[/\\](sdk-stream-mixin|stream-collector|getAwsChunkedEncodingStream|createChecksumStream)\.browser\.js$/,
    because: "the streams of requests and answers are those of Node.js, not of the web",
  },
  {
    files: /[/\\]util-retry[/\\]DefaultRateLimiter\.js$/,
    because: "no client retries in the adaptive mode",
  },
  {
    files: /[/\\]getInstanceMetadataRegion\.js$/,
    because: "a function has its region in the environment",
  },
  {
    files: /[/\\]S3ExpressIdentityProviderImpl\.js$/,
    because: "no bucket is a directory bucket",
  },
];

const REFUSAL_MODULE = "refusal";
/** A client may make what it does not use, so that of a class only the instances refuse. */
const REFUSAL = `
export function refusal(name, because) {
  const refuse = () => {
    throw new Error(name + " is left out of a function's bundle (lib/infra/prune-sdk.ts): " + because);
  };
  return function () {
    return new.target === undefined ? refuse() : new Proxy({}, { get: refuse });
  };
}
`;

const refusals: Plugin = {
  name: "refusals",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^refusal$/ }, ({ path }) => ({
      path,
      namespace: REFUSAL_MODULE,
      sideEffects: false,
    }));
    onLoad({ filter: /^/, namespace: REFUSAL_MODULE }, () => ({ contents: REFUSAL, loader: "js" }));
    for (const { files, because } of NEVER_RUN) {
      onLoad({ filter: files }, async ({ path }) => ({
        contents: withRefusals(await readFile(path, "utf8"), because),
        loader: "js",
      }));
    }
  },
};

/** @returns a module of the same exports, all of them refusals */
export function withRefusals(source: string, because: string): string {
  const exports = [...source.matchAll(EXPORTED)].map(
    ([, name = ""]) =>
      `export const ${name} = /* @__PURE__ */ refusal("${name}", ${JSON.stringify(because)});\n`,
  );
  return `import { refusal } from "${REFUSAL_MODULE}";\n${exports.join("")}`;
}

/** It is loaded when an operation streams events; none of those that are called does. */
const withoutEventStreams: Plugin = {
  name: "without-event-streams",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@smithy\/core\/event-streams$/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

export const sdkPruning: readonly Plugin[] = [
  prunableSchemas,
  versionsOnly,
  refusals,
  withoutEventStreams,
];
