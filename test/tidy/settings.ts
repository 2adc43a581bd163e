/** What the project's own configuration files say. */
import { matchesGlob } from "node:path";
import { read } from "./tree.ts";

/** The folders that `tsc -b` compiles. */
export function projects(): string[] {
  const { references } = JSON.parse(read("tsconfig.json")) as { references: { path: string }[] };
  return references.map(({ path }) => path);
}

/** The words in which biome.json refuses an import. */
export function bannedImports(): string[] {
  const { overrides } = JSON.parse(read("biome.json")) as { overrides: readonly Override[] };
  return overrides.flatMap(({ linter }) => {
    const ban = linter.rules.style?.noRestrictedImports;
    return ban?.options.patterns.map(({ message }) => message) ?? [];
  });
}

/** The packages of the lockfile that bring an install script. */
export function installers(): string[] {
  const { packages } = JSON.parse(read("package-lock.json")) as Lockfile;
  return Object.entries(packages)
    .filter(([, entry]) => entry.hasInstallScript)
    .map(([path]) => packageName(path));
}

/** Packages that others name and the lockfile lacks: `npm ci` refuses to go on without them. */
export function missingFromLockfile(): string[] {
  const { packages } = JSON.parse(read("package-lock.json")) as Lockfile;
  const held = Object.keys(packages).map(packageName);
  const named = Object.values(packages).flatMap(({ dependencies, optionalDependencies }) =>
    Object.keys({ ...dependencies, ...optionalDependencies }),
  );
  return [...new Set(named)].filter((name) => !held.includes(name)).sort();
}

export function mayInstall(name: string, allowScripts: Readonly<Record<string, boolean>>): boolean {
  return Object.keys(allowScripts).some((allowed) => matchesGlob(name, allowed));
}

interface Override {
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly options: { readonly patterns: readonly { readonly message: string }[] };
        };
      };
    };
  };
}

/** `node_modules/a/node_modules/@b/c` holds `@b/c`. */
function packageName(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
