/**
 * Goal: what is installed is what was reviewed. Method: the manifest and the lockfile are read, and npm's own bill of
 * materials is made of them; which packages may run scripts is held by test/tidy.test.ts.
 */
import { describe, expect, it } from "vitest";
import { read } from "../tidy/tree.ts";
import { billOfMaterials } from "./bill-of-materials.ts";

interface Locked {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly inBundle?: boolean;
}

const { dependencies, devDependencies } = JSON.parse(read("package.json")) as Record<
  "dependencies" | "devDependencies",
  Readonly<Record<string, string>>
>;
const { packages } = JSON.parse(read("package-lock.json")) as {
  packages: Readonly<Record<string, Locked>>;
};

/** Raise it for a package that somebody has looked at. */
const RUNNING_MAX = 56;

describe("every package", () => {
  it("that we name is named with one exact version", () => {
    const named = Object.entries({ ...dependencies, ...devDependencies });
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it("is locked with the digest of its content, and from no place but the registry in use", () => {
    const locked = Object.entries(packages).filter(([path, one]) => path !== "" && !one.inBundle);
    expect(locked.length).toBeGreaterThan(250);
    const loose = locked.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"));
    expect(loose.map(([path]) => path)).toEqual([]);
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("that runs is listed by npm, with its digest and a licence, and they are few", () => {
    const runs = billOfMaterials("dev");
    expect(runs.length).toBeGreaterThanOrEqual(Object.keys(dependencies).length);
    expect(runs.length).toBeLessThanOrEqual(RUNNING_MAX);
    for (const { name, hashes, licenses } of runs) {
      expect({ name, alg: hashes?.[0]?.alg }).toEqual({ name, alg: "SHA-512" });
      expect({ name, has: (licenses ?? []).length > 0 }).toEqual({ name, has: true });
    }
  });
});

describe("the checks of a change", () => {
  it("install from the lockfile, never past it", () => {
    const steps = read(".ci/run");
    expect(steps).toContain("npm ci");
    expect(steps).not.toMatch(/npm (?:install|i|update)\b/);
  });
});
