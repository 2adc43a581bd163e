/** What the product is made of, as npm itself lists it from the lockfile (CycloneDX). */
import { execFileSync } from "node:child_process";
import { ROOT } from "../tidy/tree.ts";

export interface Component {
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string }[];
  readonly licenses?: readonly { readonly license?: { readonly id?: string } }[];
}

/** @param omit `dev` for what runs, nothing for what also builds and tests it */
export function billOfMaterials(omit?: "dev"): readonly Component[] {
  const omitted = omit === undefined ? [] : ["--omit", omit];
  const typed = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", ...omitted];
  const text = execFileSync("npm", typed, {
    cwd: ROOT,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 64 * 1024 * 1024,
  });
  return (JSON.parse(text) as { components: readonly Component[] }).components;
}
