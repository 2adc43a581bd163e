/** Which adapters promise which port, and which suites hold them to it. */
import { basename, dirname } from "node:path";
import { filesMatching, read } from "./tree.ts";

export interface Promised {
  /** Below `lib/adapters/`. */
  readonly folder: string;
  /** As its file is named: `state-store`. */
  readonly port: string;
}

/** Reading the time leaves nothing to hold a clock to. */
const WITHOUT_CONTRACT = ["clock"];

/** An adapter's folder that imports a port implements it: nothing else in there needs one. */
export function promises(): Promised[] {
  const sources = filesMatching("lib/adapters/*/*.ts");
  const folders = [...new Set(sources.map((path) => basename(dirname(path))))];
  return folders.flatMap((folder) => {
    const text = sources
      .filter((path) => path.startsWith(`lib/adapters/${folder}/`))
      .map(read)
      .join();
    return ports()
      .filter((port) => text.includes(`/ports/${port}.ts"`))
      .map((port) => ({ folder, port }));
  });
}

/** Test files that run the port's contract on something of the adapter's folder. */
export function suitesFor({ folder, port }: Promised): string[] {
  const contract = `${camelCase(port)}Contract(`;
  return filesMatching("test/adapters/**/*.test.ts").filter((path) => {
    const text = read(path);
    return text.includes(`/lib/adapters/${folder}/`) && text.includes(contract);
  });
}

/** The files of `lib/ports` whose name is that of the interface they declare. */
function ports(): string[] {
  return filesMatching("lib/ports/*.ts")
    .filter((path) => read(path).includes(`export interface ${pascalCase(basename(path, ".ts"))} `))
    .map((path) => basename(path, ".ts"))
    .filter((port) => !WITHOUT_CONTRACT.includes(port));
}

function camelCase(kebab: string): string {
  return kebab.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function pascalCase(kebab: string): string {
  return camelCase(`-${kebab}`);
}
