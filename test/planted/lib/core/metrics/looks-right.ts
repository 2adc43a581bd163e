// planted: lint/style/noRestrictedImports

import type { Planted } from "../rollup/target.ts";

export type Forbidden = Planted;
