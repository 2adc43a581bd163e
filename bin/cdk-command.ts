import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** CDK's own command line, or LocalStack's wrapper around it. */
export type CdkTool = "cdk" | "cdklocal";

/** Runs it in the project's folder, with this terminal; returns its exit code. */
export async function runCdk(tool: CdkTool, args: readonly string[]): Promise<number> {
  const command = fileURLToPath(new URL(`../node_modules/.bin/${tool}`, import.meta.url));
  const child = spawn(command, args, { cwd: ROOT, stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}
