/**
 * Builds one function's bundle: `node bin/bundle-function.ts <name> <dynamodb|timestream> <folder>`. A process of its own,
 * because the CDK waits for bundles and esbuild's plugins are asynchronous.
 */
import { bundleFunction } from "../lib/infra/function-bundle.ts";

const [name, store, folder] = process.argv.slice(2);
if (
  name === undefined ||
  folder === undefined ||
  (store !== "dynamodb" && store !== "timestream")
) {
  process.stderr.write(
    "usage: node bin/bundle-function.ts <name> <dynamodb|timestream> <folder>\n",
  );
  process.exitCode = 2;
} else {
  await bundleFunction({ name, store, folder });
}
