/**
 * What can be said of the dependencies today, by `npm run security`: the bill of materials, counted, and the
 * registry's word on known vulnerabilities. `npm sbom --sbom-format cyclonedx --omit dev` prints the bill itself.
 *
 * Where the registry does not answer, the audit is `not run`, and says so. Known vulnerabilities end it with 1.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "../tidy/tree.ts";
import { billOfMaterials, type Component } from "./bill-of-materials.ts";

const licenceOf = ({ licenses = [] }: Component) =>
  licenses.map(({ license }) => license?.id ?? "another").join(", ") || "none named";

function counted(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .sort(([, left], [, right]) => right - left)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

interface Audit {
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
}

/** @returns whether nothing is known to be wrong */
function audit(omit: readonly string[], what: string): boolean {
  const { stdout } = spawnSync("npm", ["audit", "--json", ...omit], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  let found: Audit = {};
  try {
    found = JSON.parse(stdout) as Audit;
  } catch {
    // What is no JSON says nothing about vulnerabilities.
  }
  if (found.metadata === undefined) {
    process.stdout.write(`audit, ${what}: not run, the registry did not answer\n`);
    return true;
  }
  const { total = 0, ...bySeverity } = found.metadata.vulnerabilities;
  const severities = Object.entries(bySeverity).filter(([, count]) => count > 0);
  const words = severities.map(([severity, count]) => `${count} ${severity}`).join(", ");
  process.stdout.write(`audit, ${what}: ${total === 0 ? "nothing known" : words}\n`);
  return total === 0;
}

function report(): void {
  const runs = billOfMaterials("dev");
  const all = billOfMaterials();
  process.stdout.write(`packages that run: ${runs.length} (${counted(runs.map(licenceOf))})\n`);
  process.stdout.write(`packages that build and test: ${all.length - runs.length}\n`);
  const verdicts = [audit(["--omit=dev"], "what runs"), audit([], "everything")];
  if (verdicts.includes(false)) process.exitCode = 1;
}

report();
