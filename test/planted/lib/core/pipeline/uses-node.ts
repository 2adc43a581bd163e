// planted: TS2591
// planted: lint/style/noRestrictedImports

export { readFileSync } from "node:fs";
